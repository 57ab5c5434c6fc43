import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideSleeper, type SleeperEvidence } from '#shared/domain/lifecycle/decide-sleeper.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { aHold, anAsleepRecord } from '../../support/builders.ts';
import { aScheduledPolicy } from '../../support/schedules.ts';
import { DAY, HOUR, MINUTE, T0 } from '../../support/virtual-clock.ts';

/** T0 is ten o'clock on a Friday, in UTC. */
const OFFICE = aScheduledPolicy({ awake: 'Mon-Fri 08:00-18:00', asleep: 'Sat-Sun 00:00-24:00' });
const NOTHING: SleeperEvidence = { nightlyKillAt: T0 - 11 * HOUR, refusedUntil: null };
const EIGHT = T0 - 2 * HOUR;
const SIX = T0 + 8 * HOUR;

const decided = (
  record: Partial<ServiceRecord> = {},
  evidence: Partial<SleeperEvidence> = {},
  now = T0,
  policy = OFFICE,
) => decideSleeper(anAsleepRecord(record), policy, { ...NOTHING, ...evidence }, now);

const told = (...args: Parameters<typeof decided>): string => {
  const { act, because } = decided(...args);
  return `${act}: ${because}`;
};

describe('a sleeper', () => {
  it.each([
    [EIGHT - 1, 'rest: asleep'],
    [EIGHT, 'wake: scheduled-awake'],
    [T0, 'wake: scheduled-awake'],
    [SIX - 1, 'wake: scheduled-awake'],
    [SIX, 'rest: asleep'],
    [T0 + DAY, 'rest: asleep'],
  ])('is woken within a window awake, and only there: at %d, %s', (now, expected) => {
    expect(told({}, {}, now)).toBe(expected);
  });

  it('is not woken without a schedule', () => {
    expect(decided({}, {}, T0, { ...OFFICE, schedule: null })).toEqual({
      act: 'rest',
      because: 'asleep',
      recheckAt: null,
    });
  });

  it('rests until its next window awake, whatever windows asleep come before', () => {
    expect(decided({}, {}, SIX).recheckAt).toBe(EIGHT + 3 * DAY);
    expect(decided({}, {}, T0 + DAY).recheckAt).toBe(EIGHT + 3 * DAY);
    const never = aScheduledPolicy({ asleep: 'Sat-Sun 00:00-24:00' });
    expect(decided({}, {}, T0, never).recheckAt).toBeNull();
  });

  it('that is held asleep is not woken before the hold ends', () => {
    const hold = aHold({ intent: 'asleep', until: T0 + HOUR });
    expect(decided({ hold })).toEqual({ act: 'rest', because: 'held-asleep', recheckAt: T0 + HOUR });
    expect(told({ hold }, {}, T0 + HOUR)).toBe('wake: scheduled-awake');
  });
});

describe('after failed starts a window awake', () => {
  it.each([
    [T0 - MINUTE, 'wake: scheduled-awake'],
    [T0, 'wake: scheduled-awake'],
    [T0 + 1, 'rest: failing'],
  ])('waits like everybody else: until %d, %s', (refusedUntil, expected) => {
    expect(told({}, { refusedUntil })).toBe(expected);
  });

  it('asks again when the wait or the window is over', () => {
    expect(decided({}, { refusedUntil: T0 + MINUTE }).recheckAt).toBe(T0 + MINUTE);
    expect(decided({}, { refusedUntil: T0 + 9 * HOUR }).recheckAt).toBe(SIX);
  });
});

describe('what somebody forced asleep', () => {
  it.each([
    ['within this window', T0 - MINUTE, T0, 'rest: forced'],
    ['as it began', EIGHT, T0, 'rest: forced'],
    ['just before it began', EIGHT - 1, T0, 'wake: scheduled-awake'],
    ['within this window, which has ended', T0, SIX, 'rest: asleep'],
    ['within the last window', T0, EIGHT + 3 * DAY, 'wake: scheduled-awake'],
  ])('%s', (_, dismissedAt, now, expected) => {
    expect(told({ dismissedAt }, {}, now)).toBe(expected);
  });

  it('rests until the schedule changes; for ever, where it never does', () => {
    expect(decided({ dismissedAt: T0 }).recheckAt).toBe(SIX);
    const always = aScheduledPolicy({ awake: '00:00-24:00' });
    expect(decided({ dismissedAt: T0 }, {}, T0, always)).toEqual({ act: 'rest', because: 'forced', recheckAt: null });
  });

  it('before there was a note of it is woken', () => {
    const { dismissedAt: _, ...older } = anAsleepRecord();
    expect(decideSleeper(older, OFFICE, NOTHING, T0).act).toBe('wake');
  });
});

describe('at closing time a window awake', () => {
  const LATE = aScheduledPolicy({ awake: 'Fri 20:00-02:00' });
  const ELEVEN = T0 + 13 * HOUR;
  const after = (ms: number, policy = LATE) => told({}, { nightlyKillAt: ELEVEN }, ELEVEN + ms, policy);

  it.each([
    [0, 'rest: nightly-kill'],
    [30 * MINUTE - 1, 'rest: nightly-kill'],
    [30 * MINUTE, 'wake: scheduled-awake'],
  ])('waits until everybody has been shown out: %d ms after, %s', (ms, expected) => {
    expect(after(ms)).toBe(expected);
  });

  it('asks again then', () => {
    expect(decided({}, { nightlyKillAt: ELEVEN }, ELEVEN, LATE).recheckAt).toBe(ELEVEN + 30 * MINUTE);
  });

  it('does not wait where the service is exempt, or has only begun since', () => {
    expect(after(MINUTE, { ...LATE, nightlyKill: 'no' })).toBe('wake: scheduled-awake');
    expect(after(MINUTE, { ...LATE, nightlyKill: 'spare-leased' })).toBe('rest: nightly-kill');
    expect(after(10 * MINUTE, aScheduledPolicy({ awake: 'Fri 23:10-24:00' }))).toBe('wake: scheduled-awake');
    expect(after(10 * MINUTE, aScheduledPolicy({ awake: 'Fri 23:00-24:00' }))).toBe('rest: nightly-kill');
  });
});

describe('whatever keeps a sleeper asleep', () => {
  const minutes = (low: number, high: number) => fc.integer({ min: low, max: high }).map((n) => T0 + n * MINUTE);
  const maybe = fc.option(minutes(-300, 300), { nil: null });
  const policies = fc.constantFrom(
    OFFICE,
    aScheduledPolicy({ awake: '09:50-10:20 10:40-10:45 11:00-12:00' }),
    aScheduledPolicy({ awake: '10:05-10:07', asleep: '10:00-10:30 10:40-10:41' }),
    aScheduledPolicy({ awake: '00:00-24:00' }, { nightlyKill: 'no' }),
  );
  const records = fc
    .record({ until: maybe, dismissedAt: maybe })
    .map(({ until, dismissedAt }) =>
      anAsleepRecord({ dismissedAt, hold: until === null ? null : aHold({ intent: 'asleep', until }) }),
    );
  const evidences = fc.record({ nightlyKillAt: minutes(-300, 0), refusedUntil: maybe });

  it('asking at recheckAt gives another answer, and asking before gives the same', () => {
    fc.assert(
      fc.property(policies, records, evidences, minutes(0, 120), (policy, record, evidence, now) => {
        const at = (when: number): string => {
          const { act, because } = decideSleeper(record, policy, evidence, when);
          return `${act}: ${because}`;
        };
        const { act, recheckAt } = decideSleeper(record, policy, evidence, now);
        if (act === 'wake') return;
        const present = at(now);
        const end = Math.min(recheckAt ?? Infinity, now + 6 * HOUR);
        for (let when = now; when < end; when += MINUTE) expect(at(when)).toBe(present);
        if (recheckAt === null) return;
        expect(recheckAt).toBeGreaterThan(now);
        expect(at(recheckAt - 1)).toBe(present);
        expect(at(recheckAt)).not.toBe(present);
      }),
      { numRuns: 60 },
    );
  });
});
