import type { Policy } from '#shared/domain/idle/policy.ts';
import { isDue } from '#shared/domain/lifecycle/nightly-kill.ts';
import { holdAt, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { NIGHTLY_KILL_DUE_MS } from '#shared/domain/lifecycle/timing.ts';
import { hasChanged, scheduleAt, type Schedule } from '#shared/domain/schedule/schedule.ts';

/** What keeps a sleeper asleep, and until when by itself. */
export interface SleeperEvidence {
  readonly nightlyKillAt: number;
  readonly refusedUntil: number | null;
}

type RestReason = 'asleep' | 'held-asleep' | 'failing' | 'forced' | 'nightly-kill';

export type SleeperDecision =
  /** Asleep, and nothing asks for it. */
  | { readonly act: 'rest'; readonly because: RestReason; readonly recheckAt: number | null }
  /** The clock asks for it: one more caller, with no lease of its own. */
  | { readonly act: 'wake'; readonly because: 'scheduled-awake'; readonly recheckAt: null };

/** Why a service that should be awake by the clock sleeps on, and until when, unless the schedule changes before. */
const reasonToRest = (
  { dismissedAt = null }: ServiceRecord,
  { schedule, nightlyKill }: { readonly schedule: Schedule; readonly nightlyKill: Policy['nightlyKill'] },
  { nightlyKillAt, refusedUntil }: SleeperEvidence,
  now: number,
): { readonly because: RestReason; readonly until: number } | undefined => {
  // Somebody wanted it to end now: the clock does not undo that, and begins anew with its next window.
  if (dismissedAt !== null && !hasChanged(schedule, dismissedAt, now)) return { because: 'forced', until: Infinity };
  if (refusedUntil !== null && now < refusedUntil) return { because: 'failing', until: refusedUntil };
  const isClosing = nightlyKill !== 'no' && isDue(nightlyKillAt, now);
  return isClosing && !hasChanged(schedule, nightlyKillAt, now)
    ? { because: 'nightly-kill', until: nightlyKillAt + NIGHTLY_KILL_DUE_MS }
    : undefined;
};

/** The next time that the clock asks for it: windows asleep are nothing to a sleeper. */
const nextAwakeAt = (schedule: Schedule, now: number): number | null =>
  scheduleAt({ ...schedule, asleep: [] }, now).next?.at ?? null;

/** Whether a service that sleeps is woken by its schedule. */
export const decideSleeper = (
  record: ServiceRecord,
  { schedule, nightlyKill }: Policy,
  evidence: SleeperEvidence,
  now: number,
): SleeperDecision => {
  const hold = holdAt(record, now);
  if (hold) return { act: 'rest', because: 'held-asleep', recheckAt: hold.until };
  if (!schedule) return { act: 'rest', because: 'asleep', recheckAt: null };
  const scheduled = scheduleAt(schedule, now);
  if (scheduled.now !== 'awake') return { act: 'rest', because: 'asleep', recheckAt: nextAwakeAt(schedule, now) };
  const rest = reasonToRest(record, { schedule, nightlyKill }, evidence, now);
  if (!rest) return { act: 'wake', because: 'scheduled-awake', recheckAt: null };
  const recheckAt = Math.min(rest.until, scheduled.next?.at ?? Infinity);
  return { act: 'rest', because: rest.because, recheckAt: Number.isFinite(recheckAt) ? recheckAt : null };
};
