import { randomUUID } from 'node:crypto';
import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  type EC2Client,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import {
  type AwsVpcConfiguration,
  CreateClusterCommand,
  CreateServiceCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { ecsFleet } from '#shared/adapters/aws/ecs-fleet.ts';
import { publicAddresses } from '#shared/adapters/aws/public-addresses.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import { ec2On, ecsOn, scalingOn } from './clients.ts';

export interface TestCluster {
  readonly cluster: string;
  readonly fleet: Fleet;
  readonly taskDefinition: string;
  readonly addService: (name: string, tags?: Readonly<Record<string, string>>) => Promise<void>;
  /** Starts a task beside the service, as if the service had, with a public address. */
  readonly addTask: (name: string) => Promise<{ readonly task: Task; readonly address: string }>;
  readonly addScaler: (name: string) => Promise<void>;
}

export const MANAGED = { 'nightporter:managed': 'true' };

/** A network of its own; moto gives no name to a machine in one that has no host names. */
const newNetwork = async (ec2: EC2Client): Promise<AwsVpcConfiguration> => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const VpcId = Vpc?.VpcId;
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.0.0/20' }));
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: 'tasks', Description: 'tasks' }),
  );
  return { subnets: [Subnet?.SubnetId ?? ''], securityGroups: [GroupId ?? ''], assignPublicIp: 'ENABLED' };
};

/** Gives the interface an address that the world can reach. */
const publish = async (ec2: EC2Client, NetworkInterfaceId: string | undefined): Promise<string> => {
  const { AllocationId, PublicIp = '' } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  await ec2.send(new AssociateAddressCommand({ NetworkInterfaceId, AllocationId }));
  return PublicIp;
};

/** An empty cluster, with the fleet of its services. */
export const newCluster = async (endpoint: string, scalingEndpoint = endpoint): Promise<TestCluster> => {
  const ec2 = ec2On(endpoint);
  const ecs = ecsOn(endpoint);
  const scaling = scalingOn(scalingEndpoint);
  const cluster = `cluster-${randomUUID()}`;
  const clock = systemClock();
  const networkConfiguration = { awsvpcConfiguration: await newNetwork(ec2) };
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const registered = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: cluster,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 512,
          portMappings: [{ containerPort: 8080 }],
          healthCheck: { command: ['true'] },
        },
      ],
    }),
  );
  const taskDefinition = registered.taskDefinition?.taskDefinitionArn ?? '';
  return {
    cluster,
    taskDefinition,
    fleet: ecsFleet({
      ecs,
      scaling,
      clock,
      clusters: [cluster],
      publicAddresses: publicAddresses({ config: ecs.config, clock, endpoint }),
    }),
    addService: async (serviceName, tags = MANAGED) => {
      await ecs.send(
        new CreateServiceCommand({
          cluster,
          serviceName,
          taskDefinition,
          desiredCount: 0,
          launchType: 'FARGATE',
          networkConfiguration,
          tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
        }),
      );
    },
    addTask: async (name) => {
      const { tasks } = await ecs.send(
        new RunTaskCommand({
          cluster,
          taskDefinition,
          launchType: 'FARGATE',
          networkConfiguration,
          group: `service:${name}`,
        }),
      );
      const [task] = tasks ?? [];
      if (!task) throw new Error('no task was run');
      const details = task.attachments?.flatMap((attachment) => attachment.details ?? []) ?? [];
      return {
        task,
        address: await publish(ec2, details.find((detail) => detail.name === 'networkInterfaceId')?.value),
      };
    },
    addScaler: async (name) => {
      await scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ScalableDimension: 'ecs:service:DesiredCount',
          ResourceId: `service/${cluster}/${name}`,
          MinCapacity: 0,
          MaxCapacity: 4,
        }),
      );
    },
  };
};
