import type { Service, Task as EcsTask, TaskDefinition } from '@aws-sdk/client-ecs';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import type { EcsReads } from './ecs-reads.ts';
import { isRunning } from './ecs-task.ts';

/** What of a task definition matters here. A revision never changes. */
export interface Build {
  readonly hasHealthCheck: boolean;
  /** The first port that an essential container opens; null: it opens none. */
  readonly port: number | null;
}

const toBuild = ({ containerDefinitions = [] }: TaskDefinition): Build => {
  const essential = containerDefinitions.filter((container) => container.essential !== false);
  return {
    // ECS judges a task by its essential containers that have a check.
    hasHealthCheck: essential.some(({ healthCheck }) => healthCheck !== undefined),
    port: essential.flatMap(({ portMappings = [] }) => portMappings)[0]?.containerPort ?? null,
  };
};

/** What was found out of a build shows only on a task of it that runs. */
const tells = ({ lastStatus, endpoint }: Task, { hasEndpoint }: Observed): boolean =>
  lastStatus === 'RUNNING' && (endpoint !== null || !hasEndpoint);

const remembered = (taskDefinition: string, known: Observed | undefined): Build | undefined => {
  const task = known?.tasks.find((each) => tells(each, known));
  return known && task && known.taskDefinition === taskDefinition
    ? { hasHealthCheck: known.hasHealthCheck, port: task.endpoint?.port ?? null }
    : undefined;
};

/** `undefined`: nothing of it runs, so it does not matter and is not asked for. */
export type BuildOf = (
  service: Service,
  tasks: readonly EcsTask[],
  known: Observed | undefined,
) => Promise<Build | undefined>;

/** Asks for each task definition once, if what was seen before does not tell. */
export const ecsBuilds = (reads: EcsReads): BuildOf => {
  const builds = new Map<string, Promise<Build>>();

  const ask = (arn: string): Promise<Build> => {
    const build = builds.get(arn) ?? reads.taskDefinition(arn).then(toBuild);
    builds.set(arn, build);
    // What failed is asked for again by whoever comes next.
    build.catch(() => builds.delete(arn));
    return build;
  };

  return async ({ taskDefinition }, tasks, known) => {
    if (taskDefinition === undefined || !tasks.some(isRunning)) return undefined;
    return remembered(taskDefinition, known) ?? ask(taskDefinition);
  };
};
