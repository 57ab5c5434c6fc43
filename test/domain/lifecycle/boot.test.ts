import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootsOf,
  expectedBootMs,
  expectedReadyAt,
  profileOf,
  progressOf,
  rememberBoot,
  type Boot,
  type Progress,
} from '#shared/domain/lifecycle/boot.ts';
import { anObserved, aPolicy, aRecord, aTask } from '../../support/builders.ts';
import { MINUTE, SECOND, T0 } from '../../support/virtual-clock.ts';

const aBoot = (readyMs: number, more: Partial<Boot> = {}): Boot => ({
  askedAt: T0,
  startedMs: null,
  runningMs: null,
  healthyMs: null,
  readyMs,
  unseenMs: 0,
  ...more,
});

const NOTHING: Progress = { startedAt: null, runningAt: null, healthyAt: null };

describe('a boot is expected to take', () => {
  it.each([
    [[], 60_000],
    [[7_000], 7_000],
    [[9_000, 1_000, 5_000], 5_000],
    [[900_000, 10_000, 11_000, 12_000, 10_000], 11_000],
    [[10_000, 9_000], 10_000],
    [[100_000, 20_000], 100_000],
  ])('the median of the last ones %j: %d ms', (bootsMs, expected) => {
    expect(expectedBootMs(bootsMs.map((readyMs) => aBoot(readyMs)))).toBe(expected);
  });

  it.each([
    ['a little is always unseen', aBoot(5_000, { unseenMs: 3_000 }), 5_000],
    ['more than that says little', aBoot(5_000, { unseenMs: 3_001 }), 30_000],
    ['a fifth of a long one', aBoot(50_000, { unseenMs: 10_000 }), 50_000],
    ['more than a fifth says little', aBoot(50_000, { unseenMs: 10_001 }), 30_000],
  ])('what was watched, before what was guessed: %s', (_, boot, expected) => {
    expect(expectedBootMs([boot, boot, aBoot(30_000)])).toBe(expected);
  });

  it('the last guess, where none was watched: each is narrower than the one before', () => {
    const guesses = [40_000, 20_000, 10_000].map((readyMs) => aBoot(readyMs, { unseenMs: 2 * readyMs }));
    expect(expectedBootMs(guesses)).toBe(10_000);
  });
});

describe('boots that the version before noted', () => {
  it('are known by how long they took', () => {
    expect(bootsOf({ bootsMs: [3, 5] })).toMatchObject([
      { readyMs: 3, unseenMs: 0, startedMs: null },
      { readyMs: 5, unseenMs: 0, startedMs: null },
    ]);
  });

  it('count no more once phases are noted', () => {
    expect(bootsOf({ bootsMs: [3, 5], boots: [aBoot(7)] })).toEqual([aBoot(7)]);
  });
});

describe('the profile of a service', () => {
  it('is none where no boot was seen', () => {
    expect(profileOf([])).toBeNull();
  });

  it('has the median of each phase, as far as boots tell of it', () => {
    const boots = [
      aBoot(30_000, { startedMs: 1_000, runningMs: 20_000, healthyMs: 29_000 }),
      aBoot(40_000, { startedMs: 3_000, runningMs: null, healthyMs: 39_000 }),
      aBoot(50_000, { startedMs: 2_000, runningMs: 24_000, healthyMs: 49_000 }),
    ];
    expect(profileOf(boots)).toEqual({
      boots: 3,
      medianMs: 40_000,
      startedMs: 2_000,
      runningMs: 24_000,
      healthyMs: 39_000,
    });
  });
});

describe('a start is expected to be over', () => {
  const boots = [aBoot(30_000, { startedMs: 2_000, runningMs: 20_000, healthyMs: 29_000 })];

  it.each<[string, Partial<Progress>, number]>([
    ['as long after the wake as before', {}, 30_000],
    ['what is left from the start of its tasks', { startedAt: T0 + 7_000 }, 35_000],
    ['what is left once they run', { startedAt: T0 + 7_000, runningAt: T0 + 15_000 }, 25_000],
    ['what is left once they are healthy', { runningAt: T0 + 15_000, healthyAt: T0 + 22_000 }, 23_000],
  ])('%s', (_, progress, afterMs) => {
    expect(expectedReadyAt(boots, T0, { ...NOTHING, ...progress })).toBe(T0 + afterMs);
  });

  it('as before, where no boot tells of the phase', () => {
    const progress = { startedAt: T0 + 9_000, runningAt: T0 + 10_000, healthyAt: null };
    expect(expectedReadyAt([aBoot(30_000)], T0, progress)).toBe(T0 + 30_000);
    expect(expectedReadyAt([aBoot(30_000, { startedMs: 4_000 })], T0, progress)).toBe(T0 + 35_000);
    expect(expectedReadyAt([], T0, progress)).toBe(T0 + MINUTE);
  });
});

describe('the progress of a start', () => {
  const two = aPolicy({ wakeCount: 2, max: 3 });

  it('is that of the last of as many tasks as are woken', () => {
    const tasks = [
      aTask({ createdAt: T0 + 1, startedAt: T0 + 30 }),
      aTask({ id: 'b', createdAt: T0 + 2, startedAt: T0 + 20 }),
      aTask({ id: 'c', createdAt: T0 + 3, startedAt: null, health: 'UNKNOWN' }),
    ];
    const observed = anObserved({ tasks, observedAt: T0 + 90 });
    const progress = progressOf(aRecord(), observed, { 'task-1': T0 + 50, b: T0 + 60 }, two);
    expect(progress).toEqual({ startedAt: T0 + 2, runningAt: T0 + 30, healthyAt: T0 + 60 });
    expect(progressOf(aRecord(), anObserved({ tasks: tasks.slice(0, 1) }), {}, two)).toEqual(NOTHING);
  });

  it('is nothing of another generation, of tasks that end, and before anybody has looked', () => {
    const old = anObserved({ tasks: [aTask({ createdAt: T0 - MINUTE })] });
    const ending = anObserved({ tasks: [aTask({ desiredStatus: 'STOPPED' })] });
    for (const observed of [old, ending, null]) {
      expect(progressOf(aRecord(), observed, {}, aPolicy())).toEqual(NOTHING);
    }
  });
});

it('a boot keeps its phases in order, and within the boot, whatever the clocks say', () => {
  const instant = fc.option(fc.integer({ min: T0 - 5 * SECOND, max: T0 + 2 * MINUTE }), { nil: null });
  fc.assert(
    fc.property(
      fc.record({ startedAt: instant, runningAt: instant, healthyAt: instant }),
      fc.integer({ min: T0 - 5 * SECOND, max: T0 + 2 * MINUTE }),
      fc.integer({ min: T0 - 5 * SECOND, max: T0 + 2 * MINUTE }),
      (progress, readyAt, notReadyAt) => {
        const [boot] = rememberBoot([], { askedAt: T0, readyAt, notReadyAt, progress });
        if (!boot) throw new Error('no boot');
        const { startedMs, runningMs, healthyMs, readyMs, unseenMs } = boot;
        for (const ms of [startedMs, runningMs, healthyMs]) {
          if (ms === null) continue;
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(readyMs);
        }
        expect(readyMs).toBeGreaterThanOrEqual(0);
        expect(unseenMs).toBeGreaterThanOrEqual(0);
        expect(readyMs).toBeLessThanOrEqual(Math.max(0, readyAt - T0));
        expect(readyMs + unseenMs).toBeGreaterThanOrEqual(Math.max(0, readyAt - T0));
      },
    ),
  );
});

it('no more than the last ten boots are remembered', () => {
  let boots: readonly Boot[] = [];
  for (let index = 1; index <= 12; index += 1) {
    boots = rememberBoot(boots, { askedAt: T0, readyAt: T0 + index, notReadyAt: T0 + index, progress: NOTHING });
  }
  expect(boots.map(({ readyMs }) => readyMs)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});
