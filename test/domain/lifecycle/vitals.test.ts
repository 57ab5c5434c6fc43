import { describe, expect, it } from 'vitest';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { notReadySince, vitals, vitalsOfStep } from '#shared/domain/lifecycle/vitals.ts';
import { aDrainingRecord, anAsleepRecord, anObserved, aPolicy, aRecord, aTask } from '../../support/builders.ts';
import { MINUTE, T0 } from '../../support/virtual-clock.ts';

const NOW = T0 + 5 * MINUTE;
const ready = anObserved({ observedAt: NOW });
const gone = anObserved({ tasks: [], observedAt: NOW });
const sick = anObserved({ tasks: [aTask({ health: 'UNHEALTHY' })], observedAt: NOW });

describe('since when a service is wanted without being ready', () => {
  it.each<[string, ServiceRecord, Observed, number | null, number | null]>([
    ['ready', aRecord(), ready, null, null],
    ['ready again', aRecord({ readyAt: T0 }), ready, T0 + MINUTE, null],
    ['ready and draining', aDrainingRecord(), ready, null, null],
    ['asleep', anAsleepRecord(), gone, null, null],
    ['asleep, its tasks still stopping', anAsleepRecord(), sick, T0, null],
    ['on its way up: since the wake', aRecord(), gone, null, T0],
    ['on its way up, its task not healthy yet', aRecord(), sick, null, T0],
    ['no more: since it was seen so first', aRecord({ readyAt: T0 }), gone, null, NOW],
    ['no more: since somebody saw it so before', aRecord({ readyAt: T0 }), sick, T0 + MINUTE, T0 + MINUTE],
    ['no more, while draining', aDrainingRecord(), gone, T0 + MINUTE, T0 + MINUTE],
    ['found running, by somebody who knows no wake', aRecord({ wokenAt: null }), gone, null, NOW],
  ])('%s', (_, record, observed, known, expected) => {
    expect(notReadySince(record, observed, aPolicy(), known)).toBe(expected);
  });

  it('asks for as many tasks as a wake does', () => {
    expect(notReadySince(aRecord(), ready, aPolicy({ wakeCount: 2, max: 2 }), null)).toBe(T0);
  });
});

describe('the vitals', () => {
  it.each<[string, ServiceRecord, number | null, number, number]>([
    ['ready', aRecord(), null, 1, 0],
    ['draining', aDrainingRecord(), null, 1, 0],
    ['asleep', anAsleepRecord(), null, 0, 0],
    ['asleep, and said to be missing', anAsleepRecord(), T0, 0, 0],
    ['missing for five minutes', aRecord(), T0, 1, 300],
    ['missing for a part of a second', aRecord(), NOW - 1, 1, 1],
    ['missing since this instant: never 0, which is ready', aRecord(), NOW, 1, 1],
    ['missing since an instant that another clock calls the future', aRecord(), NOW + MINUTE, 1, 1],
    ['missing for a second and a half', aRecord(), NOW - 1_500, 1, 2],
  ])('of a service that is %s', (_, record, since, wanted, seconds) => {
    expect(vitals(record, since, NOW)).toEqual({ AwakeWanted: [wanted], NotReadySeconds: [seconds] });
  });

  it.each<[string, ServiceRecord, ServiceRecord, ReturnType<typeof vitalsOfStep>]>([
    ['woken', anAsleepRecord(), aRecord(), { AwakeWanted: [0, 1], NotReadySeconds: [1] }],
    ['put to sleep', aDrainingRecord(), anAsleepRecord(), { AwakeWanted: [1, 0], NotReadySeconds: [0] }],
    ['drained', aRecord(), aDrainingRecord(), undefined],
    ['recalled', aDrainingRecord(), aRecord(), undefined],
    ['noted', anAsleepRecord(), anAsleepRecord(), undefined],
  ])('of the step by which it is %s', (_, from, to, expected) => {
    expect(vitalsOfStep(from, to)).toEqual(expected);
  });
});
