import type { Policy } from '#shared/domain/idle/policy.ts';
import { learnBoot, type Memory } from '#shared/domain/lifecycle/learn-boot.ts';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import { readyTasks, tasksOfGeneration, type Readiness } from '#shared/domain/lifecycle/readiness.ts';
import type { Breaker, Failure, ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { SETTLED_AFTER_MS, START_FAILURES_ALLOWED } from '#shared/domain/lifecycle/timing.ts';

/** Stops that somebody asked for, or that are the platform's own fault: not the service's failure to start. */
const NOT_ITS_FAULT: ReadonlySet<string> = new Set([
  'UserInitiated',
  'ServiceSchedulerInitiated',
  'SpotInterruption',
  'TerminationNotice',
  'InfrastructureHealth',
]);
/** How the platform says that there was no machine to be had. */
const NO_CAPACITY = /capacity is unavailable|RESOURCE:|CapacityUnavailable/i;

const UNHEALTHY = /failed .*health check/i;

const BREAKER_FIRST_MS = 60_000;
const BREAKER_LONGEST_MS = 30 * 60_000;

/** `CannotPullContainerError: …` gives its type; anything else is told by the platform's stop code. */
const failureCode = (task: Task): string =>
  /^([A-Z][A-Za-z]+): /.exec(task.stoppedReason ?? '')?.[1] ?? task.stopCode ?? 'BootLimitExceeded';

const failureMessage = (task: Task, policy: Policy): string =>
  task.stoppedReason ?? `not ready within ${policy.bootLimitMs / 1_000} s`;

/** Whether the task was ready for a minute, as far as anybody knows. */
const hasSettled = (task: Task, readiness: Readiness, policy: Policy, now: number): boolean => {
  const readyAt = readiness[task.id];
  if (readyAt !== undefined) return (task.stoppedAt ?? now) - readyAt >= SETTLED_AFTER_MS;
  // The memory is a cache: where it was lost, a task that outlived the boot limit must have been ready.
  // Not so one that still runs: were it ready, it would be remembered from now on.
  if (task.startedAt === null || task.stoppedAt === null) return false;
  return task.stoppedAt - task.startedAt > policy.bootLimitMs + SETTLED_AFTER_MS;
};

/** Until when a task vouched that the service starts: what failed before says nothing any more. */
const provenUntil = (tasks: readonly Task[], readiness: Readiness, policy: Policy, now: number): number =>
  Math.max(
    -Infinity,
    ...tasks.filter((task) => hasSettled(task, readiness, policy, now)).map((task) => task.stoppedAt ?? now),
  );

const failedAt = (task: Task, policy: Policy): number => task.stoppedAt ?? task.createdAt + policy.bootLimitMs;

/** The scheduler stops what is unhealthy under the same code as what is no longer wanted; the reason tells them apart. */
const wasUnhealthy = (task: Task): boolean => UNHEALTHY.test(task.stoppedReason ?? '');

const stoppedTooSoon = (task: Task): boolean =>
  task.stoppedAt !== null &&
  (!NOT_ITS_FAULT.has(task.stopCode ?? '') || wasUnhealthy(task)) &&
  !NO_CAPACITY.test(task.stoppedReason ?? '');

const neverReady = (task: Task, readiness: Readiness, policy: Policy, now: number): boolean =>
  task.stoppedAt === null &&
  task.desiredStatus === 'RUNNING' &&
  readiness[task.id] === undefined &&
  now >= task.createdAt + policy.bootLimitMs;

/** The tasks that failed to start, oldest first, since one last vouched for the service. */
const failures = (tasks: readonly Task[], readiness: Readiness, policy: Policy, now: number): readonly Task[] => {
  const proven = provenUntil(tasks, readiness, policy, now);
  return tasks
    .filter((task) => stoppedTooSoon(task) || neverReady(task, readiness, policy, now))
    .filter((task) => failedAt(task, policy) > proven)
    .toSorted((a, b) => a.createdAt - b.createdAt);
};

export type Learned = Pick<
  ServiceRecord,
  'readyAt' | 'bootsMs' | 'boots' | 'failedTasks' | 'failure' | 'breaker' | 'provenWith'
>;

const describe = (task: Task, policy: Policy, count: number, now: number): Failure => ({
  code: failureCode(task),
  message: failureMessage(task, policy),
  output: task.output,
  count,
  at: task.stoppedAt ?? now,
});

const firstReady = (record: ServiceRecord, observed: Observed, policy: Policy): boolean =>
  record.readyAt === null &&
  record.wokenAt !== null &&
  record.intent !== 'asleep' &&
  readyTasks(observed, policy).length >= policy.wakeCount;

/** While a deployment goes on, the tasks that are ready may still be those of the one before. */
const provenWith = (record: ServiceRecord, observed: Observed, policy: Policy): string | null =>
  record.intent !== 'asleep' &&
  observed.deployingSince === null &&
  readyTasks(observed, policy).length >= policy.wakeCount
    ? observed.taskDefinition
    : record.provenWith;

const isSame = (a: Learned, b: Learned): boolean =>
  a.readyAt === b.readyAt &&
  a.failure === b.failure &&
  a.breaker === b.breaker &&
  a.provenWith === b.provenWith &&
  a.failedTasks.join() === b.failedTasks.join();

/** Counts the failures that are new; once a task has vouched for the service, only those since are left. */
const count = (
  record: ServiceRecord,
  failed: readonly Task[],
  isProven: boolean,
  tell: (newest: Task, total: number) => Failure,
): Pick<Learned, 'failedTasks' | 'failure'> => {
  const news = failed.filter((task) => !record.failedTasks.includes(task.id));
  const newest = news.at(-1);
  const failedTasks = isProven ? failed.map(({ id }) => id) : [...record.failedTasks, ...news.map(({ id }) => id)];
  if (newest) return { failedTasks, failure: tell(newest, failedTasks.length) };
  return { failedTasks, failure: isProven && failed.length === 0 ? null : record.failure };
};

/**
 * What an observation teaches about this generation's starts. A failure counts once per task; being ready ends the
 * tale of the last failure, and being ready for a minute ends the count. `undefined` when there is nothing new.
 */
export const learnStarts = (
  record: ServiceRecord,
  observed: Observed,
  memory: Memory,
  policy: Policy,
): Learned | undefined => {
  const now = observed.observedAt;
  const { readiness } = memory;
  const tasks = tasksOfGeneration(record, observed);
  const failed = failures(tasks, readiness, policy, now);
  const isProven = provenUntil(tasks, readiness, policy, now) > -Infinity;
  const isReadyNow = firstReady(record, observed, policy);
  const counted = count(record, failed, isProven, (newest, total) => describe(newest, policy, total, now));
  const isOver = isReadyNow && counted.failure === record.failure;
  // A start that failed first says nothing of how long one takes that does not.
  const hasFailed = failed.length + record.failedTasks.length > 0;
  const learned: Learned = {
    ...counted,
    failure: isOver ? null : counted.failure,
    readyAt: isReadyNow ? now : record.readyAt,
    ...(isReadyNow && !hasFailed ? learnBoot(record, observed, memory, policy) : { bootsMs: record.bootsMs }),
    breaker: isProven ? null : record.breaker,
    provenWith: provenWith(record, observed, policy),
  };
  return isSame(learned, record) ? undefined : learned;
};

export const hasFailedTooOften = (record: ServiceRecord): boolean =>
  record.intent !== 'asleep' && record.failedTasks.length >= START_FAILURES_ALLOWED;

/** After each trip wakes are refused for twice as long, from one minute to thirty. */
export const trip = (record: ServiceRecord, taskDefinition: string, now: number): Breaker => {
  const trips = (record.breaker?.trips ?? 0) + 1;
  return { trips, until: now + Math.min(BREAKER_FIRST_MS * 2 ** (trips - 1), BREAKER_LONGEST_MS), taskDefinition };
};
