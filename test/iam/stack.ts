import { resolver } from '../support/cfn/intrinsics.ts';
import { attributeOf, PSEUDO, referenceTo, type Made } from '../support/cfn/physical.ts';
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

/** Fills in what CloudFormation would; what it does not know is a mistake, not a guess. */
const fillingIn = ({ Resources }: Template) => {
  const unknown = (what: string): never => {
    throw new Error(`nobody knows ${what}`);
  };
  const made = (id: string): Made => {
    const resource = Resources[id];
    if (!resource) return unknown(`what a reference to ${id} is`);
    const { Properties = {} } = resource;
    // No name depends on another property than names.
    const names = Object.entries(Properties).filter(([name]) => name.endsWith('Name'));
    const filled = Object.fromEntries(names.map(([name, value]) => [name, resolve(value)]));
    return { stack: 'stack', id, resource: { ...resource, Properties: filled } };
  };
  const isReferredTo = (id: string): boolean =>
    ['AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue'].includes(Resources[id]?.Type ?? '');
  const isTold = (name: string): boolean => ['Arn', 'RoleId'].includes(name);
  const resolve = resolver({
    reference: (id) => PSEUDO[id] ?? (isReferredTo(id) ? referenceTo(made(id)) : unknown(`what ${id} refers to`)),
    attribute: (id, name) => (isTold(name) ? attributeOf(made(id), name) : unknown(`the ${name} of ${id}`)),
    condition: (name) => unknown(`whether ${name}`),
    imported: unknown,
    mapping: () => unknown('maps'),
  });
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

/** The permissions in a statement that is filled in. */
export const permissionsOf = (statement: any): readonly Permission[] => {
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

type Resolve = ReturnType<typeof fillingIn>;

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
  const resolve = fillingIn(template);
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
