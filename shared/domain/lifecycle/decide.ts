import { decideIdle, type IdleDecision, type IdleEvidence } from '#shared/domain/idle/decide-idle.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { decideSleeper, type SleeperDecision } from '#shared/domain/lifecycle/decide-sleeper.ts';
import { isKilledNightly } from '#shared/domain/lifecycle/nightly-kill.ts';
import { holdAt, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { hasFailedTooOften } from '#shared/domain/lifecycle/starts.ts';

export interface TickEvidence extends IdleEvidence {
  /** The last scheduled nightly kill. */
  readonly nightlyKillAt: number;
  /** The one after it. */
  readonly nextNightlyKillAt: number;
  /** Until when failed starts keep the clock from waking it; null: they do not, or it would run something else by now. */
  readonly refusedUntil: number | null;
}

export type Decision =
  | IdleDecision
  | SleeperDecision
  /** `force` goes to asleep at once, from anywhere, and voids every lease. */
  | { readonly act: 'force'; readonly because: 'start-failures' | 'nightly-kill'; readonly recheckAt: null }
  | { readonly act: 'drain'; readonly because: 'nightly-kill'; readonly recheckAt: null }
  | { readonly act: 'keep'; readonly because: 'held-awake'; readonly recheckAt: number };

/** Who wins, first match: forced, held, the nightly kill, leases and activity, the schedule, grace and boot, idleness. */
export const decide = (record: ServiceRecord, policy: Policy, evidence: TickEvidence, now: number): Decision => {
  const hold = holdAt(record, now);
  if (hasFailedTooOften(record)) return { act: 'force', because: 'start-failures', recheckAt: null };
  if (record.intent === 'asleep') return decideSleeper(record, policy, evidence, now);
  if (hold) return { act: 'keep', because: 'held-awake', recheckAt: hold.until };
  const nightly = { scheduledAt: evidence.nightlyKillAt, isLeased: evidence.leasedUntil !== null };
  if (isKilledNightly(record, policy, nightly, now)) {
    // To spare whoever holds a lease takes the barrier: one may be put between the listing and the swap.
    const act = policy.nightlyKill === 'spare-leased' && record.intent === 'awake' ? 'drain' : 'force';
    return { act, because: 'nightly-kill', recheckAt: null };
  }
  return decideIdle(policy, evidence, now);
};
