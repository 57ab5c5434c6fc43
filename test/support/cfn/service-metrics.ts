import type { Account } from '../sim-aws/account.ts';
import { hasReached } from '../sim-aws/machines.ts';
import type { Deployed } from './deployed.ts';
import { attributeOf, referenceTo } from './physical.ts';
import { containerIn, serviceIn } from './ecs-service.ts';

interface Group {
  readonly fullName: string;
  readonly balancer: string;
}

/** `…:listener/app/name/id/id` → `app/name/id`; `…:loadbalancer/net/name/id` → `net/name/id`. */
const balancerOf = (arn: string): string =>
  /:(?:listener|loadbalancer)\/((?:app|net)\/[^/]+\/[^/]+)/.exec(arn)?.[1] ?? `nothing by ${arn}`;

/** The balancers that send to a group, as the rules and listeners say; not as any tag says. */
const balancersOf = ({ resources }: Deployed, groupArn: string): readonly string[] =>
  Object.values(resources).flatMap(({ Type, Properties }) => {
    const actions: readonly any[] = Properties.Actions ?? Properties.DefaultActions ?? [];
    if (!actions.some(({ TargetGroupArn }) => TargetGroupArn === groupArn)) return [];
    return Type.endsWith('::ListenerRule')
      ? [balancerOf(Properties.ListenerArn)]
      : [balancerOf(Properties.LoadBalancerArn)];
  });

const groupsOf = (stack: Deployed): readonly Group[] => {
  const attached = (serviceIn(stack).LoadBalancers ?? []).map(({ TargetGroupArn }: any) => TargetGroupArn);
  return Object.entries(stack.resources).flatMap(([id, resource]) => {
    if (resource.Type !== 'AWS::ElasticLoadBalancingV2::TargetGroup') return [];
    const made = { stack: stack.stack, id, resource };
    if (!attached.includes(referenceTo(made))) return [];
    const fullName = attributeOf(made, 'TargetGroupFullName');
    return balancersOf(stack, referenceTo(made)).map((balancer) => ({ fullName, balancer }));
  });
};

const environmentOf = (stack: Deployed): Readonly<Record<string, string>> =>
  Object.fromEntries((containerIn(stack).Environment ?? []).map(({ Name, Value }: any) => [Name, Value]));

/** How a service is used in one minute. */
export interface Use {
  readonly isUsed: boolean;
  /** When it was last used. */
  readonly lastUseAt: number;
}

/**
 * What CloudWatch is told in one minute of a service and what is around it: by its load balancers, its queue, and itself
 * while it runs. The names come from what is connected with what, so that a tag which says otherwise finds nothing.
 */
export const emitMinute = (aws: Account, stack: Deployed, at: number, { isUsed, lastUseAt }: Use): void => {
  const { Cluster, ServiceName } = serviceIn(stack);
  const running = (aws.machines.find(Cluster, ServiceName)?.tasks ?? []).filter(
    (task) => hasReached(task, 'RUNNING') && task.desiredStatus === 'RUNNING',
  ).length;
  const used = isUsed ? 1 : 0;
  const put = (namespace: string, dimensions: Readonly<Record<string, string>>, name: string, value: number): void =>
    aws.metrics.put({ namespace, name, dimensions }, at, value);

  for (const { fullName: TargetGroup, balancer: LoadBalancer } of groupsOf(stack)) {
    if (LoadBalancer.startsWith('app/')) {
      if (running > 0) put('AWS/ApplicationELB', { LoadBalancer, TargetGroup }, 'HealthyHostCount', running);
      // It reports no zeros.
      if (isUsed) put('AWS/ApplicationELB', { LoadBalancer, TargetGroup }, 'RequestCount', 12);
    } else {
      put('AWS/NetworkELB', { LoadBalancer }, 'ActiveFlowCount', used);
      put('AWS/NetworkELB', { LoadBalancer }, 'ProcessedBytes', used * 4_096);
    }
  }
  const environment = environmentOf(stack);
  const { METRICS_NAMESPACE, ECS_SERVICE_NAME = '', ECS_CLUSTER_NAME = '', QUEUE_URL } = environment;
  if (QUEUE_URL !== undefined) {
    const QueueName = QUEUE_URL.split('/').at(-1) ?? '';
    put('AWS/SQS', { QueueName }, 'ApproximateNumberOfMessagesVisible', used * 3);
  }
  if (METRICS_NAMESPACE === undefined || running === 0) return;
  const itself = { ServiceName: ECS_SERVICE_NAME, ClusterName: ECS_CLUSTER_NAME };
  put(METRICS_NAMESPACE, itself, 'ActiveConnections', used);
  put(METRICS_NAMESPACE, itself, 'LastActivityEpochSeconds', Math.floor(lastUseAt / 1_000));
};
