import type { Call } from '../support/sim-aws/account.ts';
import { arnOf, REGION } from '../support/cfn/physical.ts';
import type { Stack } from './stack.ts';

/** A call of the SDK, with what AWS knows besides when it decides whether to allow it. */
export interface Recorded extends Call {
  /** S3 knew no such key. */
  readonly isMissing: boolean;
  /** Of services that exist, by `{cluster}/{name}`. */
  readonly tagsOf: (service: string) => Readonly<Record<string, string>> | undefined;
}

/** What AWS asks the role's policies. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

type Input = Readonly<Record<string, any>>;
type Mapping = (input: Input, call: Recorded) => readonly Request[];

const request = (action: string, resource: string, context: Request['context'] = {}): Request => ({
  action,
  resource,
  context,
});

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
const inCluster = (cluster: string): Request['context'] => ({ 'ecs:cluster': arnOf('ecs', `cluster/${cluster}`) });

/** Tags are known of what exists; of a service that does not, AWS asks all the same. */
const ofService = (action: string, service: string, { tagsOf }: Pick<Recorded, 'tagsOf'>): Request => {
  const tags = Object.entries(tagsOf(service) ?? {}).map(([tag, value]) => [`aws:ResourceTag/${tag}`, value]);
  const [cluster = ''] = service.split('/');
  return request(action, arnOf('ecs', `service/${service}`), { ...inCluster(cluster), ...Object.fromEntries(tags) });
};

const object = ({ Bucket, Key }: Input): string => `arn:aws:s3:::${Bucket}/${Key}`;
const list = ({ Bucket }: Input, prefix: string, more: Request['context'] = {}): Request =>
  request('s3:ListBucket', `arn:aws:s3:::${Bucket}`, { 's3:prefix': prefix, ...more });

/** To those who may not list the key, S3 says 403 of it and not 404; the key is the prefix that it asks for. */
const ifMissing = (input: Input, { isMissing }: Recorded): readonly Request[] =>
  isMissing ? [list(input, input['Key'])] : [];

/** Whoever learns by a condition what an object holds must be allowed to read it. */
const conditional = (action: string): Mapping => {
  return (input, call) => {
    const { IfMatch, IfNoneMatch } = input;
    return [
      request(action, object(input), {
        ...(IfMatch !== undefined && { 's3:if-match': 'an-etag' }),
        ...(IfNoneMatch !== undefined && { 's3:if-none-match': IfNoneMatch }),
      }),
      ...(IfMatch === undefined ? [] : [request('s3:GetObject', object(input))]),
      ...ifMissing(input, call),
    ];
  };
};

/** A version that is named is another action. */
const ofVersion =
  (action: string, mapping: Mapping): Mapping =>
  (input, call) =>
    input['VersionId'] === undefined
      ? mapping(input, call)
      : [request(`${action}Version`, object(input)), ...ifMissing(input, call)];

const read: Mapping = (input, call) => [request('s3:GetObject', object(input)), ...ifMissing(input, call)];

/** The URL of a queue ends in its account and name. */
const queue = ({ QueueUrl }: Input): string => arnOf('sqs', lastPart(QueueUrl));

/**
 * From operations to what AWS asks a role for. Actions, resources and keys are those of the Service Authorization
 * Reference; what it leaves out stands beside the line, with where it comes from.
 */
const MAPPINGS: Readonly<Record<string, Mapping>> = {
  'ecs ListServices': ({ cluster }) => [request('ecs:ListServices', '*', inCluster(cluster))],
  // Its resource is a container instance; on Fargate errors tell of one by the name of `*`.
  'ecs ListTasks': ({ cluster }) => [
    request('ecs:ListTasks', arnOf('ecs', `container-instance/${cluster}/any`), inCluster(cluster)),
  ],
  'ecs DescribeServices': ({ cluster, services }, call) =>
    services.map((name: string) => ofService('ecs:DescribeServices', `${cluster}/${lastPart(name)}`, call)),
  'ecs DescribeTasks': ({ cluster, tasks }) =>
    tasks.map((id: string) =>
      request('ecs:DescribeTasks', arnOf('ecs', `task/${cluster}/${lastPart(id)}`), inCluster(cluster)),
    ),
  'ecs DescribeTaskDefinition': () => [request('ecs:DescribeTaskDefinition', '*')],
  // Whatever else it were asked to change would come with condition keys of its own.
  'ecs UpdateService': (input, call) => {
    const { cluster, service, ...others } = input;
    const more = Object.keys(others).filter((name) => name !== 'desiredCount' && others[name] !== undefined);
    if (more.length > 0) throw new Error(`nobody has looked up what UpdateService of ${more.join(', ')} needs`);
    return [ofService('ecs:UpdateService', `${cluster}/${service}`, call)];
  },

  'application-autoscaling DescribeScalableTargets': () => [
    request('application-autoscaling:DescribeScalableTargets', '*'),
  ],
  // A target's ARN ends in an id of AWS's own making. Before it takes the bounds, Application Auto Scaling looks
  // whether its caller may use the service itself ("Permissions validation", its user guide).
  'application-autoscaling RegisterScalableTarget': ({ ServiceNamespace, ScalableDimension, ResourceId }, call) => [
    request(
      'application-autoscaling:RegisterScalableTarget',
      arnOf('application-autoscaling', 'scalable-target/0a1b2c3d4e5f'),
      {
        'application-autoscaling:service-namespace': ServiceNamespace,
        'application-autoscaling:scalable-dimension': ScalableDimension,
      },
    ),
    ofService('ecs:DescribeServices', ResourceId.replace(/^service\//, ''), call),
    ofService('ecs:UpdateService', ResourceId.replace(/^service\//, ''), call),
  ],

  'ec2 DescribeNetworkInterfaces': () => [request('ec2:DescribeNetworkInterfaces', '*', { 'ec2:Region': REGION })],
  'cloudwatch GetMetricData': () => [request('cloudwatch:GetMetricData', '*')],
  'sns Publish': ({ TopicArn }) => [request('sns:Publish', TopicArn)],

  'sqs ReceiveMessage': (input) => [request('sqs:ReceiveMessage', queue(input))],
  'sqs SendMessage': (input) => [request('sqs:SendMessage', queue(input))],
  'sqs DeleteMessage': (input) => [request('sqs:DeleteMessage', queue(input))],

  's3 GetObject': ofVersion('s3:GetObject', read),
  // There is no action of its own for it.
  's3 HeadObject': ofVersion('s3:GetObject', read),
  's3 ListObjectsV2': (input) => [
    list(input, input['Prefix'] ?? '', { 's3:max-keys': String(input['MaxKeys'] ?? 1000) }),
  ],
  // With If-Match both need s3:GetObject too ("Conditional writes" and "Enforce conditional deletes", S3 User Guide).
  's3 PutObject': conditional('s3:PutObject'),
  's3 DeleteObject': ofVersion('s3:DeleteObject', conditional('s3:DeleteObject')),
};

/** All requests of one call. A call that nobody has looked up is a mistake. */
const requestsOf = (call: Recorded): readonly Request[] => {
  const mapping = MAPPINGS[`${call.service} ${call.operation}`];
  if (!mapping) throw new Error(`nobody has looked up what ${call.service} ${call.operation} needs`);
  return mapping(call.input as Input, call);
};

const keyOf = ({ action, resource, context }: Request): string => JSON.stringify([action, resource, context]);

/** Each request once. */
const distinct = (requests: readonly Request[]): readonly Request[] => [
  ...new Map(requests.map((each) => [keyOf(each), each])).values(),
];

export type Requests = ReadonlyMap<string, readonly Request[]>;

/** By role, each once: what its function's calls ask for, and what AWS does on its behalf. */
export const requestsByRole = (calls: readonly Recorded[], { roles, onBehalf }: Stack): Requests => {
  const byFunction = Map.groupBy(calls, (call) => call.function);
  const unknown = [...byFunction.keys()].filter((name) => !roles.some((role) => role.name === name));
  if (unknown.length > 0) throw new Error(`the stack has no role for ${unknown.join(', ')}`);
  return new Map(
    roles.map(({ name }) => [
      name,
      distinct([
        ...(byFunction.get(name) ?? []).flatMap(requestsOf),
        ...(onBehalf.get(name) ?? []).map(([action, resource]) => request(action, resource)),
      ]),
    ]),
  );
};
