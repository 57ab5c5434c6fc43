import { isDeepStrictEqual } from 'node:util';
import type { ScalingBounds } from '#shared/domain/lifecycle/observed.ts';
import type { Account } from '../sim-aws/account.ts';
import type { Seed, SimService } from '../sim-aws/machines.ts';
import type { Deployed } from './deployed.ts';

const only = ({ resources, stack }: Deployed, type: string): any => {
  const found = Object.values(resources).filter(({ Type }) => Type === type);
  if (found.length !== 1) throw new Error(`${stack} has ${found.length} of ${type}`);
  return found[0]?.Properties;
};

const any = ({ resources }: Deployed, type: string): any =>
  Object.values(resources).find(({ Type }) => Type === type)?.Properties;

export const serviceIn = (stack: Deployed): any => only(stack, 'AWS::ECS::Service');

/** The container that counts. */
export const containerIn = (stack: Deployed): any =>
  only(stack, 'AWS::ECS::TaskDefinition').ContainerDefinitions.find(({ Essential }: any) => Essential !== false);

const portIn = (stack: Deployed): number | null => {
  const [mapping] = containerIn(stack).PortMappings ?? [];
  return mapping ? Number(mapping.ContainerPort) : null;
};

/** What was registered is registered as it stands; CloudFormation looks at nothing else. */
const boundsIn = (stack: Deployed): ScalingBounds | null => {
  const target = any(stack, 'AWS::ApplicationAutoScaling::ScalableTarget');
  if (!target) return null;
  const states = Object.values(target.SuspendedState ?? {});
  const suspended = states.length === 3 && states.every((is) => is === true);
  return { min: Number(target.MinCapacity), max: Number(target.MaxCapacity), suspended };
};

const definitionIn = (stack: Deployed): string => String(serviceIn(stack).TaskDefinition).split('/').at(-1) ?? '';

const tagsIn = (stack: Deployed): SimService['tags'] =>
  Object.fromEntries((serviceIn(stack).Tags ?? []).map(({ Key, Value }: any) => [Key, String(Value)]));

const seedOf = (stack: Deployed): Seed => {
  const { ServiceName, Cluster, DesiredCount, DeploymentController, SchedulingStrategy, ...rest } = serviceIn(stack);
  return {
    service: ServiceName,
    cluster: Cluster,
    // Without one ECS starts a task.
    desiredCount: DesiredCount === undefined ? 1 : Number(DesiredCount),
    tags: tagsIn(stack),
    controller: DeploymentController?.Type ?? 'ECS',
    schedulingStrategy: SchedulingStrategy ?? 'REPLICA',
    isPublic: rest.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp === 'ENABLED',
    isAddressed: true,
    bounds: null,
    taskDefinition: definitionIn(stack),
    build: { port: portIn(stack), hasHealthCheck: containerIn(stack).HealthCheck !== undefined },
    stopMs: Number(containerIn(stack).StopTimeout ?? 30) * 1_000,
  };
};

const REPLACED_BY = ['ServiceName', 'Cluster', 'LaunchType', 'SchedulingStrategy'];

const targetOf = (stack: Deployed): unknown => any(stack, 'AWS::ApplicationAutoScaling::ScalableTarget');

const register = (aws: Account, stack: Deployed): void => {
  const bounds = boundsIn(stack);
  const { Cluster, ServiceName } = serviceIn(stack);
  if (bounds) aws.machines.setBounds(Cluster, ServiceName, bounds);
};

/** Creates the service of a stack as CloudFormation would, its tasks at a pace of their own. */
export const createService = (aws: Account, stack: Deployed, paceMs: number): SimService => {
  const service = aws.add({ ...seedOf(stack), paceMs });
  register(aws, stack);
  return service;
};

/**
 * Updates it: what has not changed is not touched, and of what has changed everything is set again. A new task
 * definition is a deployment, which ends when somebody lets it.
 */
export const updateService = (aws: Account, before: Deployed, after: Deployed, now: number): void => {
  const [from, to] = [serviceIn(before), serviceIn(after)];
  const replaced = REPLACED_BY.filter((property) => from[property] !== to[property]);
  if (replaced.length > 0) throw new Error(`another ${replaced.join()} makes another service`);
  if (!isDeepStrictEqual(from, to)) {
    aws.machines.change(to.Cluster, to.ServiceName, (service) => {
      const seed = seedOf(after);
      Object.assign(service, { tags: seed.tags, isPublic: seed.isPublic, stopMs: seed.stopMs });
      if (to.DesiredCount !== undefined) service.desiredCount = Number(to.DesiredCount);
      if (from.TaskDefinition === to.TaskDefinition) return;
      aws.deploy(service, definitionIn(after), seed.build);
      service.deployingSince = service.desiredCount > 0 ? now : null;
    });
  }
  if (!isDeepStrictEqual(targetOf(before), targetOf(after))) register(aws, after);
};

/** The deployment comes to its end: tasks of the old build have made way for new ones. */
export const finishDeployment = (aws: Account, stack: Deployed): void => {
  const { Cluster, ServiceName } = serviceIn(stack);
  aws.machines.replaceOld(ServiceName, Cluster);
};
