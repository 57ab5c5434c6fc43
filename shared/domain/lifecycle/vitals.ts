import type { Policy } from '#shared/domain/idle/policy.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { readyTasks } from '#shared/domain/lifecycle/readiness.ts';
import { wantsTasks, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { ServiceMetrics } from '#shared/domain/metrics.ts';

/**
 * Since when the service has been wanted without being ready; null while it is ready or sleeps. `known` is what the
 * look before found: no fleet tells when the last ready task was lost.
 */
export const notReadySince = (
  record: ServiceRecord,
  observed: Observed,
  policy: Policy,
  known: number | null,
): number | null => {
  if (!wantsTasks(record) || readyTasks(observed, policy).length >= policy.wakeCount) return null;
  const since = known ?? (record.readyAt === null ? record.wokenAt : null);
  return since ?? observed.observedAt;
};

/** The second that has begun counts: 0 is said of those that are ready, never of one that has just been woken. */
const secondsSince = (since: number, now: number): number => Math.max(1, Math.ceil((now - since) / 1_000));

const asNumber = (is: boolean): number => (is ? 1 : 0);

/** How a service stands, as alarms are told. */
export const vitals = (record: ServiceRecord, since: number | null, now: number): ServiceMetrics => ({
  AwakeWanted: [asNumber(wantsTasks(record))],
  NotReadySeconds: [since === null || !wantsTasks(record) ? 0 : secondsSince(since, now)],
});

/**
 * A step between awake and asleep, from both sides: nothing is said of sleepers as long as they sleep, so whoever looks
 * at the minutes before a wake must find in the wake itself that nobody was wanted. `undefined`: it was none.
 */
export const vitalsOfStep = (from: ServiceRecord, to: ServiceRecord): ServiceMetrics | undefined =>
  wantsTasks(from) === wantsTasks(to)
    ? undefined
    : {
        AwakeWanted: [asNumber(wantsTasks(from)), asNumber(wantsTasks(to))],
        NotReadySeconds: [asNumber(wantsTasks(to))],
      };
