import { completeAt } from '#shared/domain/idle/decide-idle.ts';
import type { Measurement } from '#shared/domain/idle/evidence.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import type { TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { lastTimeOfDay, nextTimeOfDay } from '#shared/domain/lifecycle/time-of-day.ts';
import type { ActivityQuery } from '#shared/ports/activity.ts';
import type { DecisionDeps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { LeaseSurvey } from '#shared/usecases/leases.ts';
import { knownAt, type Projection } from '#shared/usecases/projections.ts';

/** Clocks of reporters differ by more than those of our own machines. */
const FUTURE_ALLOWED_MS = 60_000;

export const activityQuery = ({ service, policy }: Managed): ActivityQuery => ({
  service,
  signal: policy.signal,
  lookBackMs: policy.idleAfterMs,
});

/** An activity in the future is a mistake of whoever reports it (milliseconds for seconds): as good as none. */
const believable = (measurement: Measurement, now: number): Measurement => {
  const isBelievable = measurement.lastActivityAt === null || measurement.lastActivityAt <= now + FUTURE_ALLOWED_MS;
  return isBelievable ? measurement : { ...measurement, lastActivityAt: null };
};

export interface Facts {
  readonly survey: LeaseSurvey;
  readonly observed: Observed;
  readonly measurement: Measurement;
  readonly projection: Projection | undefined;
}

/** A service that would run something else gets a new chance, as from any caller. */
const refusedUntil = ({ breaker }: ServiceRecord, { taskDefinition }: Observed): number | null =>
  breaker !== null && breaker.taskDefinition === taskDefinition ? breaker.until : null;

/** Lays out what a decision about one service rests on. */
export const evidence = (
  { clock, settings }: Pick<DecisionDeps, 'clock' | 'settings'>,
  policy: Policy,
  record: ServiceRecord,
  { survey, observed, projection, ...facts }: Facts,
): TickEvidence => {
  const measurement = believable(facts.measurement, clock.now());
  return {
    leasedUntil: survey.leasedUntil,
    leaseEndedAt: survey.leaseEndedAt,
    measurement,
    knownAt: Math.max(knownAt(projection, record, clock.now()), completeAt(policy, measurement)),
    wokenAt: record.wokenAt ?? record.since,
    readyAt: record.readyAt,
    deployingSince: observed.deployingSince,
    drainingSince: record.intent === 'draining' ? record.since : null,
    nightlyKillAt: lastTimeOfDay(clock.now(), settings.nightlyKill),
    nextNightlyKillAt: nextTimeOfDay(clock.now(), settings.nightlyKill),
    refusedUntil: refusedUntil(record, observed),
  };
};
