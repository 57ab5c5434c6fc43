import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Route } from '#shared/http/endpoint.ts';
import { sourceOf, STACKS } from '../support/cfn/companions.ts';
import { discard, packageHollowStack, packageStack, type Packaged } from '../support/packaged-stack.ts';
import { RULES } from './rules/all.ts';
import { routes } from './rules/api.ts';
import { ofType, text, type Resource, type Template } from './rules/template.ts';

const root = path.resolve(import.meta.dirname, '../..');

const REGISTRY_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b-2c';

const WITH_KEYS = 'for clients who have a key already, and with another for the registry';

/** Every choice once as it is, and once otherwise; the longest stage there may be. */
const VARIANTS = {
  'as it comes': [],
  'with everything else chosen': [
    '--stage=a23456789-12345',
    '--param=auth=iam',
    '--param=clusters=one,two',
    '--param=defaultService=two.api',
    '--param=nightlyKillTime=01:05',
    '--param=timeZone=Europe/Zurich',
    '--param=tickMinutes=1',
    '--param=alarmEmail=ops@example.org',
    '--param=reservedConcurrency=7',
    '--param=accessLogs=on',
    '--param=serviceMetrics=off',
    '--param=releaseEvents=on',
    '--param=unregisteredDevelopers=allow',
    '--param=registryReaders=arn:aws:iam::123456789012:role/runtime,210987654321',
    '--param=breakGlassRole=arn:aws:iam::123456789012:role/mender',
    '--param=registryReplica=arn:aws:s3:::copies',
    '--param=registryAccessLogs=logs',
    '--param=objectLockDays=365',
    '--param=packageRate=7',
    '--param=uploadRate=1',
    '--param=logRetentionDays=7',
    '--param=metricNamespace=Elsewhere',
    '--param=tracing=false',
  ],
  [WITH_KEYS]: ['--param=existingApiKeyId=abc123', '--param=accessLogs=on', `--param=registryKey=${REGISTRY_KEY}`],
} as const;
type Variant = keyof typeof VARIANTS;

const packaged = new Map<string, Packaged>();
const template = (variant: Variant): Template => (packaged.get(variant) as Packaged).template;

beforeAll(async () => {
  for (const [variant, args] of Object.entries(VARIANTS)) {
    packaged.set(variant, await (variant === 'as it comes' ? packageStack : packageHollowStack)(...args));
  }
}, 180_000);
afterAll(() => Promise.all([...packaged.values()].map(discard)));

describe.each(Object.keys(VARIANTS) as Variant[])('the stack, %s', (variant) => {
  it.each(Object.entries(RULES))('%s', (_, rule) => {
    expect(rule(template(variant))).toEqual([]);
  });
});

/** Each folder of functions with addresses, and what it says they are. */
const written = await Promise.all(
  readdirSync(path.join(root, 'functions'))
    .filter((name) => readdirSync(path.join(root, 'functions', name)).includes('routes.ts'))
    .map(async (name) => {
      const module: Record<string, Route> = await import(path.join(root, 'functions', name, 'routes.ts'));
      return Object.values(module).map((route) => ({ name, route }));
    }),
);

describe('the API', () => {
  it.each(['as it comes', 'with everything else chosen'] as const)(
    'has the addresses of the code, each at its function, %s',
    (variant) => {
      const deployment = variant === 'as it comes' ? 'nightporter-dev' : 'nightporter-a23456789-12345';
      const expected = written
        .flat()
        .map(({ name, route }) => [`${route.method} ${route.path}`, `${deployment}-${name}`]);
      expect(Object.fromEntries(routes(template(variant)))).toEqual(Object.fromEntries(expected));
    },
  );

  it('is deployed anew each time', () => {
    const ids = [...packaged.values()].flatMap((one) =>
      ofType(one.template, 'AWS::ApiGateway::Deployment').map(([id]) => id),
    );
    expect(new Set(ids).size).toBe(Object.keys(VARIANTS).length);
  });

  it('takes signed calls instead of keys, if one wants', () => {
    const { Resources, Outputs } = template('with everything else chosen');
    expect(Object.keys(Resources).filter((id) => /^(Api|Existing).*(Key|Plan)/.test(id))).toEqual([]);
    expect(Outputs).not.toHaveProperty('ApiKeyCommand');
    const unsigned = ofType(template('with everything else chosen'), 'AWS::ApiGateway::Method')
      .filter(([, { Properties }]) => Properties.AuthorizationType !== 'AWS_IAM')
      .map(([id]) => id);
    expect(unsigned.filter((id) => !id.endsWith('OtherMethods'))).toEqual(['ApiGatewayMethodOpenapijsonGet']);
  });

  it('lets the key in that clients have already, beside the new one', () => {
    const keys = ofType(template(WITH_KEYS), 'AWS::ApiGateway::UsagePlanKey');
    expect(keys.map(([, { Properties }]) => Properties.KeyId)).toEqual([{ Ref: 'ApiKey' }, 'abc123']);
    expect(ofType(template('as it comes'), 'AWS::ApiGateway::UsagePlanKey')).toHaveLength(1);
  });

  it('logs requests only if told to', () => {
    const stage = (variant: Variant) => template(variant).Resources['ApiStage']?.Properties;
    expect(stage('as it comes')).not.toHaveProperty('AccessLogSetting');
    const { DestinationArn, Format } = stage('with everything else chosen').AccessLogSetting;
    expect(text(DestinationArn)).toBe('ApiAccessLogs.Arn');
    expect(JSON.parse(Format)).toHaveProperty('requestId');
  });
});

describe('a parameter', () => {
  const chosen = (): Template => template('with everything else chosen');

  it('sets the time of the tick and of closing', () => {
    const times = (variant: Variant) =>
      ofType(template(variant), 'AWS::Scheduler::Schedule').map(([, { Properties }]) => [
        Properties.ScheduleExpression,
        Properties.ScheduleExpressionTimezone,
      ]);
    expect(times('as it comes')).toEqual([
      ['rate(5 minutes)', undefined],
      ['rate(5 minutes)', undefined],
      ['cron(0 23 * * ? *)', 'UTC'],
    ]);
    expect(times('with everything else chosen')).toEqual([
      ['rate(5 minutes)', undefined],
      ['rate(1 minutes)', undefined],
      ['cron(5 1 * * ? *)', 'Europe/Zurich'],
    ]);
  });

  it('says who may read what is published, who may mend it, and whether strangers may upload', () => {
    const sids = (variant: Variant) =>
      template(variant).Resources['RegistryBucketPolicy']?.Properties.PolicyDocument.Statement.map(
        ({ Sid }: any) => Sid,
      );
    const refusals = ['OnlyOverTls', 'PublishedOnlyOnce', 'WrittenOnlyOnCondition', 'NeverDeleted'];
    expect(sids('as it comes')).toEqual(refusals);
    expect(sids('with everything else chosen')).toEqual([...refusals, 'ReadersRead', 'ReadersList']);
    const policy = JSON.stringify(chosen().Resources['RegistryBucketPolicy']);
    expect(policy.match(/role\/mender/g)).toHaveLength(3);
    expect(policy).toContain('["arn:aws:iam::123456789012:role/runtime","210987654321"]');
    const variables = (variant: Variant) =>
      ofType(template(variant), 'AWS::Lambda::Function').map(
        ([, { Properties }]) => Properties.Environment.Variables.UNREGISTERED_DEVELOPERS,
      );
    expect(new Set(variables('as it comes'))).toEqual(new Set([undefined, 'refuse']));
    expect(new Set(variables('with everything else chosen'))).toEqual(new Set([undefined, 'allow']));
  });

  it('says whether the registry is copied, logged and locked', () => {
    const bucket = (variant: Variant) => template(variant).Resources['RegistryBucket']?.Properties;
    const roles = (variant: Variant) => JSON.stringify(ofType(template(variant), 'AWS::IAM::Role'));
    const lockDays = (variant: Variant) =>
      template(variant).Resources['PackageProcessorLambdaFunction']?.Properties.Environment.Variables.OBJECT_LOCK_DAYS;
    for (const property of ['ReplicationConfiguration', 'LoggingConfiguration', 'ObjectLockEnabled'])
      expect(bucket('as it comes')).not.toHaveProperty(property);
    expect(roles('as it comes')).not.toMatch(/LocksPackages|CopiesPackages|PutObjectRetention/);
    expect(lockDays('as it comes')).toBe('off');
    expect(bucket('with everything else chosen')).toMatchObject({
      ReplicationConfiguration: { Rules: [{ Destination: { Bucket: 'arn:aws:s3:::copies' } }] },
      LoggingConfiguration: { DestinationBucketName: 'logs' },
      ObjectLockEnabled: true,
    });
    expect(roles('with everything else chosen').match(/s3:PutObjectRetention/g)).toHaveLength(2);
    expect(String(lockDays('with everything else chosen'))).toBe('365');
  });

  it('says whether each service has metrics of its own, to whoever looks at services', () => {
    const told = (variant: Variant) =>
      ofType(template(variant), 'AWS::Lambda::Function')
        .map(([, { Properties }]) => Properties.Environment.Variables)
        .filter(({ CLUSTERS }) => CLUSTERS !== undefined)
        .map(({ SERVICE_METRICS }) => SERVICE_METRICS);
    expect(new Set(told('as it comes'))).toEqual(new Set(['on']));
    expect(new Set(told('with everything else chosen'))).toEqual(new Set(['off']));
  });

  it('says whether the registry tells EventBridge what becomes of it', () => {
    const told = (variant: Variant) =>
      template(variant).Resources['RegistryBucket']?.Properties.NotificationConfiguration.EventBridgeConfiguration;
    expect(told('as it comes')).toBeUndefined();
    expect(told('with everything else chosen')).toEqual({ EventBridgeEnabled: true });
  });

  it('says with whose key the registry is encrypted, and who may use it', () => {
    const encryption = (variant: Variant) =>
      template(variant).Resources['RegistryBucket']?.Properties.BucketEncryption.ServerSideEncryptionConfiguration;
    const users = (variant: Variant) =>
      ofType(template(variant), 'AWS::IAM::Role')
        .filter(([, { Properties }]) => JSON.stringify(Properties.Policies).includes('kms:'))
        .map(([id]) => id);
    expect(encryption('as it comes')).toEqual([{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
    expect(users('as it comes')).toEqual([]);
    expect(encryption(WITH_KEYS)).toEqual([
      {
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: REGISTRY_KEY },
        BucketKeyEnabled: true,
      },
    ]);
    expect(users(WITH_KEYS)).toEqual(['PackageProcessorRole', 'RegistrySweepRole', 'PackagesRole']);
  });

  it('subscribes somebody to alarms and news, or nobody', () => {
    expect(ofType(template('as it comes'), 'AWS::SNS::Subscription')).toEqual([]);
    const [subscription] = ofType(chosen(), 'AWS::SNS::Subscription');
    expect(subscription?.[1].Properties).toEqual({
      TopicArn: { Ref: 'NewsTopic' },
      Protocol: 'email',
      Endpoint: 'ops@example.org',
    });
  });

  it('keeps room for those who must not be crowded out, or for nobody', () => {
    const reserved = (variant: Variant) =>
      ofType(template(variant), 'AWS::Lambda::Function')
        .filter(([, { Properties }]) => Properties.ReservedConcurrentExecutions !== undefined)
        .map(([id, { Properties }]) => [id, Properties.ReservedConcurrentExecutions]);
    expect(reserved('as it comes')).toEqual([]);
    expect(reserved('with everything else chosen')).toEqual([
      ['WakeLambdaFunction', 7],
      ['KillLambdaFunction', 7],
      ['LeasesLambdaFunction', 7],
    ]);
  });

  it('names the clusters, to the functions, the roles and the rules alike', () => {
    const { Resources } = chosen();
    expect(Resources['WakeLambdaFunction']?.Properties.Environment.Variables).toMatchObject({
      CLUSTERS: 'one,two',
      DEFAULT_SERVICE: 'two.api',
    });
    const clusters = (resource: string) =>
      [...JSON.stringify(Resources[resource]).matchAll(/:(?:cluster|service)\/(\w+)/g)].map(([, name]) => name);
    expect(new Set(clusters('WakeRole'))).toEqual(new Set(['one', 'two']));
    expect(clusters('TaskChanges')).toEqual(['one', 'two']);
    expect(clusters('ServiceChanges')).toEqual(['one', 'two']);
  });

  it('says how long logs are kept, and whether calls are traced', () => {
    const retention = ofType(chosen(), 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.RetentionInDays);
    expect(new Set(retention.map(Number))).toEqual(new Set([7]));
    expect(chosen().Resources['ApiStage']?.Properties.TracingEnabled).toBe(false);
    expect(chosen().Resources['WakeLambdaFunction']?.Properties).not.toHaveProperty('TracingConfig');
    expect(template('as it comes').Resources['WakeLambdaFunction']?.Properties.TracingConfig).toEqual({
      Mode: 'Active',
    });
  });
});

describe('the runbook', () => {
  const runbook = readFileSync(path.join(root, 'docs/runbook.md'), 'utf8');
  const pages = runbook
    .split(/^### /m)
    .slice(1)
    .map((page) => ({ title: page.split('\n')[0] ?? '', page }));
  const anchors = pages.map(({ title }) => title.toLowerCase().replaceAll(/[^\w-]/g, ''));
  /** Those that are parts of others have none. */
  const pageOf = ({ Properties }: Resource): readonly string[] => {
    const [, anchor] = /#([\w-]+)/.exec(JSON.stringify(Properties.AlarmDescription)) ?? [];
    return Properties.ActionsEnabled === false ? [] : [anchor ?? 'no page'];
  };
  const named = () =>
    [template('as it comes'), ...STACKS.map(sourceOf)]
      .flatMap(({ Resources }) => Object.values(Resources))
      .filter(({ Type }) => /^AWS::CloudWatch::(?:Composite)?Alarm$/.test(Type))
      .flatMap(pageOf);

  it('has a page for every alarm, and none for another', () => {
    expect(new Set(named())).toEqual(new Set(anchors));
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('says of each what it means, where to look and what to do', () => {
    const incomplete = pages.filter(
      ({ page }) => !/\*\*Description\*\*[^]+\*\*Investigation\*\*[^]+\*\*Resolution\*\*/.test(page),
    );
    expect(incomplete.map(({ title }) => title)).toEqual([]);
  });
});

describe('serverless.yml', () => {
  const config = parse(readFileSync(path.join(root, 'serverless.yml'), 'utf8'), { logLevel: 'silent' });

  it('refuses what the framework does not know', () => {
    expect(config.configValidationMode).toBe('error');
  });

  it('keeps earlier versions to go back to, and protects no resource by a policy that is not there', () => {
    expect(config.provider.deploymentBucket.maxPreviousDeploymentArtifacts).toBeGreaterThanOrEqual(2);
    expect(config.provider).not.toHaveProperty('stackPolicy');
  });

  it('asks nobody for anything while packaging', () => {
    const files = ['serverless.yml', ...readdirSync(path.join(root, 'infra/aws')).map((name) => `infra/aws/${name}`)];
    const asking = files.filter((file) => /\$\{(aws|ssm|cf|s3|env):/.test(readFileSync(path.join(root, file), 'utf8')));
    expect(asking).toEqual([]);
  });
});
