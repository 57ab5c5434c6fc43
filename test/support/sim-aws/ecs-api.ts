import {
  ClusterNotFoundException,
  ClientException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  InvalidParameterException,
  ListServicesCommand,
  ListTasksCommand,
  ServiceNotActiveException,
  ServiceNotFoundException,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { lastPart, serviceArn, taskArn, toDefinition, toService, toTask } from './ecs-shapes.ts';
import type { Build, Machines, SimService, SimTask } from './machines.ts';
import { reads, writes, type Operation, type Reading } from './operations.ts';
import { pageOf } from './pages.ts';

const refusal = (message: string) => ({ message, $metadata: { httpStatusCode: 400 } });

/** Limits of the API reference. */
const SERVICES_AT_ONCE = 10;
const TASKS_AT_ONCE = 100;
const LARGEST_PAGE = 100;

export interface DesiredWrite {
  readonly by: string;
  readonly service: string;
  readonly to: number;
}

export interface EcsApiOptions {
  readonly machines: Machines;
  readonly clusters: readonly string[];
  readonly builds: ReadonlyMap<string, Build>;
  readonly onDesired: (write: DesiredWrite) => void;
}

const requireBatch = (what: string, names: readonly string[] | undefined, most: number): readonly string[] => {
  if (!names || names.length === 0) throw new InvalidParameterException(refusal(`${what} cannot be empty.`));
  if (names.length > most) throw new InvalidParameterException(refusal(`${what} can have at most ${most} items.`));
  return names.map(lastPart);
};

/** Amazon ECS by its API, as far as a control plane asks it. */
export const ecsApi = ({ machines, clusters, builds, onDesired }: EcsApiOptions): readonly Operation[] => {
  const clusterOf = (given: string | undefined): string => {
    const cluster = lastPart(given ?? 'default');
    if (!clusters.includes(cluster)) throw new ClusterNotFoundException(refusal('Cluster not found.'));
    return cluster;
  };

  const seen = (service: SimService | undefined, { isStale }: Reading): SimService | undefined =>
    service && machines.seen(service, isStale);

  const required = (cluster: string, name: string): SimService => {
    const service = machines.find(cluster, name);
    if (!service || service.status === 'INACTIVE') throw new ServiceNotFoundException(refusal('Service not found.'));
    return service;
  };

  const missing = (arn: string) => ({ arn, reason: 'MISSING' });

  const listServices = reads(ListServicesCommand, (input) => {
    const cluster = clusterOf(input.cluster);
    const live = machines.all(cluster).filter(({ status }) => status !== 'INACTIVE');
    const { items, nextToken } = pageOf(live, input.nextToken, input.maxResults ?? 10, LARGEST_PAGE);
    return { serviceArns: items.map(({ service }) => serviceArn(cluster, service)), nextToken };
  });

  const describeServices = reads(DescribeServicesCommand, ({ include = [], ...input }, reading) => {
    const cluster = clusterOf(input.cluster);
    const names = requireBatch('Services', input.services, SERVICES_AT_ONCE);
    const found = names.map((name) => seen(machines.find(cluster, name), reading));
    return {
      services: found.flatMap((service) => (service ? [toService(service, include.includes('TAGS'))] : [])),
      failures: names.filter((_, index) => !found[index]).map((name) => missing(serviceArn(cluster, name))),
    };
  });

  const updateService = writes(UpdateServiceCommand, (input, _reading, by) => {
    const cluster = clusterOf(input.cluster);
    const name = lastPart(input.service ?? '');
    const service = required(cluster, name);
    if (service.status !== 'ACTIVE') throw new ServiceNotActiveException(refusal('Service was not ACTIVE.'));
    if (input.desiredCount !== undefined) {
      onDesired({ by, service: name, to: input.desiredCount });
      machines.setDesired(cluster, name, input.desiredCount);
    }
    return { service: toService(required(cluster, name), false) };
  });

  const tasksIn = (cluster: string, reading: Reading, name?: string): readonly (readonly [SimService, SimTask])[] => {
    const services = name === undefined ? machines.all(cluster) : [required(cluster, name)];
    return services.flatMap((service) => {
      const shown = machines.seen(service, reading.isStale);
      return machines.shownTasks(shown).map((task) => [shown, task] as const);
    });
  };

  const listTasks = reads(ListTasksCommand, (input, reading) => {
    const cluster = clusterOf(input.cluster);
    // The default list leaves out what is on its way down, although it may still serve.
    const { desiredStatus = 'RUNNING' } = input;
    const tasks = tasksIn(cluster, reading, input.serviceName && lastPart(input.serviceName)).filter(
      ([, task]) => task.desiredStatus === desiredStatus,
    );
    const { items, nextToken } = pageOf(tasks, input.nextToken, input.maxResults ?? LARGEST_PAGE, LARGEST_PAGE);
    return { taskArns: items.map(([, { id }]) => taskArn(cluster, id)), nextToken };
  });

  const describeTasks = reads(DescribeTasksCommand, (input, reading) => {
    const cluster = clusterOf(input.cluster);
    const ids = requireBatch('Tasks', input.tasks, TASKS_AT_ONCE);
    const byId = new Map(tasksIn(cluster, reading).map((entry) => [entry[1].id, entry]));
    return {
      tasks: ids.flatMap((id) => {
        const entry = byId.get(id);
        return entry ? [toTask(...entry)] : [];
      }),
      failures: ids.filter((id) => !byId.has(id)).map((id) => missing(taskArn(cluster, id))),
    };
  });

  const describeTaskDefinition = reads(DescribeTaskDefinitionCommand, (input) => {
    const name = lastPart(input.taskDefinition ?? '');
    const build = builds.get(name);
    if (!build) throw new ClientException(refusal('Unable to describe task definition.'));
    return { taskDefinition: toDefinition(name, build) };
  });

  return [listServices, describeServices, updateService, listTasks, describeTasks, describeTaskDefinition];
};
