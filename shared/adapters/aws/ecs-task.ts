import type { Container, Task as EcsTask } from '@aws-sdk/client-ecs';
import type { Endpoint, Task, TaskStatus } from '#shared/domain/lifecycle/observed.ts';
import { lastPart } from './ecs-place.ts';

export const taskIdOf = ({ taskArn }: EcsTask): string => lastPart(taskArn ?? '');

/** The service that started the task, as ECS names it; `undefined` for tasks that no service started. */
export const serviceOf = ({ group }: EcsTask): string | undefined => /^service:(.+)$/.exec(group ?? '')?.[1];

/** A detail of the task's network interface, once it has one. */
const interfaceDetail = ({ attachments = [] }: EcsTask, name: string): string | undefined =>
  attachments.find(({ type }) => type === 'ElasticNetworkInterface')?.details?.find((detail) => detail.name === name)
    ?.value;

export const networkInterfaceOf = (task: EcsTask): string | undefined => interfaceDetail(task, 'networkInterfaceId');
export const privateAddressOf = (task: EcsTask): string | undefined => interfaceDetail(task, 'privateIPv4Address');

const endOf = ({ name, exitCode, reason }: Container): string | undefined => {
  const parts = [exitCode === undefined ? [] : [`exit code ${exitCode}`], reason ?? []].flat();
  return exitCode === 0 || parts.length === 0 ? undefined : `${name}: ${parts.join(', ')}`;
};

/** ECS says of a crash only that an essential container has exited; with what, its containers say. */
const reasonOf = ({ stoppedReason, containers = [] }: EcsTask): string | null => {
  if (stoppedReason === undefined) return null;
  const ends = containers.map(endOf).filter((end) => end !== undefined);
  return ends.length > 0 ? `${stoppedReason} (${ends.join('; ')})` : stoppedReason;
};

/** Up, and meant to stay up. */
export const isRunning = ({ lastStatus, desiredStatus }: EcsTask): boolean =>
  lastStatus === 'RUNNING' && desiredStatus === 'RUNNING';

const instant = (date: Date | undefined): number | null => date?.getTime() ?? null;

/** A task as the domain has it. Its endpoint is found out elsewhere. */
export const toTask = (task: EcsTask, endpoint: Endpoint | null): Task => ({
  id: taskIdOf(task),
  lastStatus: (task.lastStatus ?? 'PROVISIONING') as TaskStatus,
  desiredStatus: task.desiredStatus === 'STOPPED' ? 'STOPPED' : 'RUNNING',
  health: task.healthStatus ?? 'UNKNOWN',
  createdAt: instant(task.createdAt) ?? 0,
  startedAt: instant(task.startedAt),
  stoppedAt: instant(task.stoppedAt),
  stopCode: task.stopCode ?? null,
  stoppedReason: reasonOf(task),
  endpoint,
  output: null,
});
