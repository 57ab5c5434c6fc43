import { describe, expect, it } from 'vitest';
import { decideIdle, type IdleEvidence } from '#shared/domain/idle/decide-idle.ts';
import { aMeasurement, someEvidence } from '../../support/builders.ts';
import { aScheduledPolicy } from '../../support/schedules.ts';
import { HOUR, MINUTE, T0 } from '../../support/virtual-clock.ts';

/** T0 is ten o'clock on a Friday, in UTC. */
const AWAKE = { awake: 'Fri 09:00-11:00' };
const ASLEEP = { asleep: 'Fri 09:00-11:00' };
const longAgo = { wokenAt: T0 - 9 * HOUR, readyAt: T0 - 9 * HOUR };
const unknown = { measurement: aMeasurement({ measuredAt: null, inUse: null, lastActivityAt: null }) };

const told = (words: Parameters<typeof aScheduledPolicy>[0], more: Partial<IdleEvidence> = {}, now = T0) => {
  const { act, because } = decideIdle(aScheduledPolicy(words), someEvidence(more), now);
  return `${act}: ${because}`;
};

describe('a window awake', () => {
  it.each<[string, Partial<IdleEvidence>, string]>([
    ['keeps what is idle', {}, 'keep: scheduled-awake'],
    ['takes back what drains', { drainingSince: T0 - HOUR }, 'keep: scheduled-awake'],
    ['comes after a lease', { leasedUntil: T0 + HOUR }, 'keep: leased'],
    ['comes after use', { measurement: aMeasurement({ inUse: true, lastActivityAt: T0 }) }, 'keep: active'],
    ['comes before grace', { readyAt: T0 }, 'keep: scheduled-awake'],
    ['comes before booting', { readyAt: null, wokenAt: T0 }, 'keep: scheduled-awake'],
    ['comes before silence', { ...unknown, knownAt: T0 - 9 * HOUR }, 'keep: scheduled-awake'],
  ])('%s', (_, more, expected) => {
    expect(told(AWAKE, more)).toBe(expected);
  });

  it.each([
    [T0 - HOUR - 1, 'drain: idle'],
    [T0 - HOUR, 'keep: scheduled-awake'],
    [T0 + HOUR - 1, 'keep: scheduled-awake'],
    [T0 + HOUR, 'drain: idle'],
  ])('at %d: %s', (now, expected) => {
    expect(
      told(AWAKE, { ...longAgo, measurement: aMeasurement({ measuredAt: now, lastActivityAt: T0 - 5 * HOUR }) }, now),
    ).toBe(expected);
  });

  it('is when to ask again', () => {
    expect(decideIdle(aScheduledPolicy(AWAKE), someEvidence(), T0).recheckAt).toBe(T0 + HOUR);
    const soon = aScheduledPolicy({ awake: 'Fri 10:30-11:00' });
    const signal = { kind: 'leases' } as const;
    expect(decideIdle({ ...soon, signal }, someEvidence(), T0).recheckAt).toBe(T0 + 30 * MINUTE);
    const asleep = decideIdle({ ...soon, signal }, someEvidence({ drainingSince: T0 - HOUR }), T0);
    expect(asleep).toEqual({ act: 'sleep', because: 'idle', recheckAt: T0 + 30 * MINUTE });
  });
});

describe('a window asleep', () => {
  it.each<[string, Partial<IdleEvidence>, string]>([
    ['lets what is idle drain', {}, 'drain: scheduled-asleep'],
    ['is confirmed like idleness', { drainingSince: T0 - 4 * MINUTE }, 'sleep: scheduled-asleep'],
    ['is not confirmed before', { drainingSince: T0 - 4 * MINUTE + 1 }, 'drain: scheduled-asleep'],
    ['ends no lease', { leasedUntil: T0 + HOUR }, 'keep: leased'],
    ['ends no use', { measurement: aMeasurement({ inUse: true, lastActivityAt: T0 }) }, 'keep: active'],
    ['ends grace', { readyAt: T0 }, 'drain: scheduled-asleep'],
    ['ends a boot that nobody waits for', { readyAt: null, wokenAt: T0 }, 'drain: scheduled-asleep'],
    ['does not wait for a deployment', { deployingSince: T0 }, 'drain: scheduled-asleep'],
    ['takes silence for what it is', { ...unknown, knownAt: T0 - MINUTE }, 'keep: unknown'],
    ['ends silence as usual', { ...unknown, knownAt: T0 - 30 * MINUTE }, 'drain: scheduled-asleep'],
  ])('%s', (_, more, expected) => {
    expect(told(ASLEEP, more)).toBe(expected);
  });

  it('gives way to a window awake', () => {
    expect(told({ ...AWAKE, asleep: '00:00-24:00' })).toBe('keep: scheduled-awake');
    expect(told({ awake: 'Fri 11:00-12:00', asleep: '00:00-24:00' })).toBe('drain: scheduled-asleep');
  });
});
