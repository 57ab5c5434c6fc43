import { NIGHTLY_KILL_DUE_MS } from '#shared/domain/lifecycle/timing.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { holdAt, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';

/** Late is better than never for half an hour; after that it would hit people at work. */
export const isDue = (scheduledAt: number, now: number): boolean =>
  now >= scheduledAt && now < scheduledAt + NIGHTLY_KILL_DUE_MS;

export interface NightlyKill {
  readonly scheduledAt: number;
  /** Whether anybody holds a live lease. */
  readonly isLeased: boolean;
}

/**
 * Whether the kill scheduled for `scheduledAt` ends this service: only what was awake then, whatever the delay,
 * so a service woken since is spared, and doing it twice does nothing.
 */
export const isKilledNightly = (
  record: ServiceRecord,
  { nightlyKill }: Policy,
  { scheduledAt, isLeased }: NightlyKill,
  now: number,
): boolean => {
  if (nightlyKill === 'no' || (nightlyKill === 'spare-leased' && isLeased)) return false;
  if (record.intent === 'asleep' || holdAt(record, now)?.intent === 'awake') return false;
  return isDue(scheduledAt, now) && record.wokenAt !== null && record.wokenAt <= scheduledAt;
};
