import { describe, expect, it } from 'vitest';
import type { Telemetry } from '#shared/ports/telemetry.ts';

export interface TelemetryUnderTest {
  readonly telemetry: Telemetry;
  /** All that was written so far, as it was. */
  readonly written: () => string;
}

const circle: Record<string, unknown> = {};
circle['self'] = circle;

const liar = {
  get truth(): string {
    throw new Error('there is none');
  },
};

const ODD: readonly (readonly [what: string, value: unknown])[] = [
  ['a circle', circle],
  ['an error within itself', Object.assign(new Error('round'), { cause: circle })],
  ['a getter that throws', liar],
  ['a number that JSON does not know', 10n],
  ['an invalid date', new Date(NaN)],
  ['something that JSON leaves out', () => 1],
  ['a text of 5 MB', 'x'.repeat(5_000_000)],
  ['nothing', undefined],
];

const ENTRY = {
  action: 'wake',
  service: 'api',
  subject: 'ada',
  source: '192.0.2.1',
  reason: 'a demo',
  before: { intent: 'asleep' },
  after: { intent: 'awake' },
};

/** What every telemetry keeps, whoever reads it. */
export const telemetryContract = (name: string, make: () => Promise<TelemetryUnderTest>): void => {
  describe(`${name}, as telemetry`, () => {
    it('tells an event with its service and its fields', async () => {
      const { telemetry, written } = await make();
      telemetry.event('service.ready', { service: 'api', bootMs: 1_234 });
      for (const part of ['ready', 'api', 'bootMs', '1234']) expect(written()).toContain(part);
    });

    it('tells of a failure why, and what was behind it', async () => {
      const { telemetry, written } = await make();
      const cause = new AggregateError(
        [new Error('the first'), new Error('the second', { cause: new Error('the disk') })],
        'two of them',
      );
      telemetry.failure('tick.failed', cause, { service: 'api' });
      for (const part of ['tick.failed', 'api', 'two of them', 'the first', 'the second', 'the disk']) {
        expect(written()).toContain(part);
      }
    });

    it('tells of a failure that is no error', async () => {
      const { telemetry, written } = await make();
      telemetry.failure('tick.failed', 'just words', {});
      expect(written()).toContain('just words');
    });

    it('leaves a change on record: who, why, before and after', async () => {
      const { telemetry, written } = await make();
      telemetry.audit(ENTRY);
      for (const part of ['wake', 'api', 'ada', 'a demo', 'awake']) expect(written()).toContain(part);
    });

    it.each(ODD)('never fails its caller, not even over %s', async (_, value) => {
      const { telemetry } = await make();
      expect(() => {
        telemetry.event('thing.happened', { service: 'api', value });
        telemetry.failure('thing.failed', value, { value });
        telemetry.metric('Drift', 1, { value });
        telemetry.vitals(typeof value, { AwakeWanted: [0, 1], NotReadySeconds: [] });
        telemetry.audit({ ...ENTRY, before: { value }, after: { value } });
      }).not.toThrow();
    });

    it('takes a measurement that is none without a word', async () => {
      const { telemetry } = await make();
      expect(() => telemetry.metric('WakeLatencyMs', NaN)).not.toThrow();
    });
  });
};
