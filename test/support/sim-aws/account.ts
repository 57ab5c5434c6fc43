import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type ECSClient, ECSServiceException } from '@aws-sdk/client-ecs';
import type { S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { PublicAddressesOptions } from '#shared/adapters/aws/public-addresses.ts';
import { scriptedCloudWatch } from '../scripted-cloudwatch.ts';
import { ec2Config } from './ec2-wire.ts';
import { ecsApi, type DesiredWrite } from './ecs-api.ts';
import { interfaceOf, publicAddress } from './ecs-shapes.ts';
import { machines, MAIN_CLUSTER, type Build, type Seed, type SimService } from './machines.ts';
import { objects, type Objects, type Write } from './objects.ts';
import { reads, writes, type Command, type Operation } from './operations.ts';
import { quotas } from './quotas.ts';
import { s3Api } from './s3-api.ts';
import { scalingApi } from './scaling-api.ts';

export type AwsService = 'ecs' | 'application-autoscaling' | 'ec2' | 's3' | 'cloudwatch' | 'sns' | 'sqs';

/** One call of the SDK, as a role would have to allow it. */
export interface Call {
  /** Whose call it is. */
  readonly function: string;
  readonly service: AwsService;
  readonly operation: string;
  readonly input: object;
}

/** A call on its way: it happens when whoever lets it pass has it performed. */
export interface Passing extends Call {
  readonly isWrite: boolean;
  /** Throws what the SDK would. */
  readonly perform: (isStale: boolean) => object;
}

export interface AccountOptions {
  readonly now: () => number;
  readonly clusters?: readonly string[];
  readonly bucket?: string;
  readonly registryBucket?: string;
  /** Whether reads may be shown the past: its keeping costs something. */
  readonly remembers?: boolean;
  readonly onCall?: (call: Call) => void;
  readonly onDesired?: (write: DesiredWrite) => void;
  readonly onWrite?: (write: Write) => void;
}

/** What an adapter is given instead of the SDK's clients. */
export interface SimClients {
  readonly ecs: Pick<ECSClient, 'send'>;
  readonly scaling: Pick<ApplicationAutoScalingClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
  /** What asks EC2 borrows another client's configuration. */
  readonly ec2Config: PublicAddressesOptions['config'];
}

type Pass = (passing: Passing) => Promise<object>;

export const BUCKET = 'control';
export const REGISTRY_BUCKET = 'registry';

/** AWS has no class for it. */
export const throttling = (): ECSServiceException =>
  new ECSServiceException({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });

/** Values that a filter may have. */
const INTERFACES_AT_ONCE = 200;

/**
 * One AWS account in memory, at the level of SDK commands: ECS, Application Auto Scaling, the network interfaces of
 * tasks, and two buckets; with the limits, errors and token buckets of the real ones, and every call on record.
 */
export const account = (options: AccountOptions) => {
  const { now, clusters = [MAIN_CLUSTER], bucket = BUCKET, remembers = false } = options;
  const { registryBucket = REGISTRY_BUCKET } = options;
  const { onCall = () => {}, onDesired = () => {}, onWrite = () => {} } = options;
  const fleet = machines(now, remembers);
  const store = objects(now, onWrite);
  const registry = objects(now, onWrite, { isVersioned: true });
  const metrics = scriptedCloudWatch();
  const builds = new Map<string, Build>();
  const tokens = quotas(now);
  const calls: Call[] = [];
  const throttled: Call[] = [];
  const apis: readonly (readonly [AwsService, readonly Operation[]])[] = [
    ['ecs', ecsApi({ machines: fleet, clusters, builds, onDesired })],
    ['application-autoscaling', scalingApi({ machines: fleet, clusters })],
    ['cloudwatch', [reads(GetMetricDataCommand, (input) => metrics.answer(input))]],
    ['sns', [writes(PublishCommand, () => ({ MessageId: 'told' }))]],
    [
      's3',
      s3Api(
        new Map<string, Objects>([
          [bucket, store],
          [registryBucket, registry],
        ]),
      ),
    ],
  ];
  const operations = new Map<unknown, readonly [AwsService, Operation]>(
    apis.flatMap(([service, api]) => api.map((operation) => [operation.command, [service, operation]] as const)),
  );

  const addresses = (interfaceIds: ReadonlySet<string>): ReadonlyMap<string, string> =>
    new Map(
      clusters
        .flatMap((cluster) => fleet.all(cluster))
        .flatMap((service) =>
          service.tasks.flatMap((task) => {
            const id = interfaceOf(task);
            const address = publicAddress(service, task);
            return id && address && interfaceIds.has(id) ? [[id, address] as const] : [];
          }),
        ),
    );

  /** Counts, limits and performs. */
  const admit = (call: Call, perform: () => object): object => {
    calls.push(call);
    onCall(call);
    if (tokens.take(call)) return perform();
    throttled.push(call);
    throw throttling();
  };

  const passingOf = (caller: string, command: Command<object>): Passing => {
    const [service, operation] = operations.get(command.constructor) ?? [];
    if (!service || !operation) throw new Error(`the simulated AWS knows no ${command.constructor.name}`);
    const call: Call = { function: caller, service, operation: operation.name, input: command.input };
    return {
      ...call,
      isWrite: operation.isWrite,
      perform: (isStale) => admit(call, () => operation.perform(command.input as never, { isStale }, caller) as object),
    };
  };

  const interfaces = (caller: string, ids: readonly string[]): Passing => {
    const input = { Filters: [{ Name: 'network-interface-id', Values: [...ids] }] };
    const call: Call = { function: caller, service: 'ec2', operation: 'DescribeNetworkInterfaces', input };
    if (ids.length > INTERFACES_AT_ONCE) throw new RangeError(`a filter has at most ${INTERFACES_AT_ONCE} values`);
    return { ...call, isWrite: false, perform: () => admit(call, () => addresses(new Set(ids))) };
  };

  const clients = (caller: string, pass: Pass = async ({ perform }) => perform(false)): SimClients => {
    const client = { send: async (command: Command<object>) => pass(passingOf(caller, command)) };
    return {
      ecs: client,
      scaling: client,
      s3: client,
      cloudwatch: client,
      sns: client,
      ec2Config: ec2Config(async (ids) => (await pass(interfaces(caller, ids))) as ReadonlyMap<string, string>),
    };
  };

  return {
    machines: fleet,
    store,
    /** The registry's bucket, with versions. */
    registry,
    metrics,
    calls,
    /** Those that were refused because somebody asked for too much at once. */
    throttled,
    clients,
    add: (seed: Seed): SimService => {
      const service = fleet.add(seed);
      builds.set(service.taskDefinition, service.build);
      return service;
    },
    /** Another build of a service. */
    deploy: (service: SimService, taskDefinition: string, build: Build = service.build): void => {
      builds.set(taskDefinition, build);
      Object.assign(service, { taskDefinition, build });
    },
    /** How often each operation was called, by `{service} {operation}`. */
    counts: (): Readonly<Record<string, number>> => {
      const sums: Record<string, number> = {};
      for (const { service, operation } of calls) {
        const name = `${service} ${operation}`;
        sums[name] = (sums[name] ?? 0) + 1;
      }
      return sums;
    },
    recount: (): void => {
      calls.length = 0;
      throttled.length = 0;
    },
  };
};

export type Account = ReturnType<typeof account>;
