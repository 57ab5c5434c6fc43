import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideIdle, type IdleEvidence } from '#shared/domain/idle/decide-idle.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { aPolicy } from '../../support/builders.ts';
import { aSchedule } from '../../support/schedules.ts';
import { DAY, HOUR, MINUTE, T0 } from '../../support/virtual-clock.ts';

const durationMs = fc.constantFrom(1_000, 5_000, MINUTE, 4 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR);
const instant = fc.oneof(
  fc.integer({ min: T0 - 2 * HOUR, max: T0 + 2 * HOUR }),
  fc.integer({ min: -120, max: 120 }).map((minutes) => T0 + minutes * MINUTE),
);
const maybe = fc.option(instant, { nil: null });

const policy: fc.Arbitrary<Policy> = fc
  .record({
    idleAfterMs: durationMs,
    confirmAfterMs: durationMs,
    graceAfterWakeMs: fc.oneof(fc.constant(0), durationMs),
    unknownAfterMs: durationMs,
    silentConnectionCapMs: durationMs,
    bootLimitMs: durationMs,
    signal: fc.constantFrom<Policy['signal']>(
      { kind: 'connections' },
      { kind: 'alb', dimensions: [] },
      { kind: 'nlb', dimensions: [] },
      { kind: 'metric', namespace: 'Mine', name: 'Depth', idleAtMost: 0 },
      { kind: 'leases' },
    ),
  })
  .map(aPolicy);

/** T0 is a Friday, ten o'clock in UTC. */
const scheduled: fc.Arbitrary<Policy> = fc
  .tuple(
    policy,
    fc.constantFrom(
      null,
      aSchedule({ awake: 'Mon-Fri 09:30-10:05 10:20-11:00 11:59-12:00' }),
      aSchedule({ asleep: 'Mon-Fri 09:30-10:05 10:20-11:00 11:59-12:00' }),
      aSchedule({ awake: '10:00-10:30 Asia/Kathmandu', asleep: '00:00-24:00' }),
      aSchedule({ awake: 'Fri 10:10-10:12 10:13-10:14', asleep: 'Fri 09:00-10:11' }),
      aSchedule({ asleep: 'Hol 09:00-10:10', holidays: '2026-11-20' }),
      aSchedule({ awake: '00:00-24:00' }),
    ),
  )
  .map(([rules, schedule]) => ({ ...rules, schedule }));

const evidence: fc.Arbitrary<IdleEvidence> = fc.record({
  leasedUntil: maybe,
  leaseEndedAt: maybe,
  measurement: fc.record({
    measuredAt: maybe,
    inUse: fc.constantFrom(true, false, null),
    lastUseAt: maybe,
    lastActivityAt: maybe,
  }),
  knownAt: instant,
  wokenAt: instant,
  readyAt: maybe,
  deployingSince: maybe,
  drainingSince: maybe,
});

const RUNS = { numRuns: 2_000 };

const answer = (rules: Policy, facts: IdleEvidence, at: number): string => {
  const { act, because } = decideIdle(rules, facts, at);
  return `${act}: ${because}`;
};

describe('whatever is known', () => {
  it('asking at recheckAt gives another answer, and asking before gives the same', () => {
    fc.assert(
      fc.property(
        scheduled,
        evidence,
        instant,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rules, facts, now, part) => {
          const { recheckAt } = decideIdle(rules, facts, now);
          fc.pre(recheckAt !== null);
          const present = answer(rules, facts, now);
          expect(recheckAt).toBeGreaterThan(now);
          expect(answer(rules, facts, recheckAt)).not.toBe(present);
          const between = [now + 1, now + Math.floor((recheckAt - now) * part), recheckAt - 1];
          for (const at of between) if (at > now && at < recheckAt) expect(answer(rules, facts, at)).toBe(present);
        },
      ),
      RUNS,
    );
  });

  it('an answer without recheckAt never changes', () => {
    fc.assert(
      fc.property(
        scheduled,
        evidence,
        instant,
        fc.array(fc.nat({ max: 3 * DAY }), { minLength: 20 }),
        (rules, facts, now, laterMs) => {
          fc.pre(decideIdle(rules, facts, now).recheckAt === null);
          for (const ms of laterMs) expect(answer(rules, facts, now + ms)).toBe(answer(rules, facts, now));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('every answer is final in the end: asking at every recheckAt comes to a stop', () => {
    fc.assert(
      fc.property(policy, evidence, instant, (rules, facts, now) => {
        let at: number | null = now;
        for (let asked = 0; at !== null && asked < 12; asked += 1) at = decideIdle(rules, facts, at).recheckAt;
        expect(at).toBeNull();
      }),
      RUNS,
    );
  });

  it('a live lease keeps the service awake', () => {
    fc.assert(
      fc.property(scheduled, evidence, instant, fc.nat({ max: DAY }), (rules, facts, now, leftMs) => {
        expect(answer(rules, { ...facts, leasedUntil: now + leftMs }, now)).toBe('keep: leased');
      }),
      RUNS,
    );
  });

  it('a deployment, a boot within its limit and the grace after it keep it awake', () => {
    fc.assert(
      fc.property(policy, evidence, instant, fc.nat(), (rules, facts, now, ms) => {
        const within = (limitMs: number): number => now - (ms % limitMs);
        expect(decideIdle(rules, { ...facts, deployingSince: within(rules.unknownAfterMs) }, now).act).toBe('keep');
        expect(decideIdle(rules, { ...facts, readyAt: null, wokenAt: within(rules.bootLimitMs) }, now).act).toBe(
          'keep',
        );
        if (rules.graceAfterWakeMs === 0) return;
        expect(decideIdle(rules, { ...facts, readyAt: within(rules.graceAfterWakeMs) }, now).act).toBe('keep');
      }),
      RUNS,
    );
  });

  it('silence never ends a service before unknown-after', () => {
    const silence = { measuredAt: null, inUse: null, lastUseAt: null, lastActivityAt: null };
    fc.assert(
      fc.property(scheduled, evidence, instant, fc.nat(), (rules, facts, now, ms) => {
        fc.pre(rules.signal.kind !== 'leases');
        const since = now - (ms % rules.unknownAfterMs);
        const silent = { ...facts, measurement: silence };
        for (const known of [
          { knownAt: since },
          { leaseEndedAt: since },
          { readyAt: since },
          { readyAt: null, wokenAt: since },
        ]) {
          expect(decideIdle(rules, { ...silent, ...known }, now).act).toBe('keep');
        }
      }),
      RUNS,
    );
  });

  it('silence never keeps a service awake for ever', () => {
    fc.assert(
      fc.property(policy, evidence, (rules, facts) => {
        expect(decideIdle(rules, facts, T0 + 10 * DAY).act).not.toBe('keep');
      }),
      RUNS,
    );
  });

  it('nothing sleeps that has not been draining for confirm-after', () => {
    fc.assert(
      fc.property(scheduled, evidence, instant, (rules, facts, now) => {
        const { act } = decideIdle(rules, facts, now);
        const hasDrained = facts.drainingSince !== null && now >= facts.drainingSince + rules.confirmAfterMs;
        if (act === 'sleep') expect(hasDrained).toBe(true);
        if (act === 'drain') expect(hasDrained).toBe(false);
      }),
      RUNS,
    );
  });

  it('draining changes nothing about whether the service is kept', () => {
    fc.assert(
      fc.property(scheduled, evidence, instant, instant, (rules, facts, now, since) => {
        const awake = decideIdle(rules, { ...facts, drainingSince: null }, now);
        const draining = decideIdle(rules, { ...facts, drainingSince: since }, now);
        expect(draining.because).toBe(awake.because);
        expect(draining.act === 'keep').toBe(awake.act === 'keep');
      }),
      RUNS,
    );
  });

  it('within a window awake everything is kept, and within one asleep nothing but for a reason that somebody gives', () => {
    fc.assert(
      fc.property(policy, evidence, instant, (rules, facts, now) => {
        const awake = decideIdle({ ...rules, schedule: aSchedule({ awake: '00:00-24:00' }) }, facts, now);
        expect(awake.act).toBe('keep');
        const asleep = decideIdle({ ...rules, schedule: aSchedule({ asleep: '00:00-24:00' }) }, facts, now);
        if (asleep.act === 'keep') expect(['leased', 'active', 'unknown']).toContain(asleep.because);
        else expect(asleep.because).toBe('scheduled-asleep');
        const free = decideIdle(rules, facts, now);
        // A schedule never outdoes whoever is there.
        if (['leased', 'active'].includes(free.because))
          expect([awake.because, asleep.because]).toEqual([free.because, free.because]);
        if (free.act !== 'keep') expect(asleep.act).toBe(free.act);
      }),
      RUNS,
    );
  });

  it('the same evidence is decided the same', () => {
    fc.assert(
      fc.property(scheduled, evidence, instant, (rules, facts, now) => {
        expect(decideIdle(rules, facts, now)).toEqual(decideIdle(rules, structuredClone(facts), now));
      }),
    );
  });
});
