import type { Measurement } from '#shared/domain/idle/evidence.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { CLOCK_SKEW_MS } from '#shared/domain/lifecycle/timing.ts';
import { changesAfter, intentAt } from '#shared/domain/schedule/schedule.ts';

/** A datapoint older than this says nothing of the present: metrics arrive every minute, up to three late. */
export const MEASUREMENT_FRESH_MS = 180_000;

/** All that the decision rests on; instants, so that it can say when it would change. */
export interface IdleEvidence {
  /** The end of a live lease; null when there is none. */
  readonly leasedUntil: number | null;
  /** The end of the last lease that ran out; null when none did. */
  readonly leaseEndedAt: number | null;
  readonly measurement: Measurement;
  /** Until when anything is remembered to have been known of its use: one failed measurement is no silence. */
  readonly knownAt: number;
  readonly wokenAt: number;
  /** null: not ready yet. */
  readonly readyAt: number | null;
  readonly deployingSince: number | null;
  /** Since when the record is draining; null while it is awake. */
  readonly drainingSince: number | null;
}

export type KeepReason = 'leased' | 'active' | 'scheduled-awake' | 'booting' | 'grace' | 'deploying' | 'unknown';
export type IdleReason = 'idle' | 'unknown-too-long' | 'scheduled-asleep';

/** The phase in which the service should be now. `drain` means draining: go there, or stay until confirmed. */
export type IdleDecision =
  | { readonly act: 'keep'; readonly because: KeepReason; readonly recheckAt: number | null }
  | { readonly act: 'drain'; readonly because: IdleReason; readonly recheckAt: number | null }
  | { readonly act: 'sleep'; readonly because: IdleReason; readonly recheckAt: number | null };

type Verdict = Pick<IdleDecision, 'act' | 'because'>;
type Activity = 'active' | 'idle' | 'unknown';

/** Until when an open connection counts although nothing moves on it. */
const silentUntil = (policy: Policy, { measurement, wokenAt, readyAt }: IdleEvidence): number =>
  (measurement.lastActivityAt ?? readyAt ?? wokenAt) + policy.silentConnectionCapMs;

/** Until when what was measured counts as use; -Infinity when nothing did. */
const usedUntil = (policy: Policy, evidence: IdleEvidence): number => {
  const { measurement } = evidence;
  if (policy.signal.kind !== 'connections') {
    return measurement.inUse ? Infinity : (measurement.lastUseAt ?? -Infinity) + policy.idleAfterMs;
  }
  if (measurement.inUse) return silentUntil(policy, evidence);
  const lastConnectedAt = Math.min(measurement.lastUseAt ?? -Infinity, silentUntil(policy, evidence));
  return Math.max(lastConnectedAt, measurement.lastActivityAt ?? -Infinity) + policy.idleAfterMs;
};

/** When the newest complete data is from. Partial data tells nothing, whatever the part that is there says. */
export const completeAt = (policy: Policy, measurement: Measurement): number => {
  const { measuredAt, inUse, lastActivityAt } = measurement;
  const isPartial = inUse === null || (policy.signal.kind === 'connections' && !inUse && lastActivityAt === null);
  return isPartial ? -Infinity : (measuredAt ?? -Infinity);
};

const isMissing = (policy: Policy, { measurement }: IdleEvidence, at: number): boolean =>
  at >= completeAt(policy, measurement) + MEASUREMENT_FRESH_MS;

const activityAt = (policy: Policy, evidence: IdleEvidence, at: number): Activity => {
  if (policy.signal.kind === 'leases') return 'idle';
  if (isMissing(policy, evidence, at)) return 'unknown';
  return at < usedUntil(policy, evidence) ? 'active' : 'idle';
};

/** Since when nothing has been known: neither data nor a lease. */
const unknownSince = (policy: Policy, { measurement, knownAt, leaseEndedAt, readyAt, wokenAt }: IdleEvidence): number =>
  Math.max(completeAt(policy, measurement), knownAt, leaseEndedAt ?? -Infinity, readyAt ?? wokenAt);

type Scheduled = ReturnType<typeof intentAt>;

/** The first rule that keeps the service awake at `at`, in order of precedence. */
const keepReasonAt = (
  policy: Policy,
  evidence: IdleEvidence,
  scheduled: Scheduled,
  at: number,
): KeepReason | undefined => {
  const { leasedUntil, wokenAt, readyAt, deployingSince } = evidence;
  const activity = activityAt(policy, evidence, at);
  // A window asleep ends all patience, but not the doubt: what nobody knows to be idle is not idle.
  const isPatient = scheduled !== 'asleep';
  const rules: readonly (readonly [KeepReason, boolean])[] = [
    ['leased', leasedUntil !== null && at < leasedUntil + CLOCK_SKEW_MS],
    ['active', activity === 'active'],
    ['scheduled-awake', scheduled === 'awake'],
    ['booting', isPatient && readyAt === null && at < wokenAt + policy.bootLimitMs],
    ['grace', isPatient && readyAt !== null && at < readyAt + policy.graceAfterWakeMs],
    ['deploying', isPatient && deployingSince !== null && at < deployingSince + policy.unknownAfterMs],
    ['unknown', activity === 'unknown' && at < unknownSince(policy, evidence) + policy.unknownAfterMs],
  ];
  return rules.find(([, holds]) => holds)?.[0];
};

const idleReasonAt = (policy: Policy, evidence: IdleEvidence, scheduled: Scheduled, at: number): IdleReason => {
  if (scheduled === 'asleep') return 'scheduled-asleep';
  return activityAt(policy, evidence, at) === 'unknown' ? 'unknown-too-long' : 'idle';
};

const verdictAt = (policy: Policy, evidence: IdleEvidence, at: number): Verdict => {
  const scheduled = policy.schedule && intentAt(policy.schedule, at);
  const keep = keepReasonAt(policy, evidence, scheduled, at);
  if (keep) return { act: 'keep', because: keep };
  const because = idleReasonAt(policy, evidence, scheduled, at);
  const confirmed = evidence.drainingSince !== null && at >= evidence.drainingSince + policy.confirmAfterMs;
  return { act: confirmed ? 'sleep' : 'drain', because };
};

/** What happens when a rule above changes its mind. */
export type IdleTurn =
  | 'lease-ends'
  | 'use-ends'
  | 'data-ages'
  | 'boot-limit'
  | 'grace-ends'
  | 'deployment-limit'
  | 'unknown-limit'
  | 'confirmed';

/** Every instant at which a rule above changes its mind; in between the verdict is constant. */
export const idleTurns = (policy: Policy, evidence: IdleEvidence): readonly (readonly [IdleTurn, number])[] => {
  const { leasedUntil, measurement, wokenAt, readyAt, deployingSince, drainingSince } = evidence;
  const turns: readonly (readonly [IdleTurn, number])[] = [
    ['lease-ends', (leasedUntil ?? NaN) + CLOCK_SKEW_MS],
    ['use-ends', usedUntil(policy, evidence)],
    ['data-ages', (measurement.measuredAt ?? NaN) + MEASUREMENT_FRESH_MS],
    ['boot-limit', wokenAt + policy.bootLimitMs],
    ['grace-ends', (readyAt ?? NaN) + policy.graceAfterWakeMs],
    ['deployment-limit', (deployingSince ?? NaN) + policy.unknownAfterMs],
    ['unknown-limit', unknownSince(policy, evidence) + policy.unknownAfterMs],
    ['confirmed', (drainingSince ?? NaN) + policy.confirmAfterMs],
  ];
  return turns.filter(([, at]) => Number.isFinite(at)).toSorted(([, a], [, b]) => a - b);
};

/** What the schedule adds: its changes up to the last of the others, and the one after it. */
const scheduledChanges = ({ schedule }: Policy, others: readonly number[], now: number): readonly number[] => {
  if (!schedule) return [];
  const last = Math.max(now, ...others);
  const found: number[] = [];
  for (const { at } of changesAfter(schedule, now)) {
    found.push(at);
    if (at > last) break;
  }
  return found;
};

/**
 * Whether a service that nobody forces or holds stays awake. Pure: the same evidence decides the same.
 * `recheckAt` is the exact instant at which this evidence would lead to another answer; null when it never does.
 */
export const decideIdle = (policy: Policy, evidence: IdleEvidence, now: number): IdleDecision => {
  const verdict = verdictAt(policy, evidence, now);
  const turns = idleTurns(policy, evidence).map(([, at]) => at);
  const instants = [...turns, ...scheduledChanges(policy, turns, now)].toSorted((a, b) => a - b);
  const changesAt = instants.find((at) => {
    if (at <= now) return false;
    const later = verdictAt(policy, evidence, at);
    return later.act !== verdict.act || later.because !== verdict.because;
  });
  return { ...verdict, recheckAt: changesAt ?? null } as IdleDecision;
};
