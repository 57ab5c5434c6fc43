import { describe, expect, it } from 'vitest';
import { decide, type TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import { decideIdle } from '#shared/domain/idle/decide-idle.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { aDrainingRecord, aHold, anAsleepRecord, aPolicy, aRecord, tickEvidence } from '../../support/builders.ts';
import { HOUR, MINUTE, T0 } from '../../support/virtual-clock.ts';

const policy = aPolicy();
const failed = ['a', 'b', 'c'];
const held = aHold({ until: T0 + HOUR });
const heldAsleep = aHold({ intent: 'asleep', until: T0 + HOUR });
const killed: Partial<TickEvidence> = { nightlyKillAt: T0 - MINUTE };
const leased: Partial<TickEvidence> = { leasedUntil: T0 + HOUR };
const yesterday = { wokenAt: T0 - 5 * HOUR };

const decided = (record: ServiceRecord, more: Partial<TickEvidence> = {}, now = T0): string => {
  const { act, because } = decide(record, policy, tickEvidence(more), now);
  return `${act}: ${because}`;
};

describe('who wins, first match', () => {
  it.each<[string, ServiceRecord, Partial<TickEvidence>, string]>([
    [
      'failures over everything',
      aRecord({ ...yesterday, failedTasks: failed, hold: held }),
      { ...killed, ...leased },
      'force: start-failures',
    ],
    ['failures while draining', aDrainingRecord({ failedTasks: failed }), {}, 'force: start-failures'],
    ['a hold awake over the nightly kill', aRecord({ ...yesterday, hold: held }), killed, 'keep: held-awake'],
    ['a hold awake over idleness', aDrainingRecord({ hold: held }), { drainingSince: T0 - HOUR }, 'keep: held-awake'],
    ['a hold asleep', anAsleepRecord({ hold: heldAsleep }), leased, 'rest: held-asleep'],
    ['the nightly kill over leases', aRecord(yesterday), { ...killed, ...leased }, 'force: nightly-kill'],
    ['a lease over idleness', aRecord(), leased, 'keep: leased'],
    ['idleness last', aRecord(), {}, 'drain: idle'],
    ['sleep after draining', aDrainingRecord(), { drainingSince: T0 - HOUR }, 'sleep: idle'],
    [
      'nothing to decide about a sleeper',
      anAsleepRecord({ failedTasks: failed }),
      { ...killed, ...leased },
      'rest: asleep',
    ],
  ])('%s', (_, record, evidence, expected) => {
    expect(decided(record, evidence)).toBe(expected);
  });

  it('the nightly kill that spares leases goes through draining, and is called off by a lease', () => {
    const sparing = aPolicy({ nightlyKill: 'spare-leased' });
    const verdict = (record: ServiceRecord, more: Partial<TickEvidence> = {}): string => {
      const { act, because } = decide(record, sparing, tickEvidence({ ...killed, ...more }), T0);
      return `${act}: ${because}`;
    };
    expect(verdict(aRecord(yesterday))).toBe('drain: nightly-kill');
    expect(verdict(aDrainingRecord(yesterday))).toBe('force: nightly-kill');
    expect(verdict(aDrainingRecord(yesterday), leased)).toBe('keep: leased');
  });

  it('two failures are not too many', () => {
    expect(decided(aRecord({ failedTasks: ['a', 'b'] }), leased)).toBe('keep: leased');
  });
});

describe('the end of a hold', () => {
  it.each([
    [held.until - 1, 'keep: held-awake'],
    [held.until, 'drain: idle'],
  ])('awake is the end of its say', (now, expected) => {
    const measurement = { measuredAt: now, inUse: false, lastUseAt: null, lastActivityAt: T0 - HOUR };
    expect(decided(aRecord({ hold: held }), { measurement }, now)).toBe(expected);
  });

  it('is when to ask again', () => {
    expect(decide(aRecord({ hold: held }), policy, tickEvidence(), T0).recheckAt).toBe(held.until);
    expect(decide(anAsleepRecord({ hold: heldAsleep }), policy, tickEvidence(), T0).recheckAt).toBe(heldAsleep.until);
    expect(decide(anAsleepRecord(), policy, tickEvidence(), T0).recheckAt).toBeNull();
  });
});

it('spares the leased where the policy says so', () => {
  const sparing = aPolicy({ nightlyKill: 'spare-leased' });
  const evidence = tickEvidence({ ...killed, ...leased });
  expect(decide(aRecord(yesterday), sparing, evidence, T0).because).toBe('leased');
  expect(decide(aRecord(yesterday), sparing, { ...evidence, leasedUntil: null }, T0).because).toBe('nightly-kill');
});

it('forces once: there is no later to ask', () => {
  expect(decide(aRecord(yesterday), policy, tickEvidence(killed), T0).recheckAt).toBeNull();
  expect(decide(aRecord({ failedTasks: failed }), policy, tickEvidence(), T0).recheckAt).toBeNull();
});

it('leaves the rest to idleness, word for word', () => {
  const evidence = tickEvidence({ leasedUntil: T0 + MINUTE });
  expect(decide(aRecord(), policy, evidence, T0)).toEqual(decideIdle(policy, evidence, T0));
});
