import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { deriveState, estimatedReadyAt, expectedBootMs, retryAfterMs } from '#shared/domain/lifecycle/state.ts';
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

describe('a boot is expected to take', () => {
  it.each([
    [[], 60_000],
    [[7_000], 7_000],
    [[9_000, 1_000, 5_000], 5_000],
    [[900_000, 10_000, 11_000, 12_000, 10_000], 11_000],
    [[10_000, 9_000], 10_000],
    [[100_000, 20_000], 100_000],
  ])('the median of the last ones %j: %d ms', (bootsMs, expected) => {
    expect(expectedBootMs(aRecord({ bootsMs }))).toBe(expected);
  });

  it('as long after the wake, and nothing is expected of a sleeper', () => {
    expect(estimatedReadyAt(aRecord({ bootsMs: [7_000] }))).toBe(T0 + 7_000);
    expect(estimatedReadyAt(anAsleepRecord({ bootsMs: [7_000] }))).toBeNull();
  });
});

describe('a caller should ask again', () => {
  const record = aRecord({ bootsMs: [30_000] });

  it.each([
    ['at once after the wake', 0, 0.5, 30_000],
    ['near the end', 28_999, 0.5, 1_001],
    ['a second before the end', 29_000, 0.5, 2_000],
    ['after it, the luckiest', 45_000, 0, 1_000],
    ['after it, another', 45_000, 0.25, 1_500],
  ])('when the boot should be over, then in short steps: %s', (_, afterMs, chance, expected) => {
    expect(retryAfterMs(record, T0 + afterMs, chance)).toBe(expected);
  });

  it('in short steps where nothing is expected', () => {
    expect(retryAfterMs(anAsleepRecord(), T0, 0.5)).toBe(2_000);
  });

  it('never at once, never later than a boot may take', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (afterMs, chance) => {
        const ms = retryAfterMs(record, T0 + afterMs, chance);
        expect(ms).toBeGreaterThanOrEqual(1_000);
        expect(ms).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});
