import type { Policy } from '#shared/domain/idle/policy.ts';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import { isHealthy, tasksOfGeneration, type Readiness } from '#shared/domain/lifecycle/readiness.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { PROJECTION_FRESH_MS, UNKNOWN_BOOT_MS } from '#shared/domain/lifecycle/timing.ts';

/** One boot that came up: how long after the wake each phase was reached; null: nobody knows. */
export interface Boot {
  readonly askedAt: number;
  /** The fleet had made the tasks. */
  readonly startedMs: number | null;
  readonly runningMs: number | null;
  readonly healthyMs: number | null;
  readonly readyMs: number;
  /** How long nobody had looked when it was seen ready: by as much it may have been quicker. */
  readonly unseenMs: number;
}

export type BootPhase = 'asked' | 'started' | 'running' | 'healthy' | 'ready';

/** When the present start reached its phases; null: not yet. */
export interface Progress {
  readonly startedAt: number | null;
  readonly runningAt: number | null;
  readonly healthyAt: number | null;
}

const NO_PROGRESS: Progress = { startedAt: null, runningAt: null, healthyAt: null };
const BOOTS_REMEMBERED = 10;
/** A boot of which more than this part was not watched, and more than waiters leave out, says little of how long it took. */
const UNSEEN_PART_ALLOWED = 0.2;

/** When the last of as many tasks as are woken got there; null: not all of them have. */
const reachedBy = (policy: Policy, instants: readonly (number | null | undefined)[]): number | null => {
  const known = instants.filter((at): at is number => typeof at === 'number').toSorted((a, b) => a - b);
  return known[policy.wakeCount - 1] ?? null;
};

/** Without a health check it is told by the clock, so it is known however late somebody looks. */
const healthyAt = (task: Task, observed: Observed, policy: Policy, healthy: Readiness): number | null => {
  if (!isHealthy(task, observed, policy)) return null;
  if (!observed.hasHealthCheck) return (task.startedAt ?? observed.observedAt) + policy.readyAfterMs;
  return healthy[task.id] ?? observed.observedAt;
};

/** Tasks that are on their way up, or have come up: those that died say nothing of the start that goes on. */
const coming = (record: ServiceRecord, observed: Observed): readonly Task[] =>
  tasksOfGeneration(record, observed).filter(({ desiredStatus }) => desiredStatus === 'RUNNING');

export const progressOf = (
  record: ServiceRecord,
  observed: Observed | null,
  healthy: Readiness,
  policy: Policy,
): Progress => {
  if (!observed) return NO_PROGRESS;
  const tasks = coming(record, observed);
  return {
    startedAt: reachedBy(
      policy,
      tasks.map(({ createdAt }) => createdAt),
    ),
    runningAt: reachedBy(
      policy,
      tasks.map(({ startedAt }) => startedAt),
    ),
    healthyAt: reachedBy(
      policy,
      tasks.map((task) => healthyAt(task, observed, policy, healthy)),
    ),
  };
};

/** How far a start has come. Ready is for whoever knows the endpoint to say. */
export const phaseOf = ({ startedAt, runningAt, healthyAt: at }: Progress): Exclude<BootPhase, 'ready'> => {
  if (at !== null) return 'healthy';
  if (runningAt !== null) return 'running';
  return startedAt === null ? 'asked' : 'started';
};

/** The boots that a record knows; the version before noted only how long they took. */
export const bootsOf = ({ boots, bootsMs }: Pick<ServiceRecord, 'boots' | 'bootsMs'>): readonly Boot[] =>
  boots ??
  bootsMs.map((readyMs) => ({ askedAt: 0, startedMs: null, runningMs: null, healthyMs: null, readyMs, unseenMs: 0 }));

export interface SeenBoot {
  readonly askedAt: number;
  readonly readyAt: number;
  /** When somebody last looked and found it not ready. */
  readonly notReadyAt: number;
  readonly progress: Progress;
}

/** Adds a boot, and forgets the oldest. Seen late, it most likely came up halfway between the two looks. */
export const rememberBoot = (boots: readonly Boot[], { askedAt, readyAt, notReadyAt, progress }: SeenBoot) => {
  const { startedAt, runningAt, healthyAt: at } = progress;
  const latest = Math.max(askedAt, readyAt);
  const earliest = Math.min(latest, Math.max(askedAt, notReadyAt, startedAt ?? askedAt, runningAt ?? askedAt));
  const readyMs = Math.round((earliest + latest) / 2 - askedAt);
  const since = (instant: number | null): number | null =>
    instant === null ? null : Math.min(readyMs, Math.max(0, Math.round(instant - askedAt)));
  const boot: Boot = {
    askedAt,
    startedMs: since(startedAt),
    runningMs: since(runningAt),
    healthyMs: since(at),
    readyMs,
    unseenMs: Math.ceil(latest - earliest),
  };
  return [...boots, boot].slice(-BOOTS_REMEMBERED);
};

const isWatched = ({ unseenMs, readyMs }: Boot): boolean =>
  unseenMs <= Math.max(PROJECTION_FRESH_MS, readyMs * UNSEEN_PART_ALLOWED);

/** Whether boots were seen, but none of them closely: then what is expected is a guess, and is worth a look. */
export const isGuessed = (boots: readonly Boot[]): boolean => boots.length > 0 && !boots.some(isWatched);

/** Those that tell most: the boots that were watched; where none was, the last, whose guess is the narrowest. */
const telling = (boots: readonly Boot[]): readonly Boot[] => {
  const watched = boots.filter(isWatched);
  return watched.length > 0 ? watched : boots.slice(-1);
};

/** One slow boot does not make every client wait. */
const median = (numbers: readonly (number | null)[]): number | null => {
  const sorted = numbers.filter((number) => number !== null).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
};

/** How long a service takes to boot, from its last boots; null: none has been seen. */
export interface BootProfile {
  readonly boots: number;
  readonly medianMs: number;
  readonly startedMs: number | null;
  readonly runningMs: number | null;
  readonly healthyMs: number | null;
}

export const profileOf = (boots: readonly Boot[]): BootProfile | null => {
  const known = telling(boots);
  const medianMs = median(known.map(({ readyMs }) => readyMs));
  if (medianMs === null) return null;
  return {
    boots: boots.length,
    medianMs,
    startedMs: median(known.map(({ startedMs }) => startedMs)),
    runningMs: median(known.map(({ runningMs }) => runningMs)),
    healthyMs: median(known.map(({ healthyMs }) => healthyMs)),
  };
};

export const expectedBootMs = (boots: readonly Boot[]): number => profileOf(boots)?.medianMs ?? UNKNOWN_BOOT_MS;

type Reach = keyof Pick<Boot, 'startedMs' | 'runningMs' | 'healthyMs'>;

/** From the latest phase on, what was left of the boots before when they were there. */
const leftFrom = (boots: readonly Boot[], phase: Reach): number | null =>
  median(boots.map((boot) => (boot[phase] === null ? null : boot.readyMs - boot[phase])));

/** When the start that was asked for at `askedAt` should be over, given how far it has come. */
export const expectedReadyAt = (boots: readonly Boot[], askedAt: number, progress: Progress): number => {
  const known = telling(boots);
  const reached: readonly (readonly [number | null, Reach])[] = [
    [progress.healthyAt, 'healthyMs'],
    [progress.runningAt, 'runningMs'],
    [progress.startedAt, 'startedMs'],
  ];
  for (const [at, phase] of reached) {
    const leftMs = at === null ? null : leftFrom(known, phase);
    if (at !== null && leftMs !== null) return at + leftMs;
  }
  return askedAt + expectedBootMs(boots);
};
