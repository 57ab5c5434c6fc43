import { listed, target } from '../../rules/template.ts';
import { items, sides, unless, written, type SourceRule } from './rule.ts';

/** Where data lies, which nobody gets back once it is gone. */
const HOLDS_DATA: readonly string[] = [
  'AWS::S3::Bucket',
  'AWS::EFS::FileSystem',
  'AWS::ECR::Repository',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::DynamoDB::Table',
];

const RETAINS = ['Retain', 'RetainExceptOnCreate'];

/** Of which a second one fails, or counts for others. */
const ONE_IN_AN_ACCOUNT: readonly string[] = [
  'AWS::IAM::OIDCProvider',
  'AWS::IAM::ServiceLinkedRole',
  'AWS::CE::AnomalyMonitor',
  'AWS::ApiGateway::Account',
];

/** Names by which somebody looks for it, or without which there is none. */
const NAMED_ON_PURPOSE: ReadonlySet<string> = new Set([
  'AWS::ECS::Service.ServiceName',
  'AWS::ECS::Cluster.ClusterName',
  'AWS::ECS::TaskDefinition.Family',
  'AWS::ECR::Repository.RepositoryName',
  'AWS::Logs::LogGroup.LogGroupName',
  'AWS::SSM::Parameter.Name',
  'AWS::CloudWatch::Dashboard.DashboardName',
  'AWS::ApplicationAutoScaling::ScalingPolicy.PolicyName',
  'AWS::IAM::Policy.PolicyName',
  'AWS::EC2::VPCEndpoint.ServiceName',
  'AWS::Route53::RecordSet.Name',
  'AWS::EC2::FlowLog.LogGroupName',
  'AWS::Logs::MetricFilter.LogGroupName',
  'AWS::CloudTrail::Trail.S3BucketName',
  'AWS::CE::AnomalyMonitor.MonitorName',
  'AWS::CE::AnomalySubscription.SubscriptionName',
]);

/** Names of other things than the resource. */
const OF_OTHERS: ReadonlySet<string> = new Set(['MetricName', 'DisplayName', 'ContainerName', 'DomainName']);

const isNamed = (type: string, property: string): boolean =>
  property.endsWith('Name') && !OF_OTHERS.has(property) && !NAMED_ON_PURPOSE.has(`${type}.${property}`);

type Source = Parameters<SourceRule>[0];

/** Who speaks of a resource whether or not the stack makes it, and so has nothing where it does not. */
const needs = (part: unknown, id: string, condition: string | undefined): boolean => {
  if (typeof part !== 'object' || part === null) return false;
  if ('Ref' in part && part.Ref === id) return true;
  const { 'Fn::If': choice, 'Fn::GetAtt': attribute } = part as Readonly<Record<string, any>>;
  if (attribute?.[0] === id) return true;
  if (choice?.[0] === condition) return choice?.[2]?.Ref === 'AWS::NoValue' || needs(choice?.[2], id, condition);
  return Object.values(part).some((inner) => needs(inner, id, condition));
};

/** It may be named instead of being made. */
const isReplaceable = ({ Resources, Outputs }: Source, id: string): boolean =>
  !needs([Resources, Outputs], id, Resources[id]?.Condition);

const INGRESS = ['AWS::EC2::SecurityGroupIngress'];

/** Every rule that lets somebody in, wherever it is written. */
const ingress = (template: Source): readonly (readonly [string, any])[] =>
  Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
    if (INGRESS.includes(Type)) return [[id, Properties] as const];
    return items(Properties?.SecurityGroupIngress).map((rule) => [id, rule] as const);
  });

const isFrom = (rule: any, open: string): boolean =>
  [rule.CidrIp, rule.CidrIpv6].flatMap(sides).some((cidr) => cidr === open);

const listeners = (template: Source) => written(template, 'AWS::ElasticLoadBalancingV2::Listener');

export const resourceRules = {
  'nobody is let in from everywhere': (template) =>
    ingress(template)
      .filter(([, rule]) => isFrom(rule, '0.0.0.0/0') || isFrom(rule, '::/0'))
      .map(([id]) => `${id} lets everybody in`),

  'every log group forgets at some time': (template) =>
    written(template, 'AWS::Logs::LogGroup')
      .filter(([, { Properties }]) => sides(Properties?.RetentionInDays).length === 0 || !Properties.RetentionInDays)
      .map(([id]) => `${id} keeps for ever`),

  'data outlives the stack': (template) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => HOLDS_DATA.includes(Type))
      .filter(
        ([, { DeletionPolicy = '', UpdateReplacePolicy }]) =>
          !RETAINS.includes(DeletionPolicy) || UpdateReplacePolicy !== 'Retain',
      )
      .map(([id]) => `${id} goes with the stack`),

  'what an account has one of is made where it is asked for, and stays': (template) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => ONE_IN_AN_ACCOUNT.includes(Type))
      .flatMap(([id, { Condition, DeletionPolicy = '' }]) => [
        ...unless(Condition !== undefined, `${id} fails where there is one`),
        ...unless(RETAINS.includes(DeletionPolicy), `${id} goes with the stack`),
        ...unless(isReplaceable(template, id), `${id} is needed where there is one already`),
      ]),

  'a bucket is closed to the public, encrypted, and open over TLS alone': (template) =>
    written(template, 'AWS::S3::Bucket').flatMap(([id, { Properties }]) => {
      const access = Object.values(Properties?.PublicAccessBlockConfiguration ?? {});
      const policies = written(template, 'AWS::S3::BucketPolicy').filter(
        ([, one]) => target(one.Properties.Bucket) === id,
      );
      const isTlsOnly = policies.some(
        ([
          ,
          {
            Properties: { PolicyDocument },
          },
        ]) =>
          listed<any>(PolicyDocument.Statement).some(
            ({ Effect, Action, Condition }) =>
              Effect === 'Deny' && Action === 's3:*' && String(Condition?.Bool?.['aws:SecureTransport']) === 'false',
          ),
      );
      return [
        ...unless(access.length === 4 && access.every((one) => one === true), `${id} is open to the public`),
        ...unless(Properties?.BucketEncryption !== undefined, `${id} is not encrypted`),
        ...unless(isTlsOnly, `${id} is open without TLS`),
      ];
    }),

  'a file system is encrypted where it lies and on its way': (template) => [
    ...written(template, 'AWS::EFS::FileSystem')
      .filter(([, { Properties }]) => Properties.Encrypted !== true)
      .map(([id]) => `${id} is not encrypted`),
    ...written(template, 'AWS::ECS::TaskDefinition').flatMap(([id, { Properties }]) =>
      items(Properties.Volumes)
        .map(({ EFSVolumeConfiguration }) => EFSVolumeConfiguration)
        .filter((volume) => volume && volume.TransitEncryption !== 'ENABLED')
        .map(() => `${id} mounts in the clear`),
    ),
  ],

  'what has to be replaced finds its own name free': (template) =>
    Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
      Object.keys(Properties ?? {})
        .filter((property) => isNamed(Type, property))
        .map((property) => `${id} has a ${property}`),
    ),

  'only the creation says how many tasks run': (template) =>
    written(template, 'AWS::ECS::Service').flatMap(([id, { Properties }]) => {
      if (Properties.DesiredCount === undefined) return [];
      const [, then, otherwise] = Properties.DesiredCount['Fn::If'] ?? [];
      const { Default, Type } = template.Parameters['InitialDesiredCount'] ?? {};
      return [
        ...unless(
          then?.Ref === 'InitialDesiredCount' && otherwise?.Ref === 'AWS::NoValue',
          `${id}: every deployment sets it again`,
        ),
        ...unless(Default === '' && Type === 'String', 'InitialDesiredCount is not empty by default'),
      ];
    }),

  'what scales does so when the control plane says so': (template) =>
    written(template, 'AWS::ApplicationAutoScaling::ScalableTarget').flatMap(([id, { Properties }]) => {
      const { DynamicScalingInSuspended, DynamicScalingOutSuspended, ScheduledScalingSuspended } =
        Properties.SuspendedState ?? {};
      const states = [DynamicScalingInSuspended, DynamicScalingOutSuspended, ScheduledScalingSuspended];
      return [
        ...unless(Properties.MinCapacity === 0, `${id} lifts a sleeper`),
        ...unless(
          states.every((is) => is === true),
          `${id} scales a sleeper`,
        ),
      ];
    }),

  'a listener speaks TLS of today, or sends to one that does': (template) =>
    listeners(template).flatMap(([id, { Properties }]) => {
      const protocols = sides(Properties.Protocol);
      const isRedirect = listed<any>(Properties.DefaultActions).every(({ Type }) => Type === 'redirect');
      const policies = sides(Properties.SslPolicy);
      const isModern = policies.length > 0 && policies.every((policy) => /TLS13-1-[23]/.test(String(policy)));
      return [
        ...unless(!protocols.includes('HTTP') || isRedirect, `${id} serves in the clear`),
        ...unless(!protocols.some((one) => one === 'HTTPS' || one === 'TLS') || isModern, `${id} speaks an old TLS`),
      ];
    }),
} as const satisfies Readonly<Record<string, SourceRule>>;
