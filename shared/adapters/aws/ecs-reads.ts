import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  type Task,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Clock } from '#shared/ports/clock.ts';
import { allPages, inBatches } from './at-once.ts';
import { translatingService } from './ecs-errors.ts';
import { lastPart } from './ecs-place.ts';
import { ECS_DEFINITION_READS, ECS_SERVICE_READS, ECS_TASK_READS, pace } from './pace.ts';

/** Which tasks ECS lists: the default list leaves out a task from the moment that it is told to stop. */
export type Listed = 'RUNNING' | 'STOPPED';

/** What is asked of ECS, a page or batch at a time, within its quota for reads. What does not exist is left out. */
export interface EcsReads {
  /** Names of all services of a cluster. */
  serviceNames(cluster: string): Promise<readonly string[]>;
  /** With their tags. */
  services(cluster: string, names: readonly string[]): Promise<readonly Service[]>;
  /** Ids of a service's tasks, or of all tasks of the cluster. */
  taskIds(cluster: string, listed: Listed, name?: string): Promise<readonly string[]>;
  tasks(cluster: string, ids: readonly string[]): Promise<readonly Task[]>;
  taskDefinition(arn: string): Promise<TaskDefinition>;
}

/** Limits of Amazon ECS's API reference. */
const PAGE = 100;
const SERVICES_AT_ONCE = 10;
const TASKS_AT_ONCE = 100;

export const ecsReads = (ecs: Pick<ECSClient, 'send'>, clock: Clock): EcsReads => {
  const turns = {
    service: pace(ECS_SERVICE_READS, clock),
    task: pace(ECS_TASK_READS, clock),
    definition: pace(ECS_DEFINITION_READS, clock),
  };

  /** A cluster that does not exist is a mistake in the deployment's parameters, and surfaces as one. */
  const inTurn = async <T>(kind: keyof typeof turns, ask: () => Promise<T>): Promise<T> => {
    await turns[kind]();
    return translatingService(ask());
  };

  return {
    serviceNames: (cluster) =>
      allPages(async (nextToken) => {
        const command = new ListServicesCommand({ cluster, maxResults: PAGE, nextToken });
        const page = await inTurn('service', () => ecs.send(command));
        return { found: (page.serviceArns ?? []).map(lastPart), ...(page.nextToken && { nextToken: page.nextToken }) };
      }),
    services: (cluster, names) =>
      inBatches(names, SERVICES_AT_ONCE, async (services) => {
        const command = new DescribeServicesCommand({ cluster, services: [...services], include: ['TAGS'] });
        return (await inTurn('service', () => ecs.send(command))).services ?? [];
      }),
    taskIds: (cluster, desiredStatus, serviceName) =>
      allPages(async (nextToken) => {
        const command = new ListTasksCommand({ cluster, serviceName, desiredStatus, maxResults: PAGE, nextToken });
        const page = await inTurn('task', () => ecs.send(command));
        return { found: (page.taskArns ?? []).map(lastPart), ...(page.nextToken && { nextToken: page.nextToken }) };
      }),
    tasks: (cluster, ids) =>
      inBatches(ids, TASKS_AT_ONCE, async (tasks) => {
        const command = new DescribeTasksCommand({ cluster, tasks: [...tasks] });
        return (await inTurn('task', () => ecs.send(command))).tasks ?? [];
      }),
    taskDefinition: async (taskDefinition) => {
      const answer = await inTurn('definition', () => ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition })));
      if (!answer.taskDefinition) throw new Error(`ECS described no task definition ${taskDefinition}`);
      return answer.taskDefinition;
    },
  };
};
