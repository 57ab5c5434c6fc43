import type { Service, Task as EcsTask } from '@aws-sdk/client-ecs';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import type { Place } from './ecs-place.ts';
import type { EcsReads } from './ecs-reads.ts';
import { deployingSince } from './ecs-service.ts';
import type { Described } from './ecs-services.ts';
import { serviceOf } from './ecs-task.ts';

/** Tasks of one service: those just asked for, and those that had ended when they were last seen: they stay as they are. */
export interface TasksOfService {
  readonly asked: readonly EcsTask[];
  readonly ended: readonly Task[];
}

/** How long ECS still tells of a task that has stopped ("at least one hour"). */
const TOLD_MS = 3_600_000;

const isLive = ({ desiredStatus }: { readonly desiredStatus?: string | undefined }): boolean =>
  desiredStatus !== 'STOPPED';
const hasEnded = ({ lastStatus }: Task): boolean => lastStatus === 'STOPPED';

const endedOf = (known: Observed, now: number): readonly Task[] =>
  known.tasks.filter((task) => hasEnded(task) && (task.stoppedAt ?? 0) > now - TOLD_MS);

const unendedIds = ({ tasks }: Observed): readonly string[] =>
  tasks.filter((task) => !hasEnded(task)).map(({ id }) => id);

/** Whether as many tasks were seen as were wanted: then those same tasks are likely to be all there is. */
const isSettled = ({ tasks, desiredCount }: Observed): boolean => tasks.filter(isLive).length === desiredCount;

/** Whether these tasks account for every number that ECS tells of the service: then there is no need to list. */
const agree = (service: Service, tasks: readonly EcsTask[]): boolean => {
  const live = tasks.filter(isLive);
  const running = live.filter(({ lastStatus }) => lastStatus === 'RUNNING');
  return (
    live.length === service.desiredCount && running.length === service.runningCount && deployingSince(service) === null
  );
};

const isSame = (service: Service, known: Observed): boolean => service.createdAt?.getTime() === known.createdAt;

/** What was asked for before the service was known: either its tasks of the last time, or which tasks it has now. */
export type FirstLook = { readonly tasks: readonly EcsTask[] } | { readonly runningIds: readonly string[] };

/** Which tasks to ask for at once, alongside the service itself. */
export const lookFirst = async (reads: EcsReads, place: Place, known: Observed | undefined): Promise<FirstLook> =>
  known && isSettled(known)
    ? { tasks: await reads.tasks(place.cluster, unendedIds(known)) }
    : { runningIds: await reads.taskIds(place.cluster, 'RUNNING', place.name) };

/** Those that were told to stop, but for those that are known. */
const tasksGone = async (
  reads: EcsReads,
  { cluster, name }: Place,
  seen: ReadonlySet<string>,
): Promise<readonly EcsTask[]> => {
  const ids = await reads.taskIds(cluster, 'STOPPED', name);
  return reads.tasks(
    cluster,
    ids.filter((id) => !seen.has(id)),
  );
};

/** Whether those of the last time are all that is wanted: before a new one there may have been others, unseen. */
const areAll = (running: readonly string[], { desiredCount = 0 }: Service, known: ReadonlySet<string>): boolean =>
  running.length > 0 && running.length >= desiredCount && running.every((id) => known.has(id));

/** The tasks of one service. What was seen before saves the listing, as long as every number adds up. */
export const tasksOfOne = async (
  reads: EcsReads,
  described: Described,
  look: FirstLook,
  known: Observed | undefined,
): Promise<TasksOfService> => {
  const { place, service, at } = described;
  const before = known && isSame(service, known) ? known : undefined;
  const ended = before ? endedOf(before, at) : [];
  if (before && 'tasks' in look && agree(service, look.tasks)) return { asked: look.tasks, ended };
  const running = 'runningIds' in look ? look.runningIds : await reads.taskIds(place.cluster, 'RUNNING', place.name);
  // Known and not listed any more: it is on its way out.
  const unended = new Set(before && unendedIds(before));
  const present = new Set([...running, ...unended]);
  const seen = new Set([...present, ...ended.map(({ id }) => id)]);
  const [here, gone] = await Promise.all([
    reads.tasks(place.cluster, [...present]),
    areAll(running, service, unended) ? [] : tasksGone(reads, place, seen),
  ]);
  return { asked: [...here, ...gone], ended };
};

/** The tasks of all services of a cluster by two listings: their number goes with the tasks, not with the services. */
export const tasksOfCluster = async (
  reads: EcsReads,
  cluster: string,
): Promise<(name: string) => readonly EcsTask[]> => {
  const ids = await Promise.all([reads.taskIds(cluster, 'RUNNING'), reads.taskIds(cluster, 'STOPPED')]);
  const byService = Map.groupBy(await reads.tasks(cluster, [...new Set(ids.flat())]), serviceOf);
  return (name) => byService.get(name) ?? [];
};
