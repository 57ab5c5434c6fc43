import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasFailedTooOften, trip } from '#shared/domain/lifecycle/starts.ts';
import { aRecord } from '../../support/builders.ts';
import { MINUTE, T0 } from '../../support/virtual-clock.ts';

describe('too many start failures', () => {
  it.each([
    [2, 'awake', false],
    [3, 'awake', true],
    [4, 'draining', true],
    [3, 'asleep', false],
  ] as const)('are three in one generation: %d while %s, %s', (count, intent, expected) => {
    const failedTasks = ['a', 'b', 'c', 'd'].slice(0, count);
    expect(hasFailedTooOften(aRecord({ intent, failedTasks }))).toBe(expected);
  });

  it('close the door for a minute, then for twice as long each time, up to half an hour', () => {
    const minutes: number[] = [];
    let record = aRecord();
    for (let trips = 1; trips <= 8; trips += 1) {
      const breaker = trip(record, 'api:7', T0);
      expect(breaker).toMatchObject({ trips, taskDefinition: 'api:7' });
      minutes.push((breaker.until - T0) / MINUTE);
      record = aRecord({ breaker });
    }
    expect(minutes).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('never close it for longer, however many there were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), (trips) => {
        const breaker = trip(aRecord({ breaker: { trips, until: T0, taskDefinition: 'x' } }), 'x', T0);
        expect(breaker.until - T0).toBeGreaterThanOrEqual(MINUTE);
        expect(breaker.until - T0).toBeLessThanOrEqual(30 * MINUTE);
      }),
    );
  });
});
