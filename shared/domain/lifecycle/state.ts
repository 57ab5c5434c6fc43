import type { Policy } from '#shared/domain/idle/policy.ts';
import {
  bootsOf,
  expectedBootMs,
  expectedReadyAt,
  isGuessed,
  phaseOf,
  progressOf,
  type BootPhase,
  type Progress,
} from '#shared/domain/lifecycle/boot.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { readyTasks, type Readiness } from '#shared/domain/lifecycle/readiness.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';

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
export interface Seen {
  readonly managed: { readonly policy: Policy };
  readonly record: { readonly value: ServiceRecord };
  readonly sighting: { readonly observed: Observed; readonly healthy?: Readiness } | null;
}

export const stateOf = ({ record, sighting, managed }: Seen): ServiceState =>
  deriveState(record.value, sighting?.observed ?? null, managed.policy);

const progress = ({ record, sighting, managed }: Seen): Progress =>
  progressOf(record.value, sighting?.observed ?? null, sighting?.healthy ?? {}, managed.policy);

/** How far the service has come; null while it is not meant to be awake. */
export const bootPhaseOf = (seen: Seen): BootPhase | null => {
  if (seen.record.value.intent === 'asleep') return null;
  const state = stateOf(seen);
  return state === 'ready' || state === 'draining' ? 'ready' : phaseOf(progress(seen));
};

/** From how long this service took before, and how far it has come; null for a sleeper. */
export const estimatedReadyAt = (seen: Seen): number | null => {
  const { wokenAt } = seen.record.value;
  return wokenAt === null ? null : expectedReadyAt(bootsOf(seen.record.value), wokenAt, progress(seen));
};

const SHORTEST_STEP_MS = 1_000;
/** What is slow to boot is late by more, and asked after less often. */
const STEP_PART = 0.05;
/** Of what is left of a guess: whoever asks a few times more on the way makes it knowledge. */
const GUESS_PART = 1 / 3;

/** When to ask again: at the expected end of the boot, then in short steps. `chance` in [0, 1) spreads the callers. */
export const retryAfterMs = (seen: Seen, now: number, chance: number): number => {
  const boots = bootsOf(seen.record.value);
  const leftMs = ((estimatedReadyAt(seen) ?? now) - now) * (isGuessed(boots) ? GUESS_PART : 1);
  if (leftMs > SHORTEST_STEP_MS) return leftMs;
  const stepMs = Math.max(SHORTEST_STEP_MS, STEP_PART * expectedBootMs(boots));
  return stepMs * (1 + 2 * chance);
};
