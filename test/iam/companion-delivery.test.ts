import { describe, expect, it } from 'vitest';
import { deployed, exampleCalled, sourceOf } from '../support/cfn/companions.ts';
import type { Deployed } from '../support/cfn/deployed.ts';
import type { Given } from '../support/cfn/parameters.ts';
import { ACCOUNT, arnOf, REGION } from '../support/cfn/physical.ts';
import { values } from '../template/rules/template.ts';
import { permissionsIn } from './companion-roles.ts';
import { policyCheck } from './policy-check.ts';
import type { Request } from './requests.ts';
import type { Permission } from './stack.ts';

const may = policyCheck({ bucketPolicies: new Map() }, `arn:aws:iam::${ACCOUNT}:role/delivery`);

type Ask = (action: string, resource: string, context?: Request['context']) => Promise<boolean>;

const asking =
  (permissions: readonly Permission[]): Ask =>
  async (action, resource, context = {}) => {
    // A condition on a key that another action has not would be thrown for a mistake of the question.
    const about = permissions.filter((permission) => permission.action === action);
    return about.length > 0 && may(about, { action, resource, context });
  };

const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const TO_TASKS = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };

const delivery = (more: Given = {}): Deployed => deployed(exampleCalled('pixtools.deploy-role'), more);
const deployRole = (more: Given = {}): Ask => asking(permissionsIn(delivery(more), 'DeployRole'));

const { values: given } = delivery();
const ROLES = ['TaskRoleName', 'ExecutionRoleName', 'SecondTaskRoleName', 'SecondExecutionRoleName'].map(
  (name) => given[name] ?? '',
);

describe('the deploy role', () => {
  it.each(ROLES)('passes %s to tasks, and to nothing else', async (name) => {
    const asked = deployRole();
    expect(await asked('iam:PassRole', roleArn(name), TO_TASKS)).toBe(true);
    for (const service of ['lambda', 'cloudformation', 'ec2', 'ecs', 'events', 'batch', 'codebuild'])
      expect(await asked('iam:PassRole', roleArn(name), { 'iam:PassedToService': `${service}.amazonaws.com` })).toBe(
        false,
      );
  });

  it.each([
    'any',
    'admin',
    'path/pixtools-api-TaskRole-replace-me',
    ...ROLES.flatMap((name) => [`${name}2`, name.slice(0, -1), `x${name}`, name.replace('pixtools', 'fluidity')]),
    'nightporter-prod-wake-eu-central-1-lambdaRole',
  ])('cannot pass %s on', async (name) => {
    expect(await deployRole()('iam:PassRole', roleArn(name), TO_TASKS)).toBe(false);
  });

  it('passes no second role where there is no second service', async () => {
    const none = { SecondServiceStack: '', SecondServiceName: '', SecondTaskRoleName: '', SecondExecutionRoleName: '' };
    const asked = deployRole(none);
    expect(await asked('iam:PassRole', roleArn(ROLES[0] ?? ''), TO_TASKS)).toBe(true);
    for (const name of ROLES.slice(2)) expect(await asked('iam:PassRole', roleArn(name), TO_TASKS)).toBe(false);
    expect(await asked('cloudformation:ExecuteChangeSet', arnOf('cloudformation', 'stack/pixtools-worker/id'))).toBe(
      false,
    );
  });

  it.each(['CreateChangeSet', 'ExecuteChangeSet', 'DescribeChangeSet', 'DescribeStacks', 'DescribeStackEvents'])(
    'does %s on its own stacks, and on no other',
    async (action) => {
      const asked = deployRole();
      const on = (stack: string) => asked(`cloudformation:${action}`, arnOf('cloudformation', `stack/${stack}/id`));
      for (const stack of ['pixtools-api', 'pixtools-worker']) expect(await on(stack)).toBe(true);
      for (const stack of ['pixtools-api-2', 'pixtools', 'fluidity', 'nightporter-prod', 'nightporter-network'])
        expect(await on(stack)).toBe(false);
      const abroad = arnOf('cloudformation', 'stack/pixtools-api/id').replace(REGION, 'us-east-1');
      expect(await asked(`cloudformation:${action}`, abroad)).toBe(false);
    },
  );

  it.each(['DeleteStack', 'UpdateStack', 'SetStackPolicy', 'UpdateTerminationProtection', 'CreateStack'])(
    'does not do %s, even to its own',
    async (action) => {
      expect(await deployRole()(`cloudformation:${action}`, arnOf('cloudformation', 'stack/pixtools-api/id'))).toBe(
        false,
      );
    },
  );

  it('gives its own services another definition, and no other service', async () => {
    const asked = deployRole();
    const on = (service: string) => asked('ecs:UpdateService', arnOf('ecs', `service/${service}`));
    for (const service of ['main/pixtools-api', 'main/pixtools-worker']) expect(await on(service)).toBe(true);
    for (const service of ['main/pixtools-api-2', 'main/fluidity', 'other/pixtools-api'])
      expect(await on(service)).toBe(false);
    const register = (family: string) =>
      asked('ecs:RegisterTaskDefinition', arnOf('ecs', `task-definition/${family}:7`));
    expect(await register('pixtools-api')).toBe(true);
    expect(await register('pixtools-api-2')).toBe(false);
    expect(await register('fluidity')).toBe(false);
  });

  it('need not deregister the definition that it replaces, which nobody may do to a single one', () => {
    expect(sourceOf('fargate-service').Resources['TaskDefinition']?.UpdateReplacePolicy).toBe('Retain');
  });

  // To fill in an attribute CloudFormation asks the service of it, with the rights of whoever updates the stack.
  it('makes CloudFormation look at nothing that it may not look at itself', async () => {
    const { Outputs, Resources } = sourceOf('fargate-service');
    const changed = [Resources['TaskDefinition'], Resources['Service'], Outputs];
    const asked = new Set(
      [...values({ changed })].flatMap(([path, value]) => {
        if (path.endsWith('/Fn::GetAtt')) return [String(value[0])];
        return typeof value === 'string' ? [...value.matchAll(/\$\{(\w+)\.\w+\}/g)].map(([, id = '']) => id) : [];
      }),
    );
    const LOOKS: Readonly<Record<string, readonly [action: string, resource: string]>> = {
      'AWS::IAM::Role': ['iam:GetRole', roleArn(ROLES[0] ?? '')],
      'AWS::ECS::Service': ['ecs:DescribeServices', arnOf('ecs', 'service/main/pixtools-api')],
    };
    for (const id of asked) {
      const [action, resource] = LOOKS[Resources[id]?.Type ?? ''] ?? ['nobody:knows', id];
      expect([id, await deployRole()(action, resource)]).toEqual([id, true]);
    }
    expect(asked).toContain('TaskRole');
  });

  it('tags a definition that it registers, and never a service: tags say who looks after it', async () => {
    const asked = deployRole();
    const tag = (resource: string, by?: string) =>
      asked('ecs:TagResource', arnOf('ecs', resource), by === undefined ? {} : { 'ecs:CreateAction': by });
    expect(await tag('task-definition/pixtools-api:7', 'RegisterTaskDefinition')).toBe(true);
    expect(await tag('task-definition/pixtools-api:7')).toBe(false);
    expect(await tag('service/main/pixtools-api')).toBe(false);
    expect(await tag('service/main/pixtools-api', 'RegisterTaskDefinition')).toBe(false);
  });

  it.each([
    ['ecs:CreateService', arnOf('ecs', 'service/main/pixtools-api')],
    ['ecs:DeleteService', arnOf('ecs', 'service/main/pixtools-api')],
    ['ecs:DeregisterTaskDefinition', '*'],
    ['ecs:RunTask', arnOf('ecs', 'task-definition/pixtools-api:1')],
    ['ecs:ExecuteCommand', arnOf('ecs', 'task/main/t1')],
    ['ecs:UntagResource', arnOf('ecs', 'service/main/pixtools-api')],
    ['application-autoscaling:RegisterScalableTarget', arnOf('application-autoscaling', 'scalable-target/1')],
    ['ec2:AuthorizeSecurityGroupIngress', arnOf('ec2', 'security-group/sg-1')],
    ['elasticloadbalancing:ModifyRule', arnOf('elasticloadbalancing', 'listener-rule/app/a/1/2/3')],
    ['iam:CreateRole', roleArn('any')],
    ['iam:PutRolePolicy', roleArn(ROLES[0] ?? '')],
    ['iam:AttachRolePolicy', roleArn(ROLES[0] ?? '')],
    ['iam:UpdateAssumeRolePolicy', roleArn(ROLES[0] ?? '')],
    ['iam:GetRole', roleArn('any')],
    ['sts:AssumeRole', roleArn('any')],
    ['s3:GetObject', 'arn:aws:s3:::any/key'],
    ['logs:GetLogEvents', arnOf('logs', 'log-group:any:log-stream:any')],
    ['secretsmanager:PutSecretValue', arnOf('secretsmanager', 'secret:nightporter/delivery-key-AbCdEf')],
    ['ssm:DeleteParameter', arnOf('ssm', 'parameter/pixtools/production/current')],
  ])('does not do %s', async (action, resource) => {
    expect(await deployRole()(action, resource)).toBe(false);
  });

  it('notes what runs and what ran before, and nothing else', async () => {
    const asked = deployRole();
    for (const action of ['ssm:GetParameters', 'ssm:PutParameter']) {
      const on = (name: string) => asked(action, arnOf('ssm', `parameter${name}`));
      for (const name of ['current', 'previous']) expect(await on(`/pixtools/production/${name}`)).toBe(true);
      for (const name of ['/pixtools/production/other', '/pixtools/dev/current', '/pixtools/current'])
        expect(await on(name)).toBe(false);
    }
  });

  it('pushes to its own repository only where it builds', async () => {
    const repository = (name: string): string => arnOf('ecr', `repository/${name}`);
    for (const action of ['PutImage', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload']) {
      const mayPush = deployRole({ MayPush: 'true' });
      expect(await mayPush(`ecr:${action}`, repository('pixtools'))).toBe(true);
      expect(await mayPush(`ecr:${action}`, repository('pixtools-2'))).toBe(false);
      expect(await mayPush(`ecr:${action}`, repository('other'))).toBe(false);
      expect(await deployRole()(`ecr:${action}`, repository('pixtools'))).toBe(false);
    }
    for (const action of ['DeleteRepository', 'BatchDeleteImage', 'PutLifecyclePolicy', 'SetRepositoryPolicy'])
      expect(await deployRole({ MayPush: 'true' })(`ecr:${action}`, repository('pixtools'))).toBe(false);
  });

  it('reads the one key, and no other secret', async () => {
    const read = (secret: string) =>
      deployRole()('secretsmanager:GetSecretValue', arnOf('secretsmanager', `secret:${secret}`));
    expect(await read('nightporter/delivery-key-AbCdEf')).toBe(true);
    for (const secret of ['nightporter/delivery-key-2-AbCdEf', 'nightporter/delivery-key', 'pixtools-AbCdEf'])
      expect(await read(secret)).toBe(false);
  });

  it('calls what it takes to try the one service, where calls are signed', async () => {
    const asked = deployRole({ ApiKeySecretName: '', ApiStage: 'a1b2c3/prod' });
    const call = (what: string) => asked('execute-api:Invoke', arnOf('execute-api', `a1b2c3/prod/${what}`));
    for (const allowed of [
      'POST/services/pixtools-api/wake',
      'GET/services/pixtools-api',
      'POST/services/pixtools-api/kill',
    ])
      expect(await call(allowed)).toBe(true);
    for (const refused of [
      'POST/services/fluidity/wake',
      'POST/services/pixtools-api-2/kill',
      'PUT/services/pixtools-api/hold',
      'GET/services',
      'POST/uploads/acme/hello',
    ])
      expect(await call(refused)).toBe(false);
    expect(
      await deployRole()('execute-api:Invoke', arnOf('execute-api', 'a1b2c3/prod/GET/services/pixtools-api')),
    ).toBe(false);
  });

  it('is for one repository and one of its environments, to the letter', () => {
    const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
    const { resources } = delivery({ ExistingProviderArn: provider });
    expect(Object.keys(resources)).toEqual(['DeployRole']);
    const trusted: any[] = resources['DeployRole']?.Properties.AssumeRolePolicyDocument.Statement;
    expect(trusted).toHaveLength(1);
    const { Action, Condition, Principal } = trusted[0];
    expect(Action).toBe('sts:AssumeRoleWithWebIdentity');
    expect(Principal).toEqual({ Federated: provider });
    expect(Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:example/pixtools:environment:production',
      },
    });
  });

  it.each([
    { GitHubRepository: 'example/*' },
    { GitHubRepository: '*/pixtools' },
    { GitHubRepository: 'example' },
    { GitHubEnvironment: '*' },
    { GitHubEnvironment: '' },
    { TaskRoleName: '*' },
    { ServiceName: '*' },
    { ServiceStack: 'pixtools-*' },
    { SmokeService: '*' },
    { ReleasePath: '/pixtools/*' },
    { ApiKeySecretName: '', ApiStage: '' },
    { SecondTaskRoleName: '' },
  ])('cannot be made with %o', (more) => {
    expect(() => delivery(more as unknown as Given)).toThrow();
  });
});

const SCORING = exampleCalled('model-registry.scoring-job');
const BUCKET = SCORING.parameters['RegistryBucket'] ?? '';
const RELEASE = `arn:aws:s3:::${BUCKET}/packages/acme/hello/1.0.0`;

/** Its role is that of whatever a package runs in it. */
describe('the role of a scoring job', () => {
  const scoring = (more: Given = {}): Deployed => deployed(SCORING, more);
  const jobRole = (more: Given = {}): Ask => asking(permissionsIn(scoring(more), 'JobRole'));
  const results = (): string => scoring().outputs['ResultsBucketName'] ?? '';

  it.each(['release.json', 'package.apkg', 'package.sha256', 'package.sig'])('reads %s of a release', async (file) => {
    for (const action of ['s3:GetObject', 's3:GetObjectVersion'])
      expect(await jobRole()(action, `${RELEASE}/${file}`)).toBe(true);
  });

  it.each([
    `${RELEASE}/status.json`,
    `arn:aws:s3:::${BUCKET}/uploads/acme/hello.apkg`,
    `arn:aws:s3:::${BUCKET}/results/acme/hello.json`,
    `arn:aws:s3:::${BUCKET}/index/registry.json`,
    `arn:aws:s3:::${BUCKET}-2/packages/acme/hello/1.0.0/package.apkg`,
  ])('does not read %s', async (object) => {
    expect(await jobRole()('s3:GetObject', object)).toBe(false);
  });

  it.each([
    ['s3:PutObject', `${RELEASE}/package.apkg`],
    ['s3:PutObject', `arn:aws:s3:::${BUCKET}/uploads/acme/hello.apkg`],
    ['s3:DeleteObject', `${RELEASE}/release.json`],
    ['s3:DeleteObjectVersion', `${RELEASE}/release.json`],
    ['s3:ListBucket', `arn:aws:s3:::${BUCKET}`],
    ['s3:PutBucketPolicy', `arn:aws:s3:::${BUCKET}`],
    ['batch:SubmitJob', arnOf('batch', 'job-queue/any')],
    ['ecs:RunTask', arnOf('ecs', 'task-definition/any:1')],
    ['iam:PassRole', roleArn('any')],
    ['sts:AssumeRole', roleArn('any')],
    ['logs:GetLogEvents', arnOf('logs', 'log-group:any:log-stream:any')],
    ['sns:Publish', arnOf('sns', 'any')],
    ['secretsmanager:GetSecretValue', arnOf('secretsmanager', 'secret:any-AbCdEf')],
  ])('does not do %s on %s', async (action, resource) => {
    const context = action === 's3:PutObject' ? { 's3:if-none-match': '*' } : {};
    expect(await jobRole()(action, resource, context)).toBe(false);
  });

  it('writes scores that there are not yet, reads none and takes none away', async () => {
    const score = `arn:aws:s3:::${results()}/scores/acme/hello/1.0.0.json`;
    expect(await jobRole()('s3:PutObject', score, { 's3:if-none-match': '*' })).toBe(true);
    expect(await jobRole()('s3:PutObject', score)).toBe(false);
    expect(await jobRole()('s3:PutObject', score.replace('/scores/', '/other/'), { 's3:if-none-match': '*' })).toBe(
      false,
    );
    for (const action of ['s3:GetObject', 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObjectTagging'])
      expect(await jobRole()(action, score)).toBe(false);
  });

  // The simulation wants a key's own policy as well, which is not ours.
  it('decrypts by the key of the registry, through S3, if it has one', () => {
    const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1`;
    const kms = (more?: Given) =>
      permissionsIn(scoring(more), 'JobRole').filter(({ action }) => action.startsWith('kms:'));
    expect(kms({ RegistryKeyArn: key })).toEqual([
      {
        action: 'kms:Decrypt',
        resource: key,
        condition: { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } },
      },
    ]);
    expect(kms()).toEqual([]);
  });

  it('is not that of Fargate itself, which alone writes the log and pulls the image', async () => {
    const own = asking(permissionsIn(scoring({ RepositoryName: 'scorer' }), 'ExecutionRole'));
    const { LogGroupName = '' } = scoring().outputs;
    const stream = arnOf('logs', `log-group:${LogGroupName}:log-stream:score/1`);
    expect(await own('logs:PutLogEvents', stream)).toBe(true);
    expect(await own('logs:PutLogEvents', stream.replace(LogGroupName, `${LogGroupName}2`))).toBe(false);
    expect(await own('ecr:BatchGetImage', arnOf('ecr', 'repository/scorer'))).toBe(true);
    expect(await own('ecr:BatchGetImage', arnOf('ecr', 'repository/scorer2'))).toBe(false);
    expect(await own('s3:GetObject', `${RELEASE}/package.apkg`)).toBe(false);
    expect(await jobRole()('logs:PutLogEvents', stream)).toBe(false);
  });

  it('has its jobs submitted by the rule alone, to its own queue', async () => {
    const { resources, outputs } = scoring();
    const submit = permissionsIn(scoring(), 'SubmitRole');
    expect(submit.map(({ action }) => action)).toEqual(['batch:SubmitJob', 'batch:SubmitJob']);
    expect(submit.map(({ resource }) => resource)).toEqual([outputs['JobQueueArn'], outputs['JobDefinitionArn']]);
    const trusted: any[] = resources['SubmitRole']?.Properties.AssumeRolePolicyDocument.Statement;
    expect(trusted.map(({ Principal }) => Principal)).toEqual([{ Service: 'events.amazonaws.com' }]);
  });
});

describe('a deploy role that is faulty', () => {
  const faulty = (action: string, change: (statement: any) => void): Ask => {
    const stack = structuredClone({ ...delivery(), exports: new Map() });
    const policies: any[] = stack.resources['DeployRole']?.Properties.Policies;
    const all = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    change(all.find((statement) => [statement.Action].flat().includes(action)));
    return asking(permissionsIn(stack, 'DeployRole'));
  };

  it('would be noticed: any role', async () => {
    const asked = faulty('iam:PassRole', (statement) => (statement.Resource = roleArn('pixtools-*')));
    expect(await asked('iam:PassRole', roleArn('pixtools-api-TaskRole-replace-me2'), TO_TASKS)).toBe(true);
  });

  it('would be noticed: to any service', async () => {
    const asked = faulty('iam:PassRole', (statement) => delete statement.Condition);
    expect(
      await asked('iam:PassRole', roleArn(ROLES[0] ?? ''), { 'iam:PassedToService': 'lambda.amazonaws.com' }),
    ).toBe(true);
  });

  it('would be noticed: any stack', async () => {
    const any = arnOf('cloudformation', 'stack/*');
    const asked = faulty('cloudformation:ExecuteChangeSet', (statement) => (statement.Resource = any));
    expect(await asked('cloudformation:ExecuteChangeSet', arnOf('cloudformation', 'stack/fluidity/id'))).toBe(true);
  });
});
