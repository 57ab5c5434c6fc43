import { listed, mentioned, ofType, target, text, values, type Rule, type Template } from './template.ts';

const PROPERTY_LIMITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'AWS::Lambda::Function': { FunctionName: 64 },
  'AWS::S3::Bucket': { BucketName: 63 },
  'AWS::Logs::LogGroup': { LogGroupName: 512 },
  'AWS::ApiGateway::Stage': { StageName: 128 },
};

/** Property by which CloudFormation would find the name taken when it has to replace the resource. */
const NAME = /^(?!StageName)\w*Name$/;

/**
 * Names that we mean: functions, their logs and the API are looked for by name, and the bucket's is known before it
 * exists. Nothing else may have one.
 */
const NAMED = new Set(['AWS::Lambda::Function', 'AWS::Logs::LogGroup', 'AWS::S3::Bucket', 'AWS::ApiGateway::RestApi']);
const NO_NAMES_OF_THEIRS = new Set(['FunctionName', 'MetricName', 'DisplayName']);

/** All that the stack is made of: whatever else it should become is a decision. */
const TYPES = new Set([
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
]);

const entries = ({ Resources }: Template) => Object.entries(Resources);

const ours = (template: Template) =>
  ofType(template, 'AWS::S3::Bucket').filter(([id]) => id !== 'ServerlessDeploymentBucket');

const dependencies = (template: Template, id: string): readonly string[] => {
  const resource = template.Resources[id];
  return [...mentioned(resource?.Properties), ...listed(resource?.DependsOn)].filter(
    (other) => other in template.Resources,
  );
};

/** The ids on the way back to where one started. */
const circle = (template: Template): readonly string[] => {
  const done = new Set<string>();
  const visit = (id: string, way: readonly string[]): readonly string[] => {
    if (way.includes(id)) return [...way.slice(way.indexOf(id)), id];
    if (done.has(id)) return [];
    const found = dependencies(template, id)
      .map((next) => visit(next, [...way, id]))
      .find((one) => one.length > 0);
    done.add(id);
    return found ?? [];
  };
  return (
    Object.keys(template.Resources)
      .map((id) => visit(id, []))
      .find((found) => found.length > 0) ?? []
  );
};

export const stackRules = {
  'CloudFormation takes it: less than 1 MB and 500 resources': (template) => [
    ...(JSON.stringify(template).length < 1_000_000 ? [] : ['it is too large']),
    ...(entries(template).length < 500 ? [] : ['it has too many resources']),
  ],

  'it is made of what we know': (template) =>
    entries(template)
      .filter(([, { Type }]) => !TYPES.has(Type))
      .map(([id, { Type }]) => `${id} is an ${Type}`),

  'whatever is spoken of exists': (template) => {
    const exists = (id: string): boolean => id in template.Resources || id.startsWith('AWS::');
    return [
      ...entries(template).flatMap(([id, resource]) =>
        [...mentioned(resource.Properties), ...listed(resource.DependsOn)]
          .filter((other) => !exists(other))
          .map((other) => `${id}: no ${other}`),
      ),
      ...[...mentioned(template.Outputs)].filter((other) => !exists(other)).map((other) => `outputs: no ${other}`),
    ];
  },

  'nothing waits for itself': (template) => (circle(template).length === 0 ? [] : [circle(template).join(' → ')]),

  'names are as long as AWS takes them': (template) =>
    entries(template).flatMap(([id, { Type, Properties }]) =>
      Object.entries(PROPERTY_LIMITS[Type] ?? {})
        .filter(([property, limit]) => text(Properties[property] ?? '').length > limit)
        .map(([property]) => `${id} has too long a ${property}`),
    ),

  'a bucket has a name that S3 takes': (template) =>
    ours(template)
      .filter(([, { Properties }]) => !/^[a-z0-9][a-z0-9.-]+[a-z0-9]$/.test(text(Properties.BucketName)))
      .map(([id]) => `${id} has a name that is none`),

  'only what is looked for by name has a name': (template) =>
    entries(template).flatMap(([id, { Type, Properties }]) =>
      NAMED.has(Type)
        ? []
        : Object.keys(Properties ?? {})
            .filter((property) => (NAME.test(property) || property === 'Name') && !NO_NAMES_OF_THEIRS.has(property))
            .map((property) => `${id} has a ${property}`),
    ),

  'data outlives the stack': (template) =>
    ours(template)
      .filter(
        ([, { DeletionPolicy, UpdateReplacePolicy }]) =>
          !DeletionPolicy?.startsWith('Retain') || UpdateReplacePolicy !== 'Retain',
      )
      .map(([id]) => `${id} goes with the stack`),

  'a bucket is closed to the public, encrypted, and open over TLS alone': (template) =>
    ours(template).flatMap(([id, { Properties }]) => {
      const access = Object.values(Properties.PublicAccessBlockConfiguration ?? {});
      const policy = ofType(template, 'AWS::S3::BucketPolicy').find(([, one]) => target(one.Properties.Bucket) === id);
      const isTlsOnly = policy?.[1].Properties.PolicyDocument.Statement.some(
        ({ Effect, Action, Condition }: any) =>
          Effect === 'Deny' && Action === 's3:*' && String(Condition?.Bool?.['aws:SecureTransport']) === 'false',
      );
      return [
        ...(access.length === 4 && access.every((one) => one === true) ? [] : [`${id} is open to the public`]),
        ...(Properties.BucketEncryption ? [] : [`${id} is not encrypted`]),
        ...(isTlsOnly ? [] : [`${id} is open without TLS`]),
      ];
    }),

  'the control bucket keeps no versions, and leases for two days': (template) =>
    ours(template)
      .filter(([id]) => id === 'ControlBucket')
      .filter(([, { Properties }]) => {
        const rules = Properties.LifecycleConfiguration?.Rules ?? [];
        const isRight = rules.length === 1 && rules[0].Prefix === 'leases/' && rules[0].ExpirationInDays === 2;
        return Properties.VersioningConfiguration || !isRight || rules[0].Status !== 'Enabled';
      })
      .map(([id]) => `${id} keeps too much or too little`),

  'no deployment sets how many tasks run': (template) =>
    [...values(template.Resources)]
      .filter(([path]) => path.endsWith('/DesiredCount'))
      .map(([path]) => `${path} would be set again`),

  'outputs give nothing away': (template) =>
    [...values(template.Outputs)]
      .filter(([, value]) => /SecretAccessKey|AKIA|secret/i.test(typeof value === 'string' ? value : ''))
      .map(([path]) => `${path} is a secret`),

  'outputs say what an operator needs': (template) => {
    const isKeyed = ofType(template, 'AWS::ApiGateway::ApiKey').length > 0;
    const ofRegistry = ['RegistryBucketName', 'PackagesTopicArn', 'FailedUploadsUrl'];
    const needed = ['ServiceEndpoint', 'WakeUrl', 'KillUrl', 'NewsTopicArn', 'ControlBucketName', 'FailedEventsUrl'];
    return [...needed, ...ofRegistry, ...(isKeyed ? ['ApiKeyCommand'] : ['CallableArn'])]
      .filter((name) => !(name in template.Outputs))
      .map((name) => `no ${name}`);
  },

  'every function is in the outputs': (template) => {
    const named = mentioned(template.Outputs['FunctionNames']);
    return ofType(template, 'AWS::Lambda::Function')
      .filter(([id]) => !named.has(id))
      .map(([id]) => `${id} is not`);
  },
} as const satisfies Readonly<Record<string, Rule>>;
