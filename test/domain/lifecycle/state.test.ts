import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { bootPhaseOf, deriveState, estimatedReadyAt, retryAfterMs, type Seen } from '#shared/domain/lifecycle/state.ts';
import {
  aCrashedTask,
  aDrainingRecord,
  anAsleepRecord,
  anObserved,
  aPolicy,
  aRecord,
  aTask,
} from '../../support/builders.ts';
import { T0 } from '../../support/virtual-clock.ts';

const policy = aPolicy();
const gone = anObserved({ desiredCount: 0, tasks: [] });
const stopped = anObserved({ desiredCount: 0, tasks: [aCrashedTask()] });
const stopping = anObserved({ desiredCount: 0, tasks: [aCrashedTask(), aTask({ id: 'b', lastStatus: 'STOPPING' })] });
const notYet = anObserved({ desiredCount: 1, tasks: [] });
const booting = anObserved({ tasks: [aTask({ health: 'UNKNOWN' })] });
const ready = anObserved();
const failed = { failedTasks: ['a'] };

describe('a service is shown as', () => {
  it.each<[string, ServiceRecord, Observed | null, string]>([
    ['asleep', anAsleepRecord(), gone, 'no task is left'],
    ['asleep', anAsleepRecord(), stopped, 'all of them have stopped'],
    ['asleep', anAsleepRecord(failed), gone, 'even after failures'],
    ['stopping', anAsleepRecord(), stopping, 'one is on its way down'],
    ['stopping', anAsleepRecord(), notYet, 'the fleet wants one still'],
    ['stopping', anAsleepRecord(), null, 'nobody has looked: never taken for gone'],
    ['draining', aDrainingRecord(), ready, 'it was seen idle'],
    ['draining', aDrainingRecord(failed), null, 'it was seen idle, whatever else is known'],
    ['waking', aDrainingRecord(), booting, 'what never came up does not serve, whatever becomes of it'],
    ['failing', aDrainingRecord(failed), gone, 'it fails to start, whatever becomes of it'],
    ['ready', aRecord(), ready, 'a task is ready'],
    ['ready', aRecord(failed), ready, 'a task is ready, whatever failed before'],
    ['waking', aRecord(), booting, 'none is ready yet'],
    ['waking', aRecord(), gone, 'none has been created yet'],
    ['waking', aRecord(), null, 'nobody has looked: never taken for ready'],
    ['failing', aRecord(failed), booting, 'none is ready, and one has failed'],
    ['failing', aRecord(failed), null, 'one has failed'],
  ])('%s', (expected, record, observed) => {
    expect(deriveState(record, observed, policy)).toBe(expected);
  });

  it('ready once as many tasks are ready as were to be woken', () => {
    const two = aPolicy({ wakeCount: 2, max: 2 });
    expect(deriveState(aRecord(), ready, two)).toBe('waking');
    const both = anObserved({ tasks: [aTask(), aTask({ id: 'b' })] });
    expect(deriveState(aRecord(), both, two)).toBe('ready');
  });
});

const seen = (record: ServiceRecord, observed: Observed | null = null): Seen => ({
  managed: { policy },
  record: { value: record },
  sighting: observed && { observed },
});

describe('a service is expected to be ready', () => {
  const record = aRecord({ bootsMs: [7_000] });

  it('as long after the wake as it took before, and nothing is expected of a sleeper', () => {
    expect(estimatedReadyAt(seen(record))).toBe(T0 + 7_000);
    expect(estimatedReadyAt(seen(anAsleepRecord({ bootsMs: [7_000] })))).toBeNull();
  });

  it('after a minute where nobody has seen it boot', () => {
    expect(estimatedReadyAt(seen(aRecord()))).toBe(T0 + 60_000);
  });

  it('from the phase on that it has reached, where boots tell of phases', () => {
    const boot = { askedAt: 0, startedMs: 2_000, runningMs: 20_000, healthyMs: 30_000, readyMs: 30_000, unseenMs: 0 };
    const known = aRecord({ boots: [boot] });
    const late = aTask({ createdAt: T0 + 10_000, startedAt: null, lastStatus: 'PENDING', health: 'UNKNOWN' });
    expect(estimatedReadyAt(seen(known, anObserved({ tasks: [late] })))).toBe(T0 + 38_000);
  });
});

describe('a start has come to the phase', () => {
  const created = aTask({ lastStatus: 'PENDING', health: 'UNKNOWN', startedAt: null });
  const healthy = aTask({ endpoint: null });

  it.each<[string | null, ServiceRecord, Observed | null, string]>([
    [null, anAsleepRecord(), ready, 'nobody wants it'],
    ['asked', aRecord(), null, 'nobody has looked'],
    ['asked', aRecord(), notYet, 'no task has been made'],
    ['started', aRecord(), anObserved({ tasks: [created] }), 'its task has been made'],
    ['running', aRecord(), booting, 'its task runs'],
    ['healthy', aRecord(), anObserved({ tasks: [healthy] }), 'its endpoint is not known yet'],
    ['ready', aRecord(), ready, 'it is ready'],
    ['ready', aDrainingRecord(), ready, 'it still serves'],
    ['asked', aRecord(), anObserved({ tasks: [aCrashedTask()] }), 'what died is not on its way up'],
  ])('%s', (phase, record, observed) => {
    expect(bootPhaseOf(seen(record, observed))).toBe(phase);
  });
});

describe('a caller should ask again', () => {
  const record = seen(aRecord({ bootsMs: [20_000] }));
  const slow = seen(aRecord({ bootsMs: [300_000] }));

  it.each([
    ['at once after the wake', record, 0, 0.5, 20_000],
    ['near the end', record, 18_999, 0.5, 1_001],
    ['a second before the end', record, 19_000, 0.5, 2_000],
    ['after it, the luckiest', record, 45_000, 0, 1_000],
    ['after it, another', record, 45_000, 0.25, 1_500],
    ['of a slow one less often, the luckiest', slow, 301_000, 0, 15_000],
    ['of a slow one less often, another', slow, 301_000, 0.5, 30_000],
  ])('when the boot should be over, then in short steps: %s', (_, given, afterMs, chance, expected) => {
    expect(retryAfterMs(given, T0 + afterMs, chance)).toBe(expected);
  });

  it('sooner where the end is only guessed, for the guess to become knowledge', () => {
    const guess = { askedAt: 0, startedMs: null, runningMs: null, healthyMs: null, readyMs: 30_000, unseenMs: 60_000 };
    expect(retryAfterMs(seen(aRecord({ boots: [guess] })), T0, 0.5)).toBe(10_000);
    const known = { ...guess, unseenMs: 0 };
    expect(retryAfterMs(seen(aRecord({ boots: [guess, known] })), T0, 0.5)).toBe(30_000);
  });

  it('in short steps where nothing is expected', () => {
    expect(retryAfterMs(seen(anAsleepRecord({ bootsMs: [9_000] })), T0, 0.5)).toBe(2_000);
  });

  it('never at once, never later than a boot may take', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (afterMs, chance) => {
        const ms = retryAfterMs(record, T0 + afterMs, chance);
        expect(ms).toBeGreaterThanOrEqual(1_000);
        expect(ms).toBeLessThanOrEqual(20_000);
      }),
    );
  });
});
