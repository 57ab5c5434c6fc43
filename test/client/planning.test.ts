import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRetry, readRetryAfter } from '../../client/backoff.ts';
import { planNextLook, planNextPoll, type Waiting } from '../../client/poll-plan.ts';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const durationMs = (max: number) => fc.integer({ min: 0, max });

describe('trying again', () => {
  it.each([
    ['the first time', 1, 0.5, 250],
    ['the second time', 2, 0.5, 500],
    ['the sixth time', 6, 0.5, 8_000],
    ['from the seventh time on, up to the longest step', 7, 0.5, 10_000],
    ['after a thousand times, no later', 1_000, 0.5, 10_000],
    ['by the least chance, at once', 9, 0, 0],
  ])('%s comes after a share of the step', (_, failures, share, expected) => {
    expect(planRetry({ failures, retryAfterMs: null, chance: share, leftMs: 600_000 })).toBe(expected);
  });

  it.each([
    [1_000, null],
    [1_001, 1],
    [1_100, 100],
    [1_300, 250],
  ])('with %i ms left is planned for %s', (leftMs, expected) => {
    expect(planRetry({ failures: 1, retryAfterMs: null, chance: 0.5, leftMs })).toBe(expected);
  });

  it('is of no use when the answer asked for more time than is left', () => {
    const asked = { failures: 1, retryAfterMs: 10_000, chance: 0.5 };
    expect(planRetry({ ...asked, leftMs: 11_000 })).toBeNull();
    expect(planRetry({ ...asked, leftMs: 11_100 })).toBe(10_100);
  });

  it('is never sooner than asked for, never later than what is left, and never more than a step after', () => {
    const setback = fc.record({
      failures: fc.integer({ min: 1, max: 2_000 }),
      retryAfterMs: fc.option(durationMs(1_000_000_000), { nil: null }),
      chance,
      leftMs: fc.integer({ min: -1_000_000, max: 1_000_000_000 }),
    });
    fc.assert(
      fc.property(setback, (given) => {
        const waitMs = planRetry(given);
        const askedMs = given.retryAfterMs ?? 0;
        if (waitMs === null) {
          expect(given.leftMs - askedMs).toBeLessThanOrEqual(1_000);
          return;
        }
        expect(waitMs).toBeGreaterThanOrEqual(askedMs);
        expect(waitMs).toBeLessThan(given.leftMs);
        expect(waitMs).toBeLessThanOrEqual(askedMs + 20_000);
      }),
    );
  });

  it('spreads those who failed together: another chance is another moment', () => {
    const plan = (share: number) => planRetry({ failures: 3, retryAfterMs: 2_000, chance: share, leftMs: 60_000 });
    expect(new Set([0, 0.25, 0.5, 0.75].map(plan)).size).toBe(4);
  });

  it('comes to an end: however often it fails, what is left is used up in few attempts', () => {
    fc.assert(
      fc.property(durationMs(600_000), chance, (leftMs, share) => {
        let left = leftMs;
        let attempts = 1;
        for (;;) {
          const waitMs = planRetry({ failures: attempts, retryAfterMs: null, chance: share, leftMs: left });
          // An attempt that fails takes a tenth of a second.
          if (waitMs === null || attempts > 10_000) break;
          left -= waitMs + 100;
          attempts += 1;
        }
        expect(attempts).toBeLessThanOrEqual(leftMs / 100 + 1);
        if (share > 0.1) expect(attempts).toBeLessThanOrEqual(leftMs / 2_000 + 16);
      }),
    );
  });
});

describe('a Retry-After', () => {
  const date = 'Fri, 20 Nov 2026 10:00:00 GMT';
  it.each([
    ['0', 0],
    ['7', 7_000],
    ['999999999', 999_999_999_000],
    ['9999999999', null],
    ['-1', null],
    ['1.5', null],
    ['soon', null],
    ['', null],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
  ])('of %j is %s ms', (value, expected) => {
    expect(readRetryAfter(value, date)).toBe(expected);
  });

  it('that is a date means nothing without the date of the answer, and nothing is nothing', () => {
    expect(readRetryAfter('Fri, 20 Nov 2026 10:00:30 GMT', null)).toBeNull();
    expect(readRetryAfter(null, date)).toBeNull();
  });
});

const aWaiting = (more: Partial<Waiting> = {}): Waiting => ({
  retryAfterMs: null,
  leftMs: 300_000,
  renewInMs: Infinity,
  isFirst: false,
  cameEarly: false,
  ...more,
});

describe('asking after a service that starts', () => {
  it.each([
    ['at once the first time, whatever was said', { isFirst: true, retryAfterMs: 60_000 }, 0, 25],
    ['at once when it should be ready within one long question', { retryAfterMs: 25_000 }, 0, 25],
    ['after half of what goes beyond that', { retryAfterMs: 65_000 }, 20_000, 25],
    ['at once when nobody said how long', { retryAfterMs: null }, 0, 25],
    ['after a minute at most', { retryAfterMs: 1e12, leftMs: 1e12 }, 60_000, 25],
    ['so early that the last question can be a long one', { retryAfterMs: 300_000, leftMs: 60_000 }, 34_000, 25],
    ['for as long as is left', { leftMs: 11_500 }, 0, 10],
    ['until the lease is due', { renewInMs: 13_300 }, 0, 13],
    ['not before a second is over when it answered at once', { cameEarly: true }, 1_000, 25],
    ['when it said, when it answered at once', { cameEarly: true, retryAfterMs: 3_000 }, 3_000, 25],
  ])('is done %s', (_, more, pauseMs, waitSeconds) => {
    expect(planNextPoll(aWaiting(more))).toEqual({ pauseMs, waitSeconds });
  });

  it.each([
    [2_000, false, { pauseMs: 0, waitSeconds: 1 }],
    [1_999, false, null],
    [3_000, true, { pauseMs: 1_000, waitSeconds: 1 }],
    [2_999, true, null],
    [-5, false, null],
  ])('with %i ms left (answered at once: %s) is planned as %j', (leftMs, cameEarly, expected) => {
    expect(planNextPoll(aWaiting({ leftMs, cameEarly }))).toEqual(expected);
  });

  const waiting = fc.record({
    retryAfterMs: fc.option(durationMs(10_000_000), { nil: null }),
    leftMs: fc.integer({ min: -10_000, max: 10_000_000 }),
    renewInMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: -10_000, max: 100_000 })),
    isFirst: fc.boolean(),
    cameEarly: fc.boolean(),
  });

  it('never goes beyond what is left, what the server holds, or a minute of silence', () => {
    fc.assert(
      fc.property(waiting, (given) => {
        const plan = planNextPoll(given);
        if (!plan) {
          expect(given.leftMs).toBeLessThan(3_000);
          return;
        }
        expect(plan.waitSeconds).toBeGreaterThanOrEqual(1);
        expect(plan.waitSeconds).toBeLessThanOrEqual(25);
        expect(Number.isInteger(plan.waitSeconds)).toBe(true);
        expect(plan.pauseMs).toBeGreaterThanOrEqual(0);
        expect(plan.pauseMs).toBeLessThanOrEqual(60_000);
        expect(plan.pauseMs + plan.waitSeconds * 1_000).toBeLessThanOrEqual(given.leftMs);
      }),
    );
  });

  it('takes time: whatever the server does, a minute is never used up in more than a question a second', () => {
    const answers = fc.array(fc.record({ retryAfterMs: durationMs(5_000), isHeld: fc.boolean() }), { minLength: 200 });
    fc.assert(
      fc.property(answers, (said) => {
        let leftMs = 60_000;
        let asked = 0;
        let [cameEarly, retryAfterMs] = [false, 0];
        for (const answer of said) {
          const plan = planNextPoll(aWaiting({ leftMs, cameEarly, retryAfterMs }));
          if (!plan) break;
          leftMs -= plan.pauseMs + (answer.isHeld ? plan.waitSeconds * 1_000 : 0);
          [cameEarly, retryAfterMs] = [!answer.isHeld, answer.retryAfterMs];
          asked += 1;
        }
        expect(asked).toBeLessThanOrEqual(61);
      }),
    );
  });

  it('takes at most 4 requests for a start of 30 s, whatever it was expected to take', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 3 }),
        (expectedSeconds, overdueSeconds) => {
          let [nowMs, requests] = [0, 1];
          while (nowMs < 30_000) {
            const restMs = expectedSeconds * 1_000 - nowMs;
            const retryAfterMs = restMs > 0 ? restMs : overdueSeconds * 1_000;
            const plan = planNextPoll(aWaiting({ leftMs: 300_000 - nowMs, retryAfterMs, isFirst: requests === 1 }));
            if (!plan) throw new Error('given up');
            // The server answers as soon as it is ready, and before its time is over.
            nowMs = Math.max(nowMs + plan.pauseMs, Math.min(nowMs + plan.pauseMs + plan.waitSeconds * 1_000, 30_000));
            requests += 1;
          }
          expect(requests).toBeLessThanOrEqual(4);
          expect(nowMs).toBeLessThanOrEqual(85_000);
        },
      ),
    );
  });
});

describe('asking for a verdict', () => {
  it('begins soon, and settles down to every few seconds', () => {
    const looks = Array.from({ length: 30 }, (_, index) => planNextLook(index, 0.999));
    expect(looks[0]).toBeLessThan(501);
    expect(looks.toSorted((a, b) => a - b)).toEqual(looks);
    expect(looks.at(-1)).toBeLessThanOrEqual(5_000);
    expect(planNextLook(20, 0)).toBe(2_500);
  });
});
