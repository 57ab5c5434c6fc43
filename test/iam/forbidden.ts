import { allowedContextKeysForRequest } from '@cloud-copilot/iam-simulate';
import type { Trespass } from './conformance.ts';
import type { Request, Requests } from './requests.ts';
import { ACCOUNT, arnOf, REGION } from '../support/cfn/physical.ts';
import type { Stack } from './stack.ts';

const MANAGED = { 'aws:ResourceTag/nightporter:managed': 'true' };
const RANDOM_ARN = arnOf('ecs', 'task-definition/other:1');

const trespass = (what: string, action: string, resource: string, context: Request['context'] = {}): Trespass => ({
  what,
  request: { action, resource, context },
});

/** What tells one kind of request from another, whatever the names in it. */
const kindOf = ({ action, resource, context }: Request): string => {
  const key =
    action === 's3:ListBucket' ? String(context['s3:prefix'] ?? '') : /^arn:aws:s3:::[^/]+\/(.*)$/.exec(resource)?.[1];
  if (key !== undefined) return `${action} ${key.split('/')[0]}`;
  return /^(logs|sqs|lambda|sns):/.test(action) ? `${action} ${resource}` : action;
};

/** What other functions do and this one never does. */
const ofOthers = (role: string, requests: Requests): readonly Trespass[] => {
  const own = new Set((requests.get(role) ?? []).map(kindOf));
  return [...requests].flatMap(([other, theirs]) =>
    [...new Map(theirs.map((request) => [kindOf(request), request])).values()]
      .filter((request) => !own.has(kindOf(request)))
      .map((request) => ({ what: `do what only ${other} and such do`, request })),
  );
};

/** Keys of UpdateService that speak of more than the service and the size of a definition that is not changed. */
const changesOfServices = async (service: string): Promise<readonly string[]> => {
  const keys = await allowedContextKeysForRequest('ecs', 'UpdateService', service, false, undefined);
  return keys.filter((key) => /^ecs:(?!cluster$|resourcetag\/|task-cpu$|task-memory$)/.test(key));
};

const onServices = async (cluster: string): Promise<readonly Trespass[]> => {
  const service = (of: string, name = 'api'): string => arnOf('ecs', `service/${of}/${name}`);
  const here = service(cluster);
  const update = (what: string, resource: string, context: Request['context']): Trespass =>
    trespass(what, 'ecs:UpdateService', resource, context);
  const elsewhere = [`${cluster}-2`, 'another'];
  const changes = await changesOfServices(here);
  if (changes.length < 10) throw new Error('UpdateService has lost its keys');
  return [
    update('scale a service without tags', here, {}),
    update('scale a service that is tagged otherwise', here, { 'aws:ResourceTag/nightporter:managed': 'false' }),
    update('scale a service of another tag', here, { 'aws:ResourceTag/managed': 'true' }),
    ...elsewhere.map((of) => update('scale a service of another cluster', service(of), MANAGED)),
    update('scale a service of another region', here.replace(REGION, 'us-east-1'), MANAGED),
    update('scale a service of another account', here.replace(ACCOUNT, '210987654321'), MANAGED),
    ...changes.map((key) => update(`change ${key} of a service`, here, { ...MANAGED, [key]: RANDOM_ARN })),
    ...elsewhere.flatMap((of) => {
      const context = { 'ecs:cluster': arnOf('ecs', `cluster/${of}`) };
      return [
        trespass('look into another cluster', 'ecs:ListServices', '*', context),
        trespass('look into another cluster', 'ecs:ListTasks', arnOf('ecs', `container-instance/${of}/any`), context),
        trespass('look into another cluster', 'ecs:DescribeServices', service(of), context),
        trespass('look into another cluster', 'ecs:DescribeTasks', arnOf('ecs', `task/${of}/t1`), context),
      ];
    }),
    trespass('list without naming a cluster', 'ecs:ListServices', '*'),
    trespass('run a task', 'ecs:RunTask', arnOf('ecs', 'task-definition/api:1')),
    trespass('stop a task', 'ecs:StopTask', arnOf('ecs', `task/${cluster}/t1`)),
    trespass('open a shell in a task', 'ecs:ExecuteCommand', arnOf('ecs', `task/${cluster}/t1`)),
    trespass('create a service', 'ecs:CreateService', here),
    trespass('delete a service', 'ecs:DeleteService', here, MANAGED),
    trespass('tag a service as managed', 'ecs:TagResource', here, MANAGED),
    trespass('register a task definition', 'ecs:RegisterTaskDefinition', '*'),
  ];
};

const onTargets = (): readonly Trespass[] => {
  const target = arnOf('application-autoscaling', 'scalable-target/0a1b2c3d4e5f');
  const register = (what: string, namespace: string, dimension: string): Trespass =>
    trespass(what, 'application-autoscaling:RegisterScalableTarget', target, {
      'application-autoscaling:service-namespace': namespace,
      'application-autoscaling:scalable-dimension': dimension,
    });
  return [
    register('scale a table', 'dynamodb', 'dynamodb:table:WriteCapacityUnits'),
    register('scale by another dimension', 'ecs', 'ecs:service:Another'),
    register('scale another kind of thing', 'lambda', 'ecs:service:DesiredCount'),
    trespass('take a scaler away', 'application-autoscaling:DeregisterScalableTarget', target),
    trespass('give a scaler rules', 'application-autoscaling:PutScalingPolicy', target),
  ];
};

const onObjects = ({ bucket }: Stack): readonly Trespass[] => {
  const ours = `arn:aws:s3:::${bucket}`;
  const others = [`${ours}-2`, 'arn:aws:s3:::another'];
  const PLACES = ['directory.json', 'services/api.json', 'observed/api.json', 'leases/api/ada~laptop.json'];
  const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];
  return [
    ...ACTIONS.flatMap((action) => [
      ...others.flatMap((other) => PLACES.map((key) => trespass('touch another bucket', action, `${other}/${key}`))),
      ...['elsewhere.json', 'services.json', 'x/services/api.json'].map((key) =>
        trespass('touch what has no place in the bucket', action, `${ours}/${key}`),
      ),
      ...PLACES.map((key) =>
        trespass('touch objects over an open line', action, `${ours}/${key}`, { 'aws:SecureTransport': 'false' }),
      ),
    ]),
    ...['s3:PutObject', 's3:DeleteObject'].flatMap((action) => [
      trespass('give grants', action, `${ours}/grants/ada.json`),
      trespass('register developers', action, `${ours}/developers/acme.json`),
    ]),
    ...others.map((other) => trespass('list another bucket', 's3:ListBucket', other, { 's3:prefix': 'services/' })),
    trespass('list the whole bucket', 's3:ListBucket', ours),
    trespass('list the whole bucket', 's3:ListBucket', ours, { 's3:prefix': '' }),
    trespass('change the bucket', 's3:PutBucketPolicy', ours),
    trespass('delete the bucket', 's3:DeleteBucket', ours),
  ];
};

const onPackages = ({ registryBucket }: Stack): readonly Trespass[] => {
  const ours = `arn:aws:s3:::${registryBucket}`;
  const write = { 's3:if-none-match': '*' };
  const upload = `${ours}/uploads/acme/hello.apkg`;
  return [
    ...['x/uploads/acme/hello.apkg', 'uploads.json', 'elsewhere.json'].flatMap((key) => [
      trespass('read what has no place in the registry', 's3:GetObject', `${ours}/${key}`),
      trespass('write what has no place in the registry', 's3:PutObject', `${ours}/${key}`, write),
    ]),
    trespass('hide an upload behind a mark', 's3:DeleteObject', upload),
    trespass('delete a verdict', 's3:DeleteObject', `${ours}/results/acme/hello.json`),
    trespass('delete an index', 's3:DeleteObject', `${ours}/index/registry.json`),
    trespass('delete an old index', 's3:DeleteObjectVersion', `${ours}/index/registry.json`),
    trespass('look at what was published before', 's3:GetObjectVersion', `${ours}/packages/acme/hello/latest`),
    trespass('list the whole registry', 's3:ListBucket', ours),
    trespass('list the whole registry', 's3:ListBucket', ours, { 's3:prefix': '' }),
    trespass('list every version', 's3:ListBucketVersions', ours),
    trespass('change the registry', 's3:PutBucketPolicy', ours),
    trespass('have the registry forget', 's3:PutBucketVersioning', ours),
    trespass('have packages expire', 's3:PutLifecycleConfiguration', ours),
    trespass('read an upload over an open line', 's3:GetObject', upload, { 'aws:SecureTransport': 'false' }),
    trespass('empty a queue', 'sqs:PurgeQueue', arnOf('sqs', 'stack-FailedUploads')),
  ];
};

const elsewhere = (): readonly Trespass[] => [
  trespass('tell another topic', 'sns:Publish', arnOf('sns', 'another')),
  trespass('write to another queue', 'sqs:SendMessage', arnOf('sqs', 'another')),
  trespass('read the failed events', 'sqs:ReceiveMessage', arnOf('sqs', 'stack-FailedEvents')),
  trespass('report metrics by a call', 'cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'Nightporter' }),
  trespass('hand on a role', 'iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/any`),
  trespass('take on a role', 'sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/any`),
  trespass('make log groups', 'logs:CreateLogGroup', arnOf('logs', 'log-group:/aws/lambda/any')),
  trespass('call another function', 'lambda:InvokeFunction', arnOf('lambda', 'function:another')),
  trespass('change an interface', 'ec2:ModifyNetworkInterfaceAttribute', arnOf('ec2', 'network-interface/eni-1')),
];

/** All that a role must not be allowed: what is nobody's business, and what is another function's. */
export const forbidden = async (stack: Stack, requests: Requests): Promise<(role: string) => readonly Trespass[]> => {
  const services = await Promise.all(stack.clusters.map(onServices));
  const toAll = [...services.flat(), ...onTargets(), ...onObjects(stack), ...onPackages(stack), ...elsewhere()];
  return (role) => [...toAll, ...ofOthers(role, requests)];
};
