import { describe, expect, it } from 'vitest';
import { deployed, exampleCalled, EXAMPLES } from '../support/cfn/companions.ts';
import { ACCOUNT, arnOf } from '../support/cfn/physical.ts';
import { permissionsIn } from './companion-roles.ts';
import { policyCheck } from './policy-check.ts';
import type { Request } from './requests.ts';

const may = policyCheck({ bucketPolicies: new Map() }, `arn:aws:iam::${ACCOUNT}:role/task`);

/** Whether a role of an example's stack is allowed to. */
const asked = (file: string, role: string) => {
  const permissions = permissionsIn(deployed(exampleCalled(file)), role);
  return async (action: string, resource: string, context: Request['context'] = {}): Promise<boolean> => {
    // A statement with a condition on another action's key would be thrown for a mistake of the question.
    const about = permissions.filter((permission) => permission.action === action);
    return about.length > 0 && may(about, { action, resource, context });
  };
};

const BUCKET = exampleCalled('pixell-runtime').parameters['RegistryBucket'] ?? '';
const object = (key: string): string => `arn:aws:s3:::${BUCKET}/${key}`;
const bucket = `arn:aws:s3:::${BUCKET}`;

/** What a runtime must never do, of each service one that changes and one that reads. */
const FORBIDDEN: readonly (readonly [action: string, resource: string])[] = [
  ['ecs:UpdateService', arnOf('ecs', 'service/main/pixell-runtime')],
  ['ecs:DescribeServices', arnOf('ecs', 'service/main/pixell-runtime')],
  ['ecs:RunTask', arnOf('ecs', 'task-definition/pixell-runtime:1')],
  ['ecs:StopTask', arnOf('ecs', 'task/main/t1')],
  ['ecs:RegisterTaskDefinition', '*'],
  ['ecs:ListServices', '*'],
  ['application-autoscaling:RegisterScalableTarget', arnOf('application-autoscaling', 'scalable-target/1')],
  ['elasticloadbalancing:RegisterTargets', arnOf('elasticloadbalancing', 'targetgroup/a/1')],
  ['elasticloadbalancing:DescribeTargetHealth', '*'],
  ['elasticloadbalancing:ModifyListener', arnOf('elasticloadbalancing', 'listener/app/a/1/2')],
  ['servicediscovery:RegisterInstance', arnOf('servicediscovery', 'service/srv-1')],
  ['servicediscovery:DiscoverInstances', '*'],
  ['dynamodb:PutItem', arnOf('dynamodb', 'table/any')],
  ['dynamodb:GetItem', arnOf('dynamodb', 'table/any')],
  ['iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/any`],
  ['iam:GetRole', `arn:aws:iam::${ACCOUNT}:role/any`],
  ['iam:CreateRole', `arn:aws:iam::${ACCOUNT}:role/any`],
  ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/any`],
  ['secretsmanager:GetSecretValue', arnOf('secretsmanager', 'secret:any-AbCdEf')],
  ['ssm:GetParameters', arnOf('ssm', 'parameter/any')],
];

const SERVICES = EXAMPLES.filter(({ of }) => of === 'fargate-service').map(({ file }) => file);

describe('the task role of pixell-runtime', () => {
  const mayDo = asked('pixell-runtime', 'TaskRole');

  it.each(['packages/acme/hello/1.0.0/package.apkg', 'packages/acme/hello/latest', 'index/registry.json'])(
    'reads %s',
    async (key) => {
      expect(await mayDo('s3:GetObject', object(key))).toBe(true);
    },
  );

  it('lists what is published, so that what is not there is not forbidden', async () => {
    for (const prefix of ['packages/', 'packages/acme/', 'index/'])
      expect(await mayDo('s3:ListBucket', bucket, { 's3:prefix': prefix })).toBe(true);
  });

  it.each(['', 'uploads/', 'results/', 'packages', 'index.json', 'pack', 'control/'])(
    'lists nothing under "%s"',
    async (prefix) => {
      expect(await mayDo('s3:ListBucket', bucket, { 's3:prefix': prefix })).toBe(false);
    },
  );

  it.each(['uploads/acme/hello.apkg', 'results/acme/hello.json', 'packages', 'index.json', 'any'])(
    'does not read %s',
    async (key) => {
      expect(await mayDo('s3:GetObject', object(key))).toBe(false);
    },
  );

  it('reads no other bucket', async () => {
    expect(await mayDo('s3:GetObject', `arn:aws:s3:::${BUCKET}-2/packages/acme/hello/latest`)).toBe(false);
    expect(await mayDo('s3:ListBucket', `arn:aws:s3:::${BUCKET}-2`, { 's3:prefix': 'packages/' })).toBe(false);
  });

  it.each([
    'PutObject',
    'PutObjectAcl',
    'DeleteObject',
    'DeleteObjectVersion',
    'AbortMultipartUpload',
    'PutObjectTagging',
  ])('does not do %s, wherever', async (action) => {
    for (const key of ['packages/acme/hello/1.0.0/package.apkg', 'index/registry.json', 'uploads/acme/hello.apkg'])
      expect(await mayDo(`s3:${action}`, object(key))).toBe(false);
  });

  it.each(['PutBucketPolicy', 'DeleteBucket', 'PutLifecycleConfiguration', 'PutBucketVersioning'])(
    'does not do %s',
    async (action) => {
      expect(await mayDo(`s3:${action}`, bucket)).toBe(false);
    },
  );

  it('puts and gets its files by its own access point, and never as root', async () => {
    const { resources } = deployed(exampleCalled('pixell-runtime'));
    const rights = permissionsIn(deployed(exampleCalled('pixell-runtime')), 'TaskRole').filter(({ action }) =>
      action.startsWith('elasticfilesystem:'),
    );
    expect(rights.map(({ action }) => action)).toEqual([
      'elasticfilesystem:ClientMount',
      'elasticfilesystem:ClientWrite',
    ]);
    for (const { condition } of rights)
      expect(condition).toEqual({
        StringEquals: { 'elasticfilesystem:AccessPointArn': expect.stringContaining(':access-point/') },
      });
    expect(Object.values(resources).filter(({ Type }) => Type === 'AWS::EFS::AccessPoint')).toHaveLength(1);
  });
});

describe.each(SERVICES)('the task role of %s', (file) => {
  it.each(FORBIDDEN)('does not do %s', async (action, resource) => {
    expect(await asked(file, 'TaskRole')(action, resource)).toBe(false);
  });
});

describe('the task role of fluidity', () => {
  it('puts metrics in its own namespace, and in no other', async () => {
    const mayDo = asked('fluidity', 'TaskRole');
    expect(await mayDo('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'Fluidity' })).toBe(true);
    for (const namespace of ['Nightporter', 'fluidity', 'Fluidity/Other'])
      expect(await mayDo('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': namespace })).toBe(false);
  });
});

describe('the task role of the worker of pixtools', () => {
  it('takes messages from its own queue, and from no other', async () => {
    const mayDo = asked('pixtools-worker', 'TaskRole');
    const { QueueName = '' } = exampleCalled('pixtools-worker').parameters;
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility']) {
      expect(await mayDo(`sqs:${action}`, arnOf('sqs', QueueName))).toBe(true);
      expect(await mayDo(`sqs:${action}`, arnOf('sqs', `${QueueName}-2`))).toBe(false);
    }
    for (const action of ['PurgeQueue', 'DeleteQueue', 'SetQueueAttributes'])
      expect(await mayDo(`sqs:${action}`, arnOf('sqs', QueueName))).toBe(false);
  });
});

describe.each(SERVICES)('the execution role of %s', (file) => {
  const mayDo = asked(file, 'ExecutionRole');
  const stack = deployed(exampleCalled(file));
  const { SecretName, SettingsPath } = stack.values;

  it('reads its own secrets, and no other', async () => {
    if (SecretName)
      expect(await mayDo('secretsmanager:GetSecretValue', arnOf('secretsmanager', `secret:${SecretName}`))).toBe(true);
    for (const other of ['any-AbCdEf', `${SecretName}2`, `x${SecretName}`])
      expect(await mayDo('secretsmanager:GetSecretValue', arnOf('secretsmanager', `secret:${other}`))).toBe(false);
    for (const action of ['PutSecretValue', 'ListSecrets', 'DescribeSecret'])
      expect(await mayDo(`secretsmanager:${action}`, '*')).toBe(false);
  });

  it('reads its own settings, and no other', async () => {
    if (SettingsPath) expect(await mayDo('ssm:GetParameters', arnOf('ssm', `parameter${SettingsPath}/ANY`))).toBe(true);
    for (const other of ['/any', `${SettingsPath}2/ANY`, SettingsPath || '/'])
      expect(await mayDo('ssm:GetParameters', arnOf('ssm', `parameter${other}`))).toBe(false);
    expect(await mayDo('ssm:PutParameter', arnOf('ssm', `parameter${SettingsPath}/ANY`))).toBe(false);
  });

  it('reads exactly what its container is given', async () => {
    const definition = Object.values(stack.resources).find(({ Type }) => Type === 'AWS::ECS::TaskDefinition');
    const sources: readonly string[] = (definition?.Properties.ContainerDefinitions[0].Secrets ?? []).map(
      ({ ValueFrom }: any) => String(ValueFrom),
    );
    for (const source of sources) {
      const isSecret = source.includes(':secretsmanager:');
      const parameter = source.startsWith('/') ? arnOf('ssm', `parameter${source}`) : source;
      const resource = isSecret ? source.split(':').slice(0, 7).join(':') : parameter;
      expect(await mayDo(isSecret ? 'secretsmanager:GetSecretValue' : 'ssm:GetParameters', resource)).toBe(true);
    }
    expect(sources.length > 0).toBe(Boolean(SecretName || SettingsPath));
  });

  it('writes its own log, and no other', async () => {
    const { LogGroupName = '' } = stack.outputs;
    const stream = (group: string): string => arnOf('logs', `log-group:${group}:log-stream:task/app/1`);
    for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
      expect(await mayDo(action, stream(LogGroupName))).toBe(true);
      expect(await mayDo(action, stream(`${LogGroupName}2`))).toBe(false);
    }
    expect(await mayDo('logs:CreateLogGroup', arnOf('logs', `log-group:${LogGroupName}:*`))).toBe(false);
  });

  it('pulls its own image, and no other', async () => {
    const { RepositoryName } = stack.values;
    const repository = (name: string): string => arnOf('ecr', `repository/${name}`);
    if (RepositoryName) expect(await mayDo('ecr:BatchGetImage', repository(RepositoryName))).toBe(true);
    expect(await mayDo('ecr:BatchGetImage', repository(`${RepositoryName}2`))).toBe(false);
    expect(await mayDo('ecr:PutImage', repository(RepositoryName ?? ''))).toBe(false);
  });
});

describe('a task role that is faulty', () => {
  const faulty = (change: (statements: any[]) => void) => {
    const stack = structuredClone({ ...deployed(exampleCalled('pixell-runtime')), exports: new Map() });
    const role = stack.resources['TaskRole'];
    change(role?.Properties.Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement));
    return permissionsIn(stack, 'TaskRole');
  };

  it.each<[string, (statements: any[]) => void, Request]>([
    [
      'reads the whole bucket',
      ([read]) => (read.Resource = `${bucket}/*`),
      { action: 's3:GetObject', resource: object('uploads/acme/hello.apkg'), context: {} },
    ],
    [
      'lists the whole bucket',
      (statements) => delete statements.find(({ Action }) => Action === 's3:ListBucket').Condition,
      { action: 's3:ListBucket', resource: bucket, context: { 's3:prefix': 'uploads/' } },
    ],
    [
      'writes',
      ([read]) => (read.Action = ['s3:GetObject', 's3:PutObject']),
      { action: 's3:PutObject', resource: object('index/registry.json'), context: {} },
    ],
  ])('%s would be noticed', async (_, change, request) => {
    const permissions = faulty(change).filter(({ action }) => action === request.action);
    expect(await may(permissions, request)).toBe(true);
  });
});
