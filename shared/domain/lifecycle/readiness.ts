import type { Policy } from '#shared/domain/idle/policy.ts';
import type { Endpoint, Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { CLOCK_SKEW_MS } from '#shared/domain/lifecycle/timing.ts';

/** When each task was first seen ready, by task id. Remembered between observations, for no fleet tells it. */
export type Readiness = Readonly<Record<string, number>>;

/** Without a health check a task counts as ready once it has been running for `ready-after`. */
export const isHealthy = (task: Task, observed: Observed, policy: Policy): boolean =>
  observed.hasHealthCheck
    ? task.health === 'HEALTHY'
    : task.startedAt !== null && observed.observedAt >= task.startedAt + policy.readyAfterMs;

/** Running, meant to run on, healthy, and its endpoint known where it has one. */
export const isReady = (task: Task, observed: Observed, policy: Policy): boolean =>
  task.lastStatus === 'RUNNING' &&
  task.desiredStatus === 'RUNNING' &&
  (task.endpoint !== null || !observed.hasEndpoint) &&
  isHealthy(task, observed, policy);

export const readyTasks = (observed: Observed, policy: Policy): readonly Task[] =>
  observed.tasks.filter((task) => isReady(task, observed, policy));

/** The endpoint of a task that is ready, the newest first: older ones leave sooner. */
export const readyEndpoint = (observed: Observed, policy: Policy): Endpoint | null =>
  readyTasks(observed, policy).toSorted((a, b) => b.createdAt - a.createdAt)[0]?.endpoint ?? null;

const remember =
  (is: (task: Task, observed: Observed, policy: Policy) => boolean) =>
  (known: Readiness, observed: Observed, policy: Policy): Readiness =>
    Object.fromEntries(
      observed.tasks.flatMap((task) => {
        const at = known[task.id] ?? (is(task, observed, policy) ? observed.observedAt : undefined);
        return at === undefined ? [] : [[task.id, at]];
      }),
    );

/** Adds the tasks that are ready now and forgets those that are gone. */
export const rememberReady = remember(isReady);

/** The same of those that are healthy, whether or not anybody can connect to them yet. */
export const rememberHealthy = remember(isHealthy);

/** Tasks of the record's generation: created since it was woken. */
export const tasksOfGeneration = (record: ServiceRecord, observed: Observed): readonly Task[] =>
  observed.tasks.filter((task) => record.wokenAt !== null && task.createdAt >= record.wokenAt - CLOCK_SKEW_MS);
