import type { Policy } from '#shared/domain/idle/policy.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { readyTasks } from '#shared/domain/lifecycle/readiness.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { UNKNOWN_BOOT_MS } from '#shared/domain/lifecycle/timing.ts';

/** What callers are shown; derived from record and observation, never stored. */
export type ServiceState = 'asleep' | 'waking' | 'ready' | 'draining' | 'stopping' | 'failing';

const hasStopped = (observed: Observed): boolean =>
  observed.desiredCount === 0 && observed.tasks.every((task) => task.lastStatus === 'STOPPED');

/** `observed` is null when nothing is known of this generation: unknown is never taken for ready or gone. */
export const deriveState = (record: ServiceRecord, observed: Observed | null, policy: Policy): ServiceState => {
  if (record.intent === 'asleep') return observed && hasStopped(observed) ? 'asleep' : 'stopping';
  const isReady = observed !== null && readyTasks(observed, policy).length >= policy.wakeCount;
  // Draining still serves; what has never come up does not, whatever becomes of it.
  if (record.intent === 'draining' && (isReady || observed === null)) return 'draining';
  if (isReady) return 'ready';
  return record.failedTasks.length > 0 ? 'failing' : 'waking';
};

/** A service as a caller of the use cases holds it. */
interface Seen {
  readonly managed: { readonly policy: Policy };
  readonly record: { readonly value: ServiceRecord };
  readonly sighting: { readonly observed: Observed } | null;
}

export const stateOf = ({ record, sighting, managed }: Seen): ServiceState =>
  deriveState(record.value, sighting?.observed ?? null, managed.policy);

/** The median of the last boots: one slow boot does not make every client wait. */
export const expectedBootMs = (record: ServiceRecord): number => {
  const sorted = record.bootsMs.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? UNKNOWN_BOOT_MS;
};

export const estimatedReadyAt = (record: ServiceRecord): number | null =>
  record.wokenAt === null ? null : record.wokenAt + expectedBootMs(record);

const SHORTEST_STEP_MS = 1_000;
const STEP_SPREAD_MS = 2_000;

/** When to ask again: at the expected end of the boot, then in short steps. `chance` in [0, 1) spreads the callers. */
export const retryAfterMs = (record: ServiceRecord, now: number, chance: number): number => {
  const leftMs = (estimatedReadyAt(record) ?? now) - now;
  return leftMs > SHORTEST_STEP_MS ? leftMs : SHORTEST_STEP_MS + chance * STEP_SPREAD_MS;
};
