import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emfTelemetry } from '#shared/adapters/aws/emf-telemetry.ts';
import { parseMetricLine } from '#shared/adapters/local/emf-line.ts';
import { METRICS, SERVICE_METRICS, type MetricName } from '#shared/domain/metrics.ts';
import { T0, virtualClock } from '../support/virtual-clock.ts';
import { telemetryContract } from './telemetry.contract.ts';

const anEmfTelemetry = (tellsVitals = true) => {
  const lines: string[] = [];
  const telemetry = emfTelemetry({
    clock: virtualClock(),
    namespace: 'Nightporter',
    deployment: 'nightporter-dev',
    tellsVitals,
    write: (line) => void lines.push(line),
  });
  return { telemetry, lines, read: (): readonly any[] => lines.map((line) => JSON.parse(line)) };
};

telemetryContract('lines for CloudWatch', async () => {
  const { telemetry, lines } = anEmfTelemetry();
  return { telemetry, written: () => lines.join('\n') };
});

const name = { type: 'string', minLength: 1, maxLength: 1024 };

/** What CloudWatch asks of a line before it takes it for metrics ("Specification: Embedded metric format"). */
const isEmbedded = new Ajv2020({ strict: false }).compile({
  type: 'object',
  required: ['_aws', 'Deployment'],
  properties: {
    Deployment: name,
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer' },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: name,
              Dimensions: { type: 'array', minItems: 1, items: { type: 'array', items: name, maxItems: 30 } },
              Metrics: {
                type: 'array',
                maxItems: 100,
                items: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['Name'],
                  properties: { Name: name, Unit: { enum: ['Count', 'Milliseconds', 'Seconds'] } },
                },
              },
            },
          },
        },
      },
    },
  },
});

const NAMES = Object.keys(METRICS) as readonly MetricName[];

describe('a metric', () => {
  it.each(NAMES)('%s is a line that CloudWatch takes for one number', (metric) => {
    const { telemetry, lines, read } = anEmfTelemetry();
    telemetry.metric(metric, 3, { service: 'api' });
    expect(isEmbedded(read()[0]), JSON.stringify(isEmbedded.errors)).toBe(true);
    expect(read()[0]['_aws'].CloudWatchMetrics[0].Metrics).toEqual([{ Name: metric, Unit: METRICS[metric].unit }]);
    expect(lines.flatMap(parseMetricLine)).toEqual([
      {
        namespace: 'Nightporter',
        name: metric,
        dimensions: JSON.stringify([[['Deployment', 'nightporter-dev']]]),
        value: 3,
        at: T0,
      },
    ]);
  });

  it('is emitted as zero too', () => {
    const { telemetry, lines } = anEmfTelemetry();
    telemetry.metric('Drift', 0);
    expect(lines.flatMap(parseMetricLine)).toMatchObject([{ name: 'Drift', value: 0 }]);
  });

  it.each([NaN, Infinity, -Infinity])('that is %d is no metric, and told as refused', (value) => {
    const { telemetry, lines, read } = anEmfTelemetry();
    telemetry.metric('Drift', value);
    expect(lines.flatMap(parseMetricLine)).toEqual([]);
    expect(read()).toMatchObject([{ level: 'error', event: 'metric.refused', metric: 'Drift' }]);
  });

  it('keeps its number, whatever the fields beside it are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('_aws', 'Drift', 'Deployment')), fc.anything()),
        (fields) => {
          const { telemetry, lines, read } = anEmfTelemetry();
          telemetry.metric('Drift', 7, fields);
          expect(lines.flatMap(parseMetricLine)).toMatchObject([{ name: 'Drift', value: 7 }]);
          expect(isEmbedded(read()[0])).toBe(true);
        },
      ),
    );
  });
});

describe('the vitals of a service', () => {
  const vitals = { AwakeWanted: [0, 1], NotReadySeconds: [1] };

  it('are one line that CloudWatch takes for all of them, under the deployment and the service', () => {
    const { telemetry, read } = anEmfTelemetry();
    telemetry.vitals('batch.api', vitals);
    const [line] = read();
    expect(read()).toHaveLength(1);
    expect(isEmbedded(line), JSON.stringify(isEmbedded.errors)).toBe(true);
    expect(line).toMatchObject({
      service: 'batch.api',
      Deployment: 'nightporter-dev',
      Service: 'batch.api',
      ...vitals,
    });
    expect(line['_aws'].CloudWatchMetrics).toEqual([
      {
        Namespace: 'Nightporter',
        Dimensions: [['Deployment', 'Service']],
        Metrics: Object.entries(SERVICE_METRICS).map(([Name, { unit }]) => ({ Name, Unit: unit })),
      },
    ]);
  });

  it('are short: every awake service says them at every tick', () => {
    const { telemetry, lines } = anEmfTelemetry();
    telemetry.vitals('a-service-of-a-usual-name', { AwakeWanted: [1], NotReadySeconds: [0] });
    expect(lines[0]?.length).toBeLessThan(500);
  });

  it('are not told where nobody wants them', () => {
    const { telemetry, lines } = anEmfTelemetry(false);
    telemetry.vitals('api', vitals);
    expect(lines).toEqual([]);
  });
});

describe('every line', () => {
  it('says when, how grave, what, for whom and about what, known or not', () => {
    const { telemetry, read } = anEmfTelemetry();
    telemetry.event('directory.read', {});
    telemetry.failure('tick.failed', new Error('x'), {});
    telemetry.metric('Drift', 0);
    const unknown = { at: '2026-11-20T10:00:00.000Z', correlationId: null, subject: null, service: null };
    expect(read()).toMatchObject([
      { level: 'info', event: 'directory.read', ...unknown },
      { level: 'error', event: 'tick.failed', ...unknown },
      { level: 'info', event: 'metric.measured', ...unknown },
    ]);
  });

  it('is one line, whatever is in it', () => {
    const { telemetry, lines } = anEmfTelemetry();
    telemetry.event('thing.happened', { message: 'one\ntwo\r\nthree\u2028four' });
    telemetry.failure('thing.failed', new Error('one\ntwo'), {});
    expect(lines.map((line) => line.split(/[\n\r]/).length)).toEqual([1, 1]);
  });

  it('is short enough for CloudWatch Logs', () => {
    const { telemetry, lines, read } = anEmfTelemetry();
    const long = 'x'.repeat(3_000);
    telemetry.event('thing.happened', { service: 'api', things: Array.from({ length: 100 }, () => [long, long]) });
    expect(lines[0]!.length).toBeLessThan(100_000);
    expect(read()[0]).toMatchObject({ event: 'thing.happened', isCut: true });
  });

  it('is no metric because a field says so', () => {
    const { telemetry, lines } = anEmfTelemetry();
    telemetry.event('thing.happened', {
      _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'x', Dimensions: [[]], Metrics: [{ Name: 'n' }] }] },
      n: 1,
    });
    expect(lines.flatMap(parseMetricLine)).toEqual([]);
  });

  it('is called what we call it, whatever its fields are called', () => {
    const { telemetry, read } = anEmfTelemetry();
    telemetry.event('thing.happened', { event: 'x', level: 'x', at: 'x' });
    expect(read()).toMatchObject([{ event: 'thing.happened', level: 'info', at: '2026-11-20T10:00:00.000Z' }]);
  });

  it('of an error says no more than the error does of itself', () => {
    const { telemetry, lines, read } = anEmfTelemetry();
    const cause = Object.assign(new Error('AccessDenied'), {
      name: 'AccessDenied',
      $response: { headers: { authorization: 'secret' } },
      request: { body: 'secret' },
    });
    telemetry.failure('tick.failed', cause, { body: Buffer.from('secret') });
    expect(read()[0].error).toMatchObject({ name: 'AccessDenied', message: 'AccessDenied', stack: expect.any(String) });
    expect(lines[0]).not.toContain('secret');
    expect(read()[0].body).toBe('[6 bytes]');
  });
});

describe('on whose behalf', () => {
  it('stands on every line of what is done, and of what that starts', async () => {
    const { telemetry, read } = anEmfTelemetry();
    const scope = { correlationId: 'r-1', subject: 'ada', service: 'api' };
    let late: Promise<void> | undefined;
    await telemetry.within(scope, async () => {
      telemetry.event('one.happened', {});
      await Promise.resolve();
      telemetry.metric('Drift', 0);
      late = new Promise<void>((resolve) => setImmediate(resolve)).then(() => telemetry.event('late.happened', {}));
    });
    telemetry.event('other.happened', {});
    await late;
    expect(read()).toMatchObject([scope, scope, { correlationId: null }, { event: 'late.happened', ...scope }]);
  });

  it('is kept apart where two things are done at once', async () => {
    const { telemetry, read } = anEmfTelemetry();
    const work = (correlationId: string) =>
      telemetry.within({ correlationId }, async () => {
        await Promise.resolve();
        telemetry.event('thing.happened', { of: correlationId });
      });
    await Promise.all([work('r-1'), work('r-2')]);
    expect(read().map(({ of, correlationId }) => [of, correlationId])).toEqual([
      ['r-1', 'r-1'],
      ['r-2', 'r-2'],
    ]);
  });

  it('may be said more closely inside, and by the line itself', () => {
    const { telemetry, read } = anEmfTelemetry();
    telemetry.within({ correlationId: 'r-1', service: null }, () =>
      telemetry.within({ service: 'api' }, () => {
        telemetry.event('one.happened', {});
        telemetry.event('two.happened', { service: 'web' });
      }),
    );
    expect(read()).toMatchObject([
      { correlationId: 'r-1', service: 'api' },
      { correlationId: 'r-1', service: 'web' },
    ]);
  });

  it('is for a change whoever made it', () => {
    const { telemetry, read } = anEmfTelemetry();
    telemetry.within({ correlationId: 'r-1', subject: 'nightporter' }, () =>
      telemetry.audit({
        action: 'wake',
        service: 'api',
        subject: 'ada',
        source: '192.0.2.1',
        reason: null,
        before: { intent: 'asleep' },
        after: { intent: 'awake' },
      }),
    );
    expect(read()).toMatchObject([
      { event: 'audit.recorded', correlationId: 'r-1', action: 'wake', subject: 'ada', after: { intent: 'awake' } },
    ]);
  });
});
