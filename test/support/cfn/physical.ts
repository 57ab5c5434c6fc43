import { createHash } from 'node:crypto';
import type { Resource } from '../../template/rules/template.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

export const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** As AWS would make one up. */
export const uniqueIdOf = (role: string): string =>
  `AROA${role
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .padEnd(17, 'X')}`;

/** A resource that has been made. */
export interface Made {
  readonly stack: string;
  readonly id: string;
  /** Its properties, filled in. */
  readonly resource: Resource;
}

/** Sixteen digits, as load balancers and target groups end in. */
const suffixOf = ({ stack, id }: Made): string =>
  createHash('sha256').update(`${stack}/${id}`).digest('hex').slice(0, 16);

/** A revision for each set of properties, since every change makes another one. */
const revisionOf = ({ resource }: Made): number =>
  Number.parseInt(createHash('sha256').update(JSON.stringify(resource.Properties)).digest('hex').slice(0, 6), 16) + 1;

/** The name somebody gave it, else such a one as CloudFormation makes. */
const named = (made: Made, property: string): string => {
  const name: unknown = made.resource.Properties?.[property];
  return typeof name === 'string' ? name : `${made.stack}-${made.id}`;
};

const serviceOf = (made: Made): string =>
  `service/${String(made.resource.Properties.Cluster ?? 'default')}/${named(made, 'ServiceName')}`;

const balancerOf = (made: Made): string =>
  `${made.resource.Properties.Type === 'network' ? 'net' : 'app'}/${named(made, 'Name')}/${suffixOf(made)}`;

const groupOf = (made: Made): string => `targetgroup/${named(made, 'Name')}/${suffixOf(made)}`;

/** Goes by its load balancer's: `…:loadbalancer/app/name/id` has `…:listener/app/name/id/id`. */
const listenerOf = (made: Made): string =>
  `${String(made.resource.Properties.LoadBalancerArn).replace(/^.*:loadbalancer\//, '')}/${suffixOf(made)}`;

type Tell = (made: Made) => string;

const ARNS: Readonly<Record<string, Tell>> = {
  'AWS::Lambda::Function': (made) => arnOf('lambda', `function:${named(made, 'FunctionName')}`),
  // That of a log group ends so.
  'AWS::Logs::LogGroup': (made) => arnOf('logs', `log-group:${named(made, 'LogGroupName')}:*`),
  'AWS::SQS::Queue': (made) => arnOf('sqs', named(made, 'QueueName')),
  'AWS::SNS::Topic': (made) => arnOf('sns', named(made, 'TopicName')),
  'AWS::S3::Bucket': (made) => `arn:aws:s3:::${named(made, 'BucketName').toLowerCase()}`,
  'AWS::IAM::Role': (made) => `arn:aws:iam::${ACCOUNT}:role/${named(made, 'RoleName')}`,
  'AWS::IAM::OIDCProvider': () => `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
  'AWS::ECS::Cluster': (made) => arnOf('ecs', `cluster/${named(made, 'ClusterName')}`),
  'AWS::ECS::Service': (made) => arnOf('ecs', serviceOf(made)),
  'AWS::ECS::TaskDefinition': (made) => arnOf('ecs', `task-definition/${named(made, 'Family')}:${revisionOf(made)}`),
  'AWS::ECR::Repository': (made) => arnOf('ecr', `repository/${named(made, 'RepositoryName')}`),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (made) =>
    arnOf('elasticloadbalancing', `loadbalancer/${balancerOf(made)}`),
  'AWS::ElasticLoadBalancingV2::TargetGroup': (made) => arnOf('elasticloadbalancing', groupOf(made)),
  'AWS::ElasticLoadBalancingV2::Listener': (made) => arnOf('elasticloadbalancing', `listener/${listenerOf(made)}`),
  'AWS::EFS::FileSystem': (made) => arnOf('elasticfilesystem', `file-system/fs-${suffixOf(made)}`),
  'AWS::EFS::AccessPoint': (made) => arnOf('elasticfilesystem', `access-point/fsap-${suffixOf(made)}`),
  'AWS::SecretsManager::Secret': (made) => arnOf('secretsmanager', `secret:${named(made, 'Name')}-AbCdEf`),
  'AWS::Batch::JobQueue': (made) => arnOf('batch', `job-queue/${named(made, 'JobQueueName')}`),
  'AWS::Batch::JobDefinition': (made) =>
    arnOf('batch', `job-definition/${named(made, 'JobDefinitionName')}:${revisionOf(made)}`),
  'AWS::Batch::ComputeEnvironment': (made) =>
    arnOf('batch', `compute-environment/${named(made, 'ComputeEnvironmentName')}`),
  'AWS::WAFv2::WebACL': (made) => arnOf('wafv2', `regional/webacl/${named(made, 'Name')}/${suffixOf(made)}`),
  'AWS::CertificateManager::Certificate': (made) => arnOf('acm', `certificate/${suffixOf(made)}`),
  'AWS::Events::Rule': (made) => arnOf('events', `rule/${named(made, 'Name')}`),
};

const arn: Tell = (made) => {
  const tell = ARNS[made.resource.Type];
  if (!tell) throw new Error(`nobody knows the ARN of ${made.id}`);
  return tell(made);
};

/** A Ref to these is their ARN. */
const REFERRED_TO_BY_ARN: ReadonlySet<string> = new Set([
  'AWS::SNS::Topic',
  'AWS::ECS::Service',
  'AWS::ECS::TaskDefinition',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::SecretsManager::Secret',
  'AWS::CertificateManager::Certificate',
  'AWS::Batch::JobQueue',
  'AWS::Batch::JobDefinition',
  'AWS::Batch::ComputeEnvironment',
]);

/** A Ref to these is the name that they were given. */
const NAMED: Readonly<Record<string, string>> = {
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SSM::Parameter': 'Name',
};

const ATTRIBUTES: Readonly<Record<string, Tell>> = {
  // In a VPC, which is where all are.
  'AWS::EC2::SecurityGroup.GroupId': (made) => named(made, ''),
  'AWS::IAM::Role.RoleId': ({ id }) => uniqueIdOf(id),
  'AWS::ECS::Service.Name': (made) => named(made, 'ServiceName'),
  'AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerFullName': balancerOf,
  'AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerArn': arn,
  'AWS::ElasticLoadBalancingV2::Listener.ListenerArn': arn,
  'AWS::ElasticLoadBalancingV2::TargetGroup.TargetGroupFullName': groupOf,
  'AWS::ElasticLoadBalancingV2::TargetGroup.TargetGroupArn': arn,
  'AWS::ECS::TaskDefinition.TaskDefinitionArn': arn,
  'AWS::ECS::Service.ServiceArn': arn,
  'AWS::SecretsManager::Secret.Id': arn,
};

/** What a Ref to a resource is. Where only its being the same everywhere counts, one is made up. */
export const referenceTo = (made: Made): string => {
  const { Type } = made.resource;
  if (REFERRED_TO_BY_ARN.has(Type)) return arn(made);
  if (Type === 'AWS::SQS::Queue') return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${named(made, 'QueueName')}`;
  return Type === 'AWS::S3::Bucket' ? named(made, 'BucketName').toLowerCase() : named(made, NAMED[Type] ?? '');
};

/** What a GetAtt of it is. An ARN that is not known is a mistake: it would be matched with others. */
export const attributeOf = (made: Made, name: string): string => {
  if (name === 'Arn') return arn(made);
  const tell = ATTRIBUTES[`${made.resource.Type}.${name}`];
  return tell ? tell(made) : `${made.stack}-${made.id}.${name}`;
};
