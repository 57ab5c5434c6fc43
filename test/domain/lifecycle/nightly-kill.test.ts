import { describe, expect, it } from 'vitest';
import { isDue, isKilledNightly } from '#shared/domain/lifecycle/nightly-kill.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { aDrainingRecord, aHold, anAsleepRecord, aPolicy, aRecord } from '../../support/builders.ts';
import { HOUR, MINUTE } from '../../support/virtual-clock.ts';

const at = (text: string): number => Date.parse(text);
const ELEVEN = at('2026-11-20T23:00:00Z');

describe('a nightly kill is due', () => {
  it.each([
    [-1, false],
    [0, true],
    [30 * MINUTE - 1, true],
    [30 * MINUTE, false],
  ])('for half an hour: %d ms after it, %s', (lateMs, expected) => {
    expect(isDue(ELEVEN, ELEVEN + lateMs)).toBe(expected);
    const record = aRecord({ wokenAt: ELEVEN - HOUR });
    expect(isKilledNightly(record, aPolicy(), { scheduledAt: ELEVEN, isLeased: false }, ELEVEN + lateMs)).toBe(
      expected,
    );
  });
});

describe('a nightly kill', () => {
  const ends = (
    record = aRecord({ wokenAt: ELEVEN - HOUR }),
    policy: Partial<Policy> = {},
    isLeased = false,
  ): boolean => isKilledNightly(record, aPolicy(policy), { scheduledAt: ELEVEN, isLeased }, ELEVEN + MINUTE);

  it.each([
    [-1, true],
    [0, true],
    [1, false],
  ])('spares a service woken after it: %d ms, %s', (afterMs, expected) => {
    expect(ends(aRecord({ wokenAt: ELEVEN + afterMs }))).toBe(expected);
  });

  it('ends a service that is draining, and has nothing to do with a sleeper', () => {
    expect(ends(aDrainingRecord({ wokenAt: ELEVEN - HOUR }))).toBe(true);
    expect(ends(anAsleepRecord())).toBe(false);
    expect(ends(anAsleepRecord({ wokenAt: ELEVEN - HOUR }))).toBe(false);
    expect(ends(aRecord({ wokenAt: null }))).toBe(false);
  });

  it.each([
    ['yes', false, true],
    ['yes', true, true],
    ['spare-leased', false, true],
    ['spare-leased', true, false],
    ['no', false, false],
    ['no', true, false],
  ] as const)('does as the policy says: %s, leased %s, ends %s', (nightlyKill, isLeased, expected) => {
    expect(ends(undefined, { nightlyKill }, isLeased)).toBe(expected);
  });

  it('spares what is held awake, as long as the hold lasts', () => {
    const held = (until: number) => aRecord({ wokenAt: ELEVEN - HOUR, hold: aHold({ until }) });
    expect(ends(held(ELEVEN + MINUTE + 1))).toBe(false);
    expect(ends(held(ELEVEN + MINUTE))).toBe(true);
  });
});
