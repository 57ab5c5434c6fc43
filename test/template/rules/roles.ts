import {
  isArn,
  listed,
  ofType,
  statements,
  target,
  text,
  values,
  type Resource,
  type Rule,
  type Template,
} from './template.ts';

const ROLE = 'AWS::IAM::Role';

/** Actions for which AWS knows no resource of ours to name: `*`, with the condition that has to fence it, if there is one. */
const WITHOUT_RESOURCE: Readonly<Record<string, string | null>> = {
  'application-autoscaling:DescribeScalableTargets': null,
  'cloudwatch:GetMetricData': null,
  'ec2:DescribeNetworkInterfaces': null,
  'ecs:DescribeTaskDefinition': null,
  'ecs:ListServices': 'ecs:cluster',
  'ecs:ListTasks': 'ecs:cluster',
  'xray:PutTelemetryRecords': null,
  'xray:PutTraceSegments': null,
};

/** What else than counts UpdateService changes, as far as it has condition keys. */
const BESIDES_COUNTS = [
  'ecs:auto-assign-public-ip',
  'ecs:capacity-provider',
  'ecs:enable-ebs-volumes',
  'ecs:enable-ecs-managed-tags',
  'ecs:enable-execute-command',
  'ecs:enable-service-connect',
  'ecs:enable-vpc-lattice',
  'ecs:namespace',
  'ecs:propagate-tags',
  'ecs:subnet',
  'ecs:task-definition',
];

const eachStatement =
  (rule: (statement: any) => readonly string[]): Rule =>
  (template) =>
    ofType(template, ROLE).flatMap(([id, role]) =>
      statements(role)
        .flatMap(rule)
        .map((fault) => `${id}: ${fault}`),
    );

const conditionKeys = ({ Condition = {} }: any): readonly string[] =>
  Object.values<any>(Condition).flatMap(Object.keys);

/** The keys or prefixes of the bucket that a role's statements of one action reach. */
const reach = (role: Resource, action: string): readonly string[] =>
  statements(role)
    .filter(({ Action }) => listed(Action).includes(action))
    .flatMap(({ Resource, Condition }) =>
      action === 's3:ListBucket'
        ? listed<string>(Condition?.StringLike?.['s3:prefix'])
        : listed<any>(Resource).map((one) => text(one).replace(/^[^/]+\//, '')),
    );

const within =
  (inner: string, outer: string): Rule =>
  (template) =>
    ofType(template, ROLE).flatMap(([id, role]) =>
      reach(role, inner)
        .filter((key) => !reach(role, outer).includes(key))
        .map((key) => `${id}: ${inner} of ${key} without ${outer}`),
    );

const named = (roles: readonly any[]): readonly string[] => roles.flatMap((role) => target(role) ?? []);

/** The roles that each service takes on; all schedules share one. */
const takers = (template: Template): ReadonlyMap<string, readonly string[]> => {
  const of = (type: string, role: (properties: any) => unknown) =>
    named(ofType(template, type).map(([, { Properties }]) => role(Properties)));
  return new Map([
    ['lambda.amazonaws.com', of('AWS::Lambda::Function', ({ Role }) => Role)],
    ['scheduler.amazonaws.com', [...new Set(of('AWS::Scheduler::Schedule', ({ Target }) => Target.RoleArn))]],
    ['s3.amazonaws.com', of('AWS::S3::Bucket', ({ ReplicationConfiguration }) => ReplicationConfiguration?.Role)],
  ]);
};

export const roleRules = {
  'every function has a role of its own, and every role one user': (template) => {
    const used = [...takers(template).values()].flat();
    return [
      ...used.filter((role, index) => used.indexOf(role) !== index).map((role) => `${role} is used twice`),
      ...ofType(template, ROLE)
        .filter(([id]) => !used.includes(id))
        .map(([id]) => `${id} is used by nobody`),
    ];
  },

  'roles are given by their ARN': (template) =>
    [...values(template.Resources)]
      .filter(([path, value]) => /\/(Role|RoleArn)$/.test(path) && !isArn(value))
      .map(([path]) => `${path} is no ARN`),

  'a role trusts the service that takes it on, and no other': (template) => {
    const principals = new Map([...takers(template)].flatMap(([service, roles]) => roles.map((id) => [id, service])));
    return ofType(template, ROLE)
      .filter(([id, { Properties }]) => {
        const trust = listed<any>(Properties.AssumeRolePolicyDocument.Statement);
        return trust.length !== 1 || trust[0].Principal.Service !== principals.get(id);
      })
      .map(([id]) => `${id} does not trust ${principals.get(id)} alone`);
  },

  'no role may do whatever it likes': eachStatement(({ Effect, Action, NotAction, NotResource }) => [
    ...(Effect === 'Allow' && !NotAction && !NotResource ? [] : ['says what not instead of what']),
    ...listed<string>(Action)
      .filter((action) => action.includes('*'))
      .map((action) => `${action} is a wildcard`),
  ]),

  'a role names resources wherever AWS knows any, and else a condition wherever there is one': eachStatement(
    (statement) =>
      listed(statement.Resource).every((one) => one !== '*')
        ? []
        : listed<string>(statement.Action).flatMap((action) => {
            const fence = WITHOUT_RESOURCE[action];
            if (fence === undefined) return [`${action} on *`];
            return fence === null || conditionKeys(statement).includes(fence)
              ? []
              : [`${action} on * without ${fence}`];
          }),
  ),

  'a resource is of this account and, where services have one, of a cluster': eachStatement(({ Resource }) =>
    listed<any>(Resource)
      .filter((one) => typeof one === 'object' && 'Fn::Sub' in one)
      .map(text)
      .filter(
        (arn) =>
          !/:(ecs|application-autoscaling):[\w-]+:\d{12}:(service\/[^*]+\/|task\/[^*]+\/|scalable-target\/)\*$/.test(
            arn,
          ) && !/:s3:::[^*]+-\d{12}-/.test(arn),
      )
      .map((arn) => `${arn} is too wide`),
  ),

  'UpdateService changes how many tasks a managed service has, and nothing else': eachStatement(
    ({ Action, Condition }) => {
      if (!listed(Action).includes('ecs:UpdateService')) return [];
      const open = BESIDES_COUNTS.filter((key) => Condition?.Null?.[key] !== 'true').map((key) => `may change ${key}`);
      const isTagged = Condition?.StringEquals?.['aws:ResourceTag/nightporter:managed'] === 'true';
      const unknown = Object.keys(Condition?.Null ?? {}).filter((key) => !BESIDES_COUNTS.includes(key));
      return [
        ...open,
        ...(isTagged ? [] : ['changes services without the tag']),
        ...unknown.map((key) => `${key} is no key of it`),
      ];
    },
  ),

  'bounds are set for desired counts of ECS alone': eachStatement(({ Action, Condition }) =>
    listed(Action).includes('application-autoscaling:RegisterScalableTarget') &&
    (Condition?.StringEquals?.['application-autoscaling:service-namespace'] !== 'ecs' ||
      Condition.StringEquals['application-autoscaling:scalable-dimension'] !== 'ecs:service:DesiredCount')
      ? ['bounds of anything']
      : [],
  ),

  'services are described by cluster and not by tag, so that unknown ones are unknown': eachStatement(
    ({ Action, Condition }) =>
      listed(Action).includes('ecs:DescribeServices') && Condition ? ['DescribeServices has a condition'] : [],
  ),

  'measuring has no condition: there is none that holds for it': eachStatement(({ Action, Condition }) =>
    listed(Action).includes('cloudwatch:GetMetricData') && Condition ? ['GetMetricData has a condition'] : [],
  ),

  'whoever reads a key that may be absent may list it, else absent reads as forbidden': within(
    's3:GetObject',
    's3:ListBucket',
  ),

  'whoever deletes on a condition may read': within('s3:DeleteObject', 's3:GetObject'),

  'nobody gets a user or a standing key': (template) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => /^AWS::IAM::(User|AccessKey|Group|ManagedPolicy|Policy)$/.test(Type))
      .map(([id, { Type }]) => `${id} is an ${Type}`),
} as const satisfies Readonly<Record<string, Rule>>;
