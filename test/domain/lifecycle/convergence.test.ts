import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repairWrites, transitionWrites, wantedBounds, type FleetWrite } from '#shared/domain/lifecycle/convergence.ts';
import type { Observed, ScalingBounds } from '#shared/domain/lifecycle/observed.ts';
import { aDrainingRecord, anAsleepRecord, anObserved, aPolicy, aRecord } from '../../support/builders.ts';

const policy = aPolicy({ wakeCount: 2, max: 5 });
const awakeBounds: ScalingBounds = { min: 2, max: 5, suspended: false };
const asleepBounds: ScalingBounds = { min: 0, max: 5, suspended: true };
const count = (to: number): FleetWrite => ({ set: 'desiredCount', to });
const bounds = (to: ScalingBounds): FleetWrite => ({ set: 'bounds', to });

describe('what is wanted', () => {
  it('is a scaler that is suspended and may go to zero, of a sleeper', () => {
    expect(wantedBounds(anAsleepRecord(), policy)).toEqual(asleepBounds);
  });

  it.each([aRecord(), aDrainingRecord()])('is a scaler within the policy’s range otherwise', (record) => {
    expect(wantedBounds(record, policy)).toEqual(awakeBounds);
  });
});

describe('the winner of a transition writes, without looking', () => {
  it('the count on the way up', () => {
    expect(transitionWrites(aRecord(), policy, false)).toEqual([count(2)]);
  });

  it('zero on the way down', () => {
    expect(transitionWrites(anAsleepRecord(), policy, false)).toEqual([count(0)]);
  });

  it('the bounds after the count on the way up, or they lift it twice', () => {
    expect(transitionWrites(aRecord(), policy, true)).toEqual([count(2), bounds(awakeBounds)]);
  });

  it('the bounds before the count on the way down, or the scaler lifts the zero', () => {
    expect(transitionWrites(anAsleepRecord(), policy, true)).toEqual([bounds(asleepBounds), count(0)]);
  });
});

describe('everybody else writes what differs', () => {
  it.each([
    ['too few', 1, [count(2)]],
    ['none', 0, [count(2)]],
    ['just enough', 2, []],
    ['more, by a scaler', 3, []],
    ['as many as may be', 5, []],
    ['too many', 6, [count(5)]],
  ])('awake with %s (%d)', (_, desiredCount, expected) => {
    expect(repairWrites(aRecord(), policy, anObserved({ desiredCount }))).toEqual(expected);
    expect(repairWrites(aDrainingRecord(), policy, anObserved({ desiredCount }))).toEqual(expected);
  });

  it.each([
    [0, []],
    [1, [count(0)]],
    [5, [count(0)]],
  ])('asleep with %d', (desiredCount, expected) => {
    expect(repairWrites(anAsleepRecord(), policy, anObserved({ desiredCount }))).toEqual(expected);
  });

  it.each<[string, ScalingBounds]>([
    ['minimum', { ...awakeBounds, min: 1 }],
    ['maximum', { ...awakeBounds, max: 4 }],
    ['suspension', { ...awakeBounds, suspended: true }],
  ])('the bounds whose %s differs', (_, present) => {
    expect(repairWrites(aRecord(), policy, anObserved({ desiredCount: 2, bounds: present }))).toEqual([
      bounds(awakeBounds),
    ]);
  });

  it('the count and then the bounds on the way up, the bounds and then the count on the way down', () => {
    const up = anObserved({ desiredCount: 0, bounds: asleepBounds });
    expect(repairWrites(aRecord(), policy, up)).toEqual([count(2), bounds(awakeBounds)]);
    const down = anObserved({ desiredCount: 2, bounds: awakeBounds });
    expect(repairWrites(anAsleepRecord(), policy, down)).toEqual([bounds(asleepBounds), count(0)]);
  });

  it('no bounds where no scaler is registered', () => {
    expect(repairWrites(aRecord(), policy, anObserved({ desiredCount: 2, bounds: null }))).toEqual([]);
  });
});

describe('whatever is found', () => {
  const record = fc.constantFrom(aRecord(), aDrainingRecord(), anAsleepRecord());
  const rules = fc
    .record({ wakeCount: fc.integer({ min: 1, max: 9 }), more: fc.nat({ max: 9 }) })
    .map(({ wakeCount, more }) => aPolicy({ wakeCount, max: wakeCount + more }));
  const found = fc
    .record({
      desiredCount: fc.nat({ max: 30 }),
      bounds: fc.option(fc.record({ min: fc.nat({ max: 9 }), max: fc.nat({ max: 30 }), suspended: fc.boolean() })),
    })
    .map((more) => anObserved(more));

  const applied = (observed: Observed, writes: readonly FleetWrite[]): Observed =>
    writes.reduce(
      (now, write) => (write.set === 'bounds' ? { ...now, bounds: write.to } : { ...now, desiredCount: write.to }),
      observed,
    );

  it('one round is enough: after it there is nothing to write', () => {
    fc.assert(
      fc.property(record, rules, found, (wanted, limits, observed) => {
        const after = applied(observed, repairWrites(wanted, limits, observed));
        expect(repairWrites(wanted, limits, after)).toEqual([]);
      }),
    );
  });

  it('what the winner wrote blindly needs no repair', () => {
    fc.assert(
      fc.property(record, rules, found, (wanted, limits, observed) => {
        const after = applied(observed, transitionWrites(wanted, limits, observed.bounds !== null));
        expect(repairWrites(wanted, limits, after)).toEqual([]);
      }),
    );
  });

  it('the count is zero, or within what the policy allows', () => {
    fc.assert(
      fc.property(record, rules, found, (wanted, limits, observed) => {
        const { desiredCount } = applied(observed, repairWrites(wanted, limits, observed));
        if (wanted.intent === 'asleep') expect(desiredCount).toBe(0);
        else expect(desiredCount).toBe(Math.min(Math.max(observed.desiredCount, limits.wakeCount), limits.max));
      }),
    );
  });
});
