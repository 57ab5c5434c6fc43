import { listed, mentioned, target, values } from '../../rules/template.ts';
import { items, sides, unless, written, type SourceRule } from './rule.ts';

const ROLE = 'AWS::IAM::Role';
type Source = Parameters<SourceRule>[0];

/** Who takes on the role that stands in a property. */
const TAKERS: Readonly<Record<string, string>> = {
  'AWS::ECS::TaskDefinition/TaskRoleArn': 'ecs-tasks.amazonaws.com',
  'AWS::ECS::TaskDefinition/ExecutionRoleArn': 'ecs-tasks.amazonaws.com',
  'AWS::Batch::JobDefinition/ContainerProperties/JobRoleArn': 'ecs-tasks.amazonaws.com',
  'AWS::Batch::JobDefinition/ContainerProperties/ExecutionRoleArn': 'ecs-tasks.amazonaws.com',
  'AWS::Batch::ComputeEnvironment/ServiceRole': 'batch.amazonaws.com',
  'AWS::Events::Rule/Targets/RoleArn': 'events.amazonaws.com',
  'AWS::EC2::FlowLog/DeliverLogsPermissionArn': 'vpc-flow-logs.amazonaws.com',
  'AWS::CloudTrail::Trail/CloudWatchLogsRoleArn': 'cloudtrail.amazonaws.com',
  'AWS::Scheduler::Schedule/Target/RoleArn': 'scheduler.amazonaws.com',
  'AWS::Lambda::Function/Role': 'lambda.amazonaws.com',
  'AWS::S3::Bucket/ReplicationConfiguration/Role': 's3.amazonaws.com',
};

interface Taking {
  readonly role: string;
  readonly by: string | undefined;
  readonly path: string;
}

/** Every property that holds a role of the template; indices and conditions on the way are left out. */
const takings = ({ Resources }: Source): readonly Taking[] =>
  Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
    [...values(Properties)].flatMap(([path, value]) => {
      const role = value?.['Fn::GetAtt']?.[1] === 'Arn' ? target(value) : value?.Ref;
      if (Resources[role]?.Type !== ROLE) return [];
      const property = path.replaceAll(/\/(?:\d+|Fn::If)(?=\/|$)/g, '');
      return [{ role, by: TAKERS[`${Type}${property}`], path: `${id}${property}` }];
    }),
  );

/** All that stands in a role, in whichever policy and behind whichever condition. */
const statementsOf = (template: Source): readonly (readonly [string, any])[] =>
  Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
    if (Type === ROLE) {
      return items(Properties.Policies).flatMap(({ PolicyDocument }) =>
        items(PolicyDocument.Statement).map((statement) => [id, statement] as const),
      );
    }
    return /^AWS::IAM::(?:Managed|Role)?Policy$/.test(Type)
      ? items(Properties.PolicyDocument.Statement).map((statement) => [id, statement] as const)
      : [];
  });

/** Actions for which AWS knows no resource, and how else they are held. Another one is a decision. */
const WITHOUT_RESOURCE: Readonly<Record<string, string | null>> = {
  'cloudwatch:PutMetricData': 'cloudwatch:namespace',
  'ecr:GetAuthorizationToken': null,
  'ecs:DescribeTaskDefinition': null,
};

/** All of these too: they are asked of the whole account. */
const knowsNoResource = (action: string): boolean => action in WITHOUT_RESOURCE || /^ec2:Describe/i.test(action);

const conditionKeys = ({ Condition = {} }: any): readonly string[] =>
  Object.values<any>(Condition).flatMap((block) => sides(block).flatMap(Object.keys));

/** It acts for one AWS service, which could be asked by another account. */
const isOpenToOthers = ({ Principal, Condition }: any): boolean =>
  Principal?.Service !== undefined &&
  ['ecs-tasks.amazonaws.com', 'events.amazonaws.com', 'vpc-flow-logs.amazonaws.com'].some((one) =>
    listed(Principal.Service).includes(one),
  ) &&
  !conditionKeys({ Condition }).some((key) => /^aws:Source(?:Account|Arn)$/i.test(key));

const trustOf = (properties: any): readonly any[] => items(properties.AssumeRolePolicyDocument.Statement);

export const roleRules = {
  'a role is trusted by who takes it on, and by nobody else': (template) => {
    const taken = takings(template);
    return written(template, ROLE).flatMap(([id, { Properties }]) => {
      const services = new Set(taken.flatMap(({ role, by }) => (role === id ? (by ?? []) : [])));
      const trusted = trustOf(Properties).flatMap(({ Principal }) => listed<string>(Principal?.Service));
      const isHandedOut = [...mentioned(template.Outputs)].includes(id);
      return [
        ...unless(services.size > 0 || isHandedOut, `${id} is taken on by nobody`),
        ...[...services].filter((one) => !trusted.includes(one)).map((one) => `${id} does not trust ${one}`),
        ...trusted
          .filter((one) => !services.has(one) && (services.size > 0 || !isHandedOut))
          .map((one) => `${id} trusts ${one}`),
      ];
    });
  },

  'a role is given by its ARN': (template) =>
    [...values(template.Resources)]
      .filter(([path, value]) => /Role(?:Arn)?$/.test(path) && template.Resources[value?.Ref]?.Type === ROLE)
      .map(([path]) => `${path} is a name`),

  'a service takes a role on for this account alone': (template) =>
    written(template, ROLE)
      .filter(([, { Properties }]) => trustOf(Properties).some(isOpenToOthers))
      .map(([id]) => `${id} could be taken on for another account`),

  'nobody may do whatever they like': (template) =>
    statementsOf(template).flatMap(([id, statement]) => [
      ...items(statement.Action)
        .filter((action) => statement.Effect === 'Allow' && String(action).includes('*'))
        .map((action) => `${id}: ${action} is a wildcard`),
      ...unless(!('NotAction' in statement || 'NotResource' in statement), `${id} says what not instead of what`),
    ]),

  'whoever may do something may do it somewhere, or on a condition': (template) =>
    statementsOf(template).flatMap(([id, statement]) => {
      if (statement.Effect !== 'Allow' || !items(statement.Resource).includes('*')) return [];
      return items(statement.Action).flatMap((action) => {
        const fence = WITHOUT_RESOURCE[action];
        if (fence === undefined) return [`${id}: ${action} on *`];
        return unless(fence === null || conditionKeys(statement).includes(fence), `${id}: ${action} without ${fence}`);
      });
    }),

  'what AWS knows no resource for is allowed on everything, or it is never allowed': (template) =>
    statementsOf(template).flatMap(([id, statement]) =>
      items(statement.Resource).every((one) => one === '*')
        ? []
        : items(statement.Action)
            .filter((action) => knowsNoResource(String(action)))
            .map((action) => `${id}: ${action} of something`),
    ),

  'no permission rests on what is never there': (template) =>
    statementsOf(template).flatMap(([id, statement]) => [
      ...unless(
        !conditionKeys(statement).includes('cloudwatch:namespace') ||
          items(statement.Action).every((action) => action === 'cloudwatch:PutMetricData'),
        `${id}: cloudwatch:namespace is known to PutMetricData alone`,
      ),
      ...unless(!JSON.stringify(statement).includes('aws:username'), `${id}: a role has no aws:username`),
    ]),

  'nobody gets a user or a standing key': (template) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => /^AWS::IAM::(?:User|AccessKey|Group)$/.test(Type))
      .map(([id, { Type }]) => `${id} is an ${Type}`),
} as const satisfies Readonly<Record<string, SourceRule>>;
