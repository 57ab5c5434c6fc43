import {
  functions,
  listed,
  ofType,
  statements,
  target,
  type Entry,
  type Template,
} from '../template/rules/template.ts';

/** One thing that a role allows: an action on a resource, for a listing of one prefix. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly condition: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What one function, or the schedules, may do. */
export interface Role {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** The stack as CloudFormation would make it, as far as permissions go. */
export interface Stack {
  readonly clusters: readonly string[];
  /** The control bucket. */
  readonly bucket: string;
  readonly registryBucket: string;
  /** By bucket. */
  readonly bucketPolicies: ReadonlyMap<string, object>;
  readonly roles: readonly Role[];
  /** By function. */
  readonly environments: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What AWS itself does in the name of a role: by role, the actions and the ARNs they go to. */
  readonly onBehalf: ReadonlyMap<string, readonly Act[]>;
}

type Act = readonly [action: string, resource: string];

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
};

export const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** As AWS would make one up. */
export const uniqueIdOf = (role: string): string =>
  `AROA${role
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .padEnd(17, 'X')}`;

/** Fills in what CloudFormation would; what it does not know is a mistake, not a guess. */
const resolver = ({ Resources }: Template) => {
  const named = (id: string, property: string): string => resolve(Resources[id]?.Properties?.[property]) as string;
  const arns: Readonly<Record<string, (id: string) => string>> = {
    'AWS::Lambda::Function': (id) => arnOf('lambda', `function:${named(id, 'FunctionName')}`),
    // That of a log group ends so.
    'AWS::Logs::LogGroup': (id) => arnOf('logs', `log-group:${named(id, 'LogGroupName')}:*`),
    'AWS::SQS::Queue': (id) => arnOf('sqs', `stack-${id}`),
    'AWS::SNS::Topic': (id) => arnOf('sns', `stack-${id}`),
    'AWS::S3::Bucket': (id) => `arn:aws:s3:::${named(id, 'BucketName')}`,
  };
  const attribute = (id: string, name: string): string => {
    if (name === 'RoleId' && Resources[id]?.Type === 'AWS::IAM::Role') return uniqueIdOf(id);
    const arn = arns[Resources[id]?.Type ?? ''];
    if (name !== 'Arn' || !arn) throw new Error(`nobody knows the ${name} of ${id}`);
    return arn(id);
  };
  const reference = (id: string): string => {
    if (id in PSEUDO) return PSEUDO[id] as string;
    if (Resources[id]?.Type === 'AWS::S3::Bucket') return named(id, 'BucketName');
    if (Resources[id]?.Type === 'AWS::SNS::Topic') return attribute(id, 'Arn');
    if (Resources[id]?.Type === 'AWS::SQS::Queue') return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/stack-${id}`;
    throw new Error(`nobody knows what a reference to ${id} is`);
  };
  const filledIn = (text: string): string =>
    text.replaceAll(/\$\{([^}]+)\}/g, (_, id: string) => {
      const [resource = '', name] = id.split('.');
      return name === undefined ? reference(id) : attribute(resource, name);
    });
  const resolve = (value: any): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    if ('Ref' in value) return reference(value.Ref);
    if ('Fn::GetAtt' in value) return attribute(value['Fn::GetAtt'][0], value['Fn::GetAtt'][1]);
    if ('Fn::Sub' in value) return filledIn(value['Fn::Sub']);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  };
  return resolve;
};

/** A permission for several prefixes is several: each has to be needed. */
const byPrefix = (condition: Permission['condition']): readonly Permission['condition'][] => {
  const prefixes = condition['StringLike']?.['s3:prefix'];
  if (prefixes === undefined) return [condition];
  return listed(prefixes).map((prefix) => ({
    ...condition,
    StringLike: { ...condition['StringLike'], 's3:prefix': prefix },
  }));
};

const permissionsOf = (statement: any): readonly Permission[] => {
  const { Effect, Action, Resource, Condition = {}, ...others } = statement;
  if (Effect !== 'Allow' || 'NotAction' in others || 'NotResource' in others) {
    throw new Error(`not a plain permission: ${JSON.stringify(statement)}`);
  }
  return listed<string>(Action).flatMap((action) =>
    listed<string>(Resource).flatMap((resource) =>
      byPrefix(Condition).map((condition) => ({ action, resource, condition })),
    ),
  );
};

type Resolve = ReturnType<typeof resolver>;

const roleOf = ({ Resources }: Template, resolve: Resolve, id: string | undefined, name: string): Role => {
  const role = Resources[id ?? ''];
  if (!role) throw new Error(`${name} has no role`);
  if (role.Properties.ManagedPolicyArns) throw new Error(`the role of ${name} holds more than stands in it`);
  return { name, permissions: statements(role).flatMap((statement) => permissionsOf(resolve(statement))) };
};

const OF_QUEUES = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Lambda writes the log, hands on traces, takes messages, and puts away what failed, all in the function's name. */
const byLambda = (template: Template, resolve: Resolve, [id, { Properties }]: Entry): readonly Act[] => {
  const logs = ofType(template, 'AWS::Logs::LogGroup').find(
    ([, group]) => group.Properties.LogGroupName === `/aws/lambda/${Properties.FunctionName}`,
  );
  const stream = `${(resolve({ 'Fn::GetAtt': [logs?.[0], 'Arn'] }) as string).slice(0, -1)}log-stream:any`;
  const destinations = ofType(template, 'AWS::Lambda::EventInvokeConfig')
    .filter(([, config]) => target(config.Properties.FunctionName) === id)
    .map(([, config]) => resolve(config.Properties.DestinationConfig?.OnFailure?.Destination) as string);
  const queues = ofType(template, 'AWS::Lambda::EventSourceMapping')
    .filter(([, mapping]) => target(mapping.Properties.FunctionName) === id)
    .map(([, mapping]) => resolve(mapping.Properties.EventSourceArn) as string);
  const traces = Properties.TracingConfig?.Mode === 'Active' ? ['PutTraceSegments', 'PutTelemetryRecords'] : [];
  return [
    ...['CreateLogStream', 'PutLogEvents'].map((action): Act => [`logs:${action}`, stream]),
    ...traces.map((action): Act => [`xray:${action}`, '*']),
    ...queues.flatMap((queue) => OF_QUEUES.map((action): Act => [action, queue])),
    ...destinations.map((queue): Act => ['sqs:SendMessage', queue]),
  ];
};

/** Reads a packaged template. */
export const stackOf = (template: Template): Stack => {
  const resolve = resolver(template);
  const all = functions(template).map((entry) => {
    const { Handler, Role, Environment } = entry[1].Properties;
    // As its folder is called.
    const name = String(Handler).split('/').at(-2) ?? '';
    return {
      name,
      role: roleOf(template, resolve, target(Role), name),
      environment: (resolve(Environment?.Variables) ?? {}) as Readonly<Record<string, string>>,
      onBehalf: byLambda(template, resolve, entry),
    };
  });
  const targets = ofType(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties.Target);
  const bySchedules = targets.flatMap(({ Arn, DeadLetterConfig }): readonly Act[] => [
    ['lambda:InvokeFunction', resolve(Arn) as string],
    ['sqs:SendMessage', resolve(DeadLetterConfig?.Arn) as string],
  ]);
  const bucketPolicies = ofType(template, 'AWS::S3::BucketPolicy').map(
    ([, { Properties }]) =>
      [resolve(Properties.Bucket) as string, resolve(Properties.PolicyDocument) as object] as const,
  );
  const clusters = all.map(({ environment }) => environment['CLUSTERS']).find((names) => names !== undefined) ?? '';
  return {
    clusters: clusters.split(','),
    bucket: resolve({ Ref: 'ControlBucket' }) as string,
    registryBucket: resolve({ Ref: 'RegistryBucket' }) as string,
    bucketPolicies: new Map(bucketPolicies),
    roles: [...all.map(({ role }) => role), roleOf(template, resolve, target(targets[0]?.RoleArn), 'schedules')],
    environments: new Map(all.map((each) => [each.name, each.environment])),
    onBehalf: new Map([...all.map(({ name, onBehalf }) => [name, onBehalf] as const), ['schedules', bySchedules]]),
  };
};
