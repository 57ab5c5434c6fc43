import type { Attachment, Deployment, Service, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import { hasReached, type Build, type SimService, type SimTask } from './machines.ts';

const ACCOUNT = 'arn:aws:ecs:eu-central-1:123456789012';

export const serviceArn = (cluster: string, service: string): string => `${ACCOUNT}:service/${cluster}/${service}`;
export const taskArn = (cluster: string, id: string): string => `${ACCOUNT}:task/${cluster}/${id}`;
const clusterArn = (cluster: string): string => `${ACCOUNT}:cluster/${cluster}`;
const definitionArn = (name: string): string => `${ACCOUNT}:task-definition/${name}`;

/** ECS takes names and ARNs alike. */
export const lastPart = (nameOrArn: string): string => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);

/** Given out when the task is PENDING, and taken back when it has stopped. */
export const interfaceOf = (task: SimTask): string | undefined =>
  hasReached(task, 'PENDING') ? `eni-${task.id}` : undefined;

const numberOf = ({ id }: SimTask): number => Number(id.slice(1));
const addressIn = (network: string, task: SimTask): string =>
  `${network}.${Math.floor(numberOf(task) / 250)}.${(numberOf(task) % 250) + 1}`;

const privateAddress = (task: SimTask): string => addressIn('10.0', task);
/** EC2 knows it a while after ECS knows the interface. */
export const publicAddress = ({ isPublic, isAddressed }: SimService, task: SimTask): string | undefined =>
  isPublic && isAddressed && hasReached(task, 'ACTIVATING') ? addressIn('203.0', task) : undefined;

const counted = (tasks: readonly SimTask[], status: SimTask['lastStatus']): number =>
  tasks.filter(({ lastStatus }) => lastStatus === status).length;

const tagsOf = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

const deploymentsOf = (
  service: SimService,
  counts: Pick<Deployment, 'runningCount' | 'pendingCount'>,
): Deployment[] => {
  // Deployments of other controllers are task sets, elsewhere.
  if (service.controller !== 'ECS') return [];
  return [
    {
      id: `ecs-svc/${service.createdAt}`,
      status: 'PRIMARY',
      taskDefinition: definitionArn(service.taskDefinition),
      desiredCount: service.desiredCount,
      ...counts,
      createdAt: new Date(service.deployingSince ?? service.createdAt),
      rolloutState: service.deployingSince === null ? 'COMPLETED' : 'IN_PROGRESS',
    },
  ];
};

export const toService = (service: SimService, withTags: boolean): Service => {
  const { cluster, tasks, controller } = service;
  const counts = { runningCount: counted(tasks, 'RUNNING'), pendingCount: counted(tasks, 'PENDING') };
  return {
    serviceArn: serviceArn(cluster, service.service),
    serviceName: service.service,
    clusterArn: clusterArn(cluster),
    status: service.status,
    desiredCount: service.desiredCount,
    ...counts,
    launchType: 'FARGATE',
    taskDefinition: definitionArn(service.taskDefinition),
    deployments: deploymentsOf(service, counts),
    loadBalancers: [],
    createdAt: new Date(service.createdAt),
    schedulingStrategy: service.schedulingStrategy,
    networkConfiguration: {
      awsvpcConfiguration: { subnets: ['subnet-1'], assignPublicIp: service.isPublic ? 'ENABLED' : 'DISABLED' },
    },
    // ECS says nothing of its own controller unless it was named at creation.
    ...(controller !== 'ECS' && { deploymentController: { type: controller } }),
    ...(withTags && { tags: tagsOf(service.tags) }),
  };
};

const attachmentOf = (task: SimTask): Attachment => {
  const interfaceId = interfaceOf(task);
  if (!interfaceId) {
    const status = task.lastStatus === 'PROVISIONING' ? 'PRECREATED' : 'DELETED';
    return { id: `attachment-${task.id}`, type: 'ElasticNetworkInterface', status, details: [] };
  }
  return {
    id: `attachment-${task.id}`,
    type: 'ElasticNetworkInterface',
    status: 'ATTACHED',
    details: [
      { name: 'subnetId', value: 'subnet-1' },
      { name: 'networkInterfaceId', value: interfaceId },
      { name: 'privateIPv4Address', value: privateAddress(task) },
    ],
  };
};

const dated = (instant: number | null): Date | undefined => (instant === null ? undefined : new Date(instant));

/** ECS leaves out what is not known. */
const known = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], null | undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined && it !== null)) as never;

export const toTask = ({ cluster, service }: SimService, task: SimTask): Task => ({
  taskArn: taskArn(cluster, task.id),
  clusterArn: clusterArn(cluster),
  taskDefinitionArn: definitionArn(task.taskDefinition),
  group: `service:${service}`,
  lastStatus: task.lastStatus,
  desiredStatus: task.desiredStatus,
  healthStatus: task.health,
  launchType: 'FARGATE',
  attachments: [attachmentOf(task)],
  containers: [
    {
      name: 'main',
      lastStatus: task.lastStatus,
      ...known({ exitCode: task.stoppedAt === null ? null : task.exitCode }),
    },
  ],
  createdAt: new Date(task.createdAt),
  ...known({
    startedAt: dated(task.startedAt),
    stoppedAt: dated(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
  }),
});

export const toDefinition = (name: string, { port, hasHealthCheck }: Build): TaskDefinition => ({
  taskDefinitionArn: definitionArn(name),
  family: name.replace(/:\d+$/, ''),
  networkMode: 'awsvpc',
  containerDefinitions: [
    {
      name: 'main',
      image: 'example.org/main:1',
      essential: true,
      portMappings: port === null ? [] : [{ containerPort: port, hostPort: port, protocol: 'tcp' }],
      ...(hasHealthCheck && { healthCheck: { command: ['CMD', 'true'] } }),
    },
  ],
});
