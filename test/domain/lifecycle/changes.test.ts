import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { changesOf, type Change } from '#shared/domain/lifecycle/changes.ts';
import { decide, type TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import {
  aDrainingRecord,
  aHold,
  aMeasurement,
  anAsleepRecord,
  aPolicy,
  aRecord,
  tickEvidence,
} from '../../support/builders.ts';
import { aScheduledPolicy } from '../../support/schedules.ts';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../../support/virtual-clock.ts';

const policy = aPolicy();
const AT_23 = T0 + 13 * HOUR;
const woken = { wokenAt: T0 - HOUR, readyAt: T0 - HOUR };

const word = ({ when, at, becomes }: Change): string => {
  const instant = at === null ? '' : ` +${(at - T0) / SECOND} s`;
  return `${when}${instant}: ${becomes.act} ${becomes.because}`;
};

const told = (record: ServiceRecord, more: Partial<TickEvidence> = {}, rules: Policy = policy): readonly string[] =>
  changesOf(record, rules, tickEvidence({ measurement: aMeasurement({ measuredAt: T0 + DAY }), ...more }), T0).map(
    word,
  );

describe('a decision would be changed', () => {
  it('by the end of a lease, and by its release', () => {
    expect(told(aRecord(woken), { leasedUntil: T0 + MINUTE })).toEqual([
      'lease-ends +65 s: drain idle',
      'nightly-kill +46800 s: force nightly-kill',
      'leases-released: drain idle',
    ]);
  });

  it('by the end of its use, and then of the patience with data that came late', () => {
    const used = aMeasurement({ lastActivityAt: T0 - MINUTE });
    expect(told(aRecord(woken), { measurement: used }).slice(0, 3)).toEqual([
      'data-ages +180 s: keep unknown',
      'unknown-limit +1800 s: drain unknown-too-long',
      'nightly-kill +46800 s: force nightly-kill',
    ]);
    expect(told(aRecord(woken), { measurement: { ...used, measuredAt: T0 + DAY } })[0]).toBe(
      'use-ends +540 s: drain idle',
    );
  });

  it('by the tick that drains, which puts to sleep when idleness is confirmed; or by whoever comes', () => {
    expect(told(aRecord(woken))).toEqual([
      'nightly-kill +46800 s: force nightly-kill',
      'lease-taken: keep leased',
      'used: keep active',
      'drained: sleep idle',
    ]);
    expect(told(aDrainingRecord(woken), { drainingSince: T0 - MINUTE })[0]).toBe('confirmed +180 s: sleep idle');
  });

  it('by the limit of a boot', () => {
    const booting = { wokenAt: T0 - MINUTE, readyAt: null };
    expect(told(aRecord(booting), booting)[0]).toBe('boot-limit +540 s: drain idle');
  });

  it('by the end of the grace, and of the patience with a deployment', () => {
    expect(told(aRecord(woken), { readyAt: T0 - MINUTE })[0]).toBe('grace-ends +240 s: drain idle');
    expect(told(aRecord(woken), { deployingSince: T0 - MINUTE })[0]).toBe('deployment-limit +1740 s: drain idle');
  });

  it('by the end of a hold', () => {
    const hold = aHold({ until: T0 + HOUR });
    expect(told(aRecord({ ...woken, hold }))[0]).toBe('hold-ends +3600 s: drain idle');
    const asleep = told(anAsleepRecord({ hold: { ...hold, intent: 'asleep' } }));
    expect(asleep).toEqual(['hold-ends +3600 s: rest asleep']);
  });

  it('by nothing but a wake, where nothing is scheduled for a sleeper', () => {
    expect(told(anAsleepRecord())).toEqual(['woken: keep leased']);
  });

  it('not by a wake that would be refused', () => {
    const breaker = { trips: 1, until: T0 + MINUTE, taskDefinition: 'api:1' };
    expect(told(anAsleepRecord({ breaker }))).toEqual([]);
    expect(told(anAsleepRecord({ breaker: { ...breaker, until: T0 } }))).toEqual(['woken: keep leased']);
  });

  it('by the nightly kill, unless it spares the leased or is not wanted', () => {
    const leased = { leasedUntil: AT_23 + HOUR };
    const kill = 'nightly-kill +46800 s: force nightly-kill';
    expect(told(aRecord(woken), leased)[0]).toBe(kill);
    for (const nightlyKill of ['spare-leased', 'no'] as const) {
      expect(told(aRecord(woken), leased, aPolicy({ nightlyKill }))[0]).toBe('lease-ends +50405 s: drain idle');
    }
  });

  it('by its schedule, asleep and awake', () => {
    const office = aScheduledPolicy({ awake: 'Mon-Fri 08:00-18:30' });
    const night = anAsleepRecord({ since: T0 - DAY });
    expect(told(night, {}, aScheduledPolicy({ awake: '12:00-18:30' }))).toEqual([
      'schedule +7200 s: wake scheduled-awake',
      'woken: keep leased',
    ]);
    // Friday, ten o'clock.
    expect(told(aRecord(woken), {}, office)[0]).toBe('schedule +30600 s: drain idle');
  });

  it('by the end of a refusal, where the clock asks for it', () => {
    const breaker = { trips: 1, until: T0 + MINUTE, taskDefinition: 'api:1' };
    const office = aScheduledPolicy({ awake: 'Mon-Fri 08:00-18:30' });
    const given = { refusedUntil: breaker.until };
    expect(told(anAsleepRecord({ breaker }), given, office)).toEqual(['refusal-ends +60 s: wake scheduled-awake']);
  });

  it('by the end of a nightly kill that nobody did', () => {
    const due = { nightlyKillAt: T0 - MINUTE, nextNightlyKillAt: T0 + DAY - MINUTE };
    expect(told(aRecord(woken), due)[0]).toBe('nightly-kill-over +1740 s: drain idle');
  });
});

const instant = fc.oneof(
  fc.integer({ min: T0 - 2 * HOUR, max: T0 + 2 * HOUR }),
  fc.integer({ min: -120, max: 120 }).map((minutes) => T0 + minutes * MINUTE),
);
const maybe = fc.option(instant, { nil: null });
const durationMs = fc.constantFrom(1_000, 5_000, MINUTE, 10 * MINUTE, HOUR);

const rules: fc.Arbitrary<Policy> = fc
  .record({
    idleAfterMs: durationMs,
    confirmAfterMs: durationMs,
    graceAfterWakeMs: durationMs,
    unknownAfterMs: durationMs,
    silentConnectionCapMs: durationMs,
    bootLimitMs: durationMs,
    nightlyKill: fc.constantFrom<Policy['nightlyKill']>('yes', 'spare-leased', 'no'),
    signal: fc.constantFrom<Policy['signal']>({ kind: 'connections' }, { kind: 'leases' }),
    schedule: fc.constantFrom(
      null,
      null,
      aScheduledPolicy({ awake: '08:00-11:00 11:30-23:10' }).schedule,
      aScheduledPolicy({ awake: 'Mon-Thu 08:00-18:00', asleep: '12:00-13:00 22:00-06:00' }).schedule,
      aScheduledPolicy({ awake: '10:30-10:31 11:00-11:01 Europe/Zurich' }).schedule,
    ),
  })
  .map(aPolicy);

/** The next kill anywhere in the hours ahead, the last one a day before. */
const facts: fc.Arbitrary<TickEvidence> = fc
  .record({
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
    refusedUntil: maybe,
    nextNightlyKillAt: fc.integer({ min: 1, max: DAY / MINUTE }).map((minutes) => T0 + minutes * MINUTE),
  })
  .map((drawn) => tickEvidence({ ...drawn, nightlyKillAt: drawn.nextNightlyKillAt - DAY }));

const hold = fc.option(
  instant.map((until) => aHold({ until })),
  { nil: null },
);
const records: fc.Arbitrary<ServiceRecord> = fc.oneof(
  fc.record({ wokenAt: instant, hold }).map(aRecord),
  fc.record({ wokenAt: instant, hold, since: instant }).map(aDrainingRecord),
  hold.map((held) => anAsleepRecord({ hold: held && { ...held, intent: 'asleep' } })),
);

/** As a tick lays it out at an instant, if nothing else has happened. */
const laidOut = (evidence: TickEvidence, record: ServiceRecord, at: number): TickEvidence => ({
  ...evidence,
  drainingSince: record.intent === 'draining' ? record.since : null,
  nightlyKillAt: at < evidence.nextNightlyKillAt ? evidence.nightlyKillAt : evidence.nextNightlyKillAt,
});

const answer = (record: ServiceRecord, policyOf: Policy, evidence: TickEvidence, at: number): string => {
  const { act, because } = decide(record, policyOf, laidOut(evidence, record, at), at);
  return `${act} ${because}`;
};

describe('whatever is known', () => {
  const RUNS = { numRuns: 2_000 };

  it('at each told instant, with nothing else happening, the decision is what was told; before, it is what it was', () => {
    fc.assert(
      fc.property(records, rules, facts, fc.nat(), (record, wanted, evidence, part) => {
        const changes = changesOf(record, wanted, laidOut(evidence, record, T0), T0).filter(({ at }) => at !== null);
        let before = answer(record, wanted, evidence, T0);
        let from = T0;
        for (const { at, becomes } of changes) {
          if (at === null) continue;
          expect(answer(record, wanted, evidence, at - 1)).toBe(before);
          expect(answer(record, wanted, evidence, from + (part % (at - from)))).toBe(before);
          expect(`${becomes.act} ${becomes.because}`).not.toBe(before);
          before = answer(record, wanted, evidence, at);
          expect(`${becomes.act} ${becomes.because}`).toBe(before);
          from = at;
        }
      }),
      RUNS,
    );
  });

  it('a decision of which no change is told stays as it is until the next nightly kill', () => {
    fc.assert(
      fc.property(records, rules, facts, fc.array(fc.nat(), { minLength: 10 }), (record, wanted, evidence, parts) => {
        const changes = changesOf(record, wanted, laidOut(evidence, record, T0), T0);
        fc.pre(changes.every(({ at }) => at === null));
        const present = answer(record, wanted, evidence, T0);
        for (const part of parts) {
          expect(answer(record, wanted, evidence, T0 + (part % (evidence.nextNightlyKillAt - T0)))).toBe(present);
        }
      }),
      { numRuns: 500 },
    );
  });
});
