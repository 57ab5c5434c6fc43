import type { Measurement } from '#shared/domain/idle/evidence.ts';
import type { TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import { lastNightlyKill } from '#shared/domain/lifecycle/nightly-kill.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { ActivityQuery } from '#shared/ports/activity.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { LeaseSurvey } from '#shared/usecases/leases.ts';

/** Nothing was measured: unknown, which is neither in use nor idle. */
export const UNMEASURED: Measurement = { measuredAt: null, inUse: null, lastUseAt: null, lastActivityAt: null };

export const activityQuery = ({ service, policy }: Managed): ActivityQuery => ({
  service,
  signal: policy.signal,
  lookBackMs: policy.idleAfterMs,
});

/** Lays out what a decision about one service rests on. */
export const evidence = (
  { clock, settings }: Pick<Deps, 'clock' | 'settings'>,
  record: ServiceRecord,
  survey: LeaseSurvey,
  observed: Observed,
  measurement: Measurement,
  known: number,
): TickEvidence => ({
  leasedUntil: survey.leasedUntil,
  leaseEndedAt: survey.leaseEndedAt,
  measurement,
  knownAt: Math.max(known, measurement.measuredAt ?? -Infinity),
  wokenAt: record.wokenAt ?? record.since,
  readyAt: record.readyAt,
  deployingSince: observed.deployingSince,
  drainingSince: record.intent === 'draining' ? record.since : null,
  nightlyKillAt: lastNightlyKill(clock.now(), settings.nightlyKillTimeMs),
});
