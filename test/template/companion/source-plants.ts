import type { SourceTemplate } from '../../support/cfn/source.ts';
import { add, remove, resource, spoil } from '../planting.ts';
import type { SourceRuleName } from './rules/all.ts';
import { items } from './rules/rule.ts';

/** A template and its text, to be spoilt. */
export interface Subject {
  readonly template: SourceTemplate;
  text: string;
}

type Spoil = (subject: Subject) => unknown;

/** In which template somebody might do what. */
export type SourcePlant = readonly [stack: string, spoil: Spoil];

const SERVICE = 'fargate-service';
const JOB = 'scoring-job';

const inTemplate =
  (stack: string) =>
  (change: (template: SourceTemplate) => unknown): SourcePlant => [stack, ({ template }) => change(template)];

const inService = inTemplate(SERVICE);
const inJob = inTemplate(JOB);
const inEdge = inTemplate('edge');

const parameter = (name: string, change: (parameter: any) => unknown): SourcePlant =>
  inService(({ Parameters }) => {
    if (!Parameters[name]) throw new Error(`there is no ${name} to spoil`);
    change(Parameters[name]);
  });

/** All that a role may do, whatever the conditions say; to be spoilt where it stands. */
const statementsOf = (template: SourceTemplate, role: string): readonly any[] =>
  items(resource(template, role).Properties.Policies).flatMap(({ PolicyDocument }) => items(PolicyDocument.Statement));

const statement = (role: string, change: (statement: any) => unknown): SourcePlant =>
  inService((template) => change(statementsOf(template, role)[0]));

const trust = (role: string, change: (statement: any) => unknown): SourcePlant =>
  inService((template) => change(resource(template, role).Properties.AssumeRolePolicyDocument.Statement[0]));

const only = (template: SourceTemplate, type: string): string => {
  const [entry] = Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
  if (!entry) throw new Error(`there is no ${type} to spoil`);
  return entry[0];
};

const ofType = (type: string, change: (properties: any) => unknown) => (template: SourceTemplate) =>
  change(resource(template, only(template, type)).Properties);

const provider = (template: SourceTemplate) => template.Resources[only(template, 'AWS::IAM::OIDCProvider')]!;

/** For each rule over templates what would break it; a rule without a fault that it finds does not compile. */
export const SOURCE_PLANTS: Readonly<Record<SourceRuleName, Readonly<Record<string, SourcePlant>>>> = {
  'a command line can carry it, and CloudFormation takes it': {
    'a page too many': [SERVICE, (subject) => (subject.text += `# ${'x'.repeat(51_200)}`)],
    'a parameter too many': inService(({ Parameters }) => {
      for (let n = 0; n < 200; n += 1) Parameters[`More${n}`] = { Type: 'String' };
    }),
    'an output too many': inService(({ Outputs }) => {
      for (let n = 0; n < 201; n += 1) Outputs[`More${n}`] = { Description: 'One more', Value: 'x' };
    }),
  },
  'it says what it is, and needs nothing but CloudFormation': {
    'it says nothing': inService((template) => delete (template as { Description?: string }).Description),
    'it is to be transformed': inService((template) =>
      Object.assign(template, { Transform: 'AWS::Serverless-2016-10-31' }),
    ),
  },
  'every parameter changes something': {
    'one that nobody reads': inService(({ Parameters }) => {
      Parameters['Idle'] = { Type: 'String', Default: '', Description: 'Nothing at all' };
    }),
    'one that only a rule reads': inService(({ Parameters, Rules }) => {
      Parameters['Idle'] = { Type: 'String', Default: '', Description: 'Nothing at all' };
      Rules['Idle'] = { Assertions: [{ Assert: { 'Fn::Equals': [{ Ref: 'Idle' }, ''] } }] };
    }),
    'one that only an idle condition reads': inService(({ Parameters, Conditions }) => {
      Parameters['Idle'] = { Type: 'String', Default: '', Description: 'Nothing at all' };
      Conditions['IsIdle'] = { 'Fn::Equals': [{ Ref: 'Idle' }, ''] };
    }),
  },
  'every parameter is described, and in one group that has a name': {
    'no description': parameter('ContainerImage', (one) => delete one.Description),
    'in no group': inService(({ Metadata }) => Metadata['AWS::CloudFormation::Interface'].ParameterGroups.pop()),
    'in two': inService(({ Metadata }) =>
      Metadata['AWS::CloudFormation::Interface'].ParameterGroups[0].Parameters.push('LogRetentionDays'),
    ),
    'not there': inService(({ Metadata }) =>
      Metadata['AWS::CloudFormation::Interface'].ParameterGroups[0].Parameters.push('Nothing'),
    ),
    'no name': inService(({ Metadata }) => delete Metadata['AWS::CloudFormation::Interface'].ParameterGroups[0].Label),
  },
  'a constraint says what it wants': {
    'it does not': parameter('ContainerImage', (one) => delete one.ConstraintDescription),
  },
  'a default is one that CloudFormation would take': {
    'another word': parameter('Managed', (one) => (one.Default = 'perhaps')),
    'one that does not match': parameter('InitialDesiredCount', (one) => (one.AllowedPattern = '[0-9]+')),
  },
  'nothing is open to everybody unless somebody says so': {
    'the internet': parameter('AllowedIngressCidr', (one) => (one.Default = '0.0.0.0/0')),
    'the other one': parameter('AllowedIngressCidr', (one) => (one.Default = '10.0.0.0/8,::/0')),
  },
  'an image is named by its digest, for a tag can be moved': {
    'any name': parameter('ContainerImage', (one) => delete one.AllowedPattern),
    'a tag as well': parameter('ContainerImage', (one) => (one.AllowedPattern = '.*[:@].+')),
    'a default': parameter('ContainerImage', (one) => (one.Default = `a@sha256:${'0'.repeat(64)}`)),
    'one that is written down': inService(
      spoil('TaskDefinition', ({ ContainerDefinitions }) => (ContainerDefinitions[0].Image = 'app:latest')),
    ),
  },
  'a parameter takes as long to stop as Fargate gives, and no longer': {
    'ten minutes': parameter('StopTimeout', (one) => (one.MaxValue = 600)),
    'for ever': inService(
      spoil('TaskDefinition', ({ ContainerDefinitions }) => (ContainerDefinitions[0].StopTimeout = 600)),
    ),
  },
  'what is secret is not shown': {
    'a password': inService(({ Parameters }) => {
      Parameters['DatabasePassword'] = { Type: 'String', Description: 'For the database' };
    }),
  },
  'where one is needed, none is looked up before it is there': {
    'an empty VPC': parameter('VpcId', (one) => (one.Type = 'AWS::EC2::VPC::Id')),
  },
  'every output is described, and exported under the stack’s name if it is': {
    'not described': inService(({ Outputs }) => delete Outputs['ServiceArn'].Description),
    'under a name of its own': inService(({ Outputs }) => (Outputs['ServiceArn'].Export = { Name: 'service' })),
  },
  'no account is written down': {
    'in a name': [SERVICE, (subject) => (subject.text += '\n# arn:aws:ecs:eu-central-1:636212886452:cluster/main\n')],
  },

  'nobody is let in from everywhere': {
    'into a group': inService(
      spoil('SecurityGroup', ({ SecurityGroupIngress }) =>
        SecurityGroupIngress.push({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' }),
      ),
    ),
    'behind a condition': inService(
      spoil('SecurityGroup', ({ SecurityGroupIngress }) =>
        SecurityGroupIngress.push({
          'Fn::If': ['IsManaged', { IpProtocol: '-1', CidrIpv6: '::/0' }, { Ref: 'AWS::NoValue' }],
        }),
      ),
    ),
    'by a rule of its own': inService(
      add('Open', {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: { IpProtocol: '-1', CidrIp: { 'Fn::If': ['IsManaged', '10.0.0.0/8', '0.0.0.0/0'] } },
      }),
    ),
  },
  'every log group forgets at some time': {
    never: inService(spoil('Logs', (properties) => delete properties.RetentionInDays)),
    'no value': inService(spoil('Logs', (properties) => (properties.RetentionInDays = { Ref: 'AWS::NoValue' }))),
  },
  'data outlives the stack': {
    'files go': inService((template) => delete resource(template, 'Files').DeletionPolicy),
    'files are replaced': inService((template) => delete resource(template, 'Files').UpdateReplacePolicy),
    'a bucket goes': inJob((template) => (resource(template, 'Results').DeletionPolicy = 'Delete')),
  },
  'what an account has one of is made where it is asked for, and stays': {
    everywhere: inTemplate('deploy-role')((template) => delete provider(template).Condition),
    'as long as the stack': inTemplate('deploy-role')((template) => (provider(template).DeletionPolicy = 'Delete')),
    'no other will do': inTemplate('observability')(
      spoil('AnomalySubscription', (properties) => (properties.MonitorArnList = [{ Ref: 'AnomalyMonitor' }])),
    ),
    'none where there is one': inTemplate('observability')(
      spoil('AnomalySubscription', ({ MonitorArnList }) => (MonitorArnList[0]['Fn::If'][2] = { Ref: 'AWS::NoValue' })),
    ),
  },
  'a bucket is closed to the public, encrypted, and open over TLS alone': {
    'open to the public': inJob(spoil('Results', (properties) => delete properties.PublicAccessBlockConfiguration)),
    'not encrypted': inJob(spoil('Results', (properties) => delete properties.BucketEncryption)),
    'open without TLS': inJob(remove('ResultsPolicy')),
  },
  'a file system is encrypted where it lies and on its way': {
    'where it lies': inService(spoil('Files', (properties) => (properties.Encrypted = false))),
    'on its way': inService(
      spoil('TaskDefinition', ({ Volumes }) => delete items(Volumes)[0].EFSVolumeConfiguration.TransitEncryption),
    ),
  },
  'what has to be replaced finds its own name free': {
    'a role': inService(spoil('TaskRole', (properties) => (properties.RoleName = 'task'))),
    'a target group': inService(spoil('HttpTargets', (properties) => (properties.Name = 'targets'))),
    'a topic': inJob(spoil('Topic', (properties) => (properties.TopicName = 'scores'))),
    'a security group': inService(spoil('SecurityGroup', (properties) => (properties.GroupName = 'tasks'))),
  },
  'only the creation says how many tasks run': {
    'always none': inService(spoil('Service', (properties) => (properties.DesiredCount = 0))),
    'always what is given': inService(
      spoil('Service', (properties) => (properties.DesiredCount = { Ref: 'InitialDesiredCount' })),
    ),
    'none by default': parameter('InitialDesiredCount', (one) => (one.Default = '0')),
  },
  'what scales does so when the control plane says so': {
    'a minimum': inService(spoil('ScalableTarget', (properties) => (properties.MinCapacity = { Ref: 'WakeCount' }))),
    'not suspended': inService(spoil('ScalableTarget', (properties) => delete properties.SuspendedState)),
    'one of three': inService(
      spoil('ScalableTarget', (properties) => (properties.SuspendedState.DynamicScalingOutSuspended = false)),
    ),
  },
  'a listener speaks TLS of today, or sends to one that does': {
    'in the clear': inEdge(
      ofType('AWS::ElasticLoadBalancingV2::Listener', (properties) =>
        Object.assign(properties, { Protocol: 'HTTP', DefaultActions: [{ Type: 'forward', TargetGroupArn: 'x' }] }),
      ),
    ),
    'an old one': inService(
      spoil('NetworkListener', (properties) => (properties.SslPolicy = 'ELBSecurityPolicy-2016-08')),
    ),
    whichever: inService(spoil('NetworkListener', (properties) => delete properties.SslPolicy)),
  },
  'what cannot be taken back is made after what may never come': {
    'at once': inEdge(spoil('LoadBalancer', (properties) => delete properties.Tags)),
    'the other one': inEdge(spoil('NetworkBalancer', (properties) => delete properties.Tags)),
  },
  'times are such as EventBridge takes': {
    'one minutes': inJob(spoil('Releases', (properties) => (properties.ScheduleExpression = 'rate(1 minutes)'))),
  },
  'an alarm says when it rings, and rings somebody or is a part of one that does': {
    'no comparison': inJob(spoil('UndeliveredEventsWaiting', (properties) => delete properties.ComparisonOperator)),
    'nothing on silence': inJob(spoil('UndeliveredEventsWaiting', (properties) => delete properties.TreatMissingData)),
    'rings nobody': inJob(spoil('UndeliveredEventsWaiting', (properties) => delete properties.AlarmActions)),
  },
  'a queue that waits for failures rings': { 'it does not': inJob(remove('UndeliveredEventsWaiting')) },
  'whoever is told by a service lets that service in': {
    'not the topic': inJob(remove('TopicPolicy')),
    'not the queue': inJob(remove('UndeliveredEventsPolicy')),
    'everybody’s rules': inJob(
      spoil('TopicPolicy', ({ PolicyDocument }) => delete PolicyDocument.Statement[0].Condition),
    ),
  },

  'a role is trusted by who takes it on, and by nobody else': {
    'another service': trust('TaskRole', (one) => (one.Principal.Service = 'lambda.amazonaws.com')),
    'one more': trust('TaskRole', (one) => (one.Principal.Service = ['ecs-tasks.amazonaws.com', 'ec2.amazonaws.com'])),
    'used by nobody': inService(
      add('Spare', {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'ecs-tasks.amazonaws.com' } }] },
        },
      }),
    ),
  },
  'a role is given by its ARN': {
    'by its name': inService(spoil('TaskDefinition', (properties) => (properties.TaskRoleArn = { Ref: 'TaskRole' }))),
  },
  'a service takes a role on for this account alone': {
    'for every account': trust('ExecutionRole', (one) => delete one.Condition),
  },
  'nobody may do whatever they like': {
    'a service’s all': statement('ExecutionRole', (one) => (one.Action = ['logs:*'])),
    everything: statement('TaskRole', (one) => (one.Action = '*')),
    'all but': statement('TaskRole', (one) => Object.assign(one, { NotResource: 'x' })),
  },
  'whoever may do something may do it somewhere, or on a condition': {
    'on everything': statement('TaskRole', (one) => (one.Resource = '*')),
    'in every namespace': inService((template) => {
      const metrics = statementsOf(template, 'TaskRole');
      delete metrics.find(({ Action }: any) => Action === 'cloudwatch:PutMetricData').Condition;
    }),
  },
  'what AWS knows no resource for is allowed on everything, or it is never allowed': {
    'a token of one repository': inService((template) => {
      const token = statementsOf(template, 'ExecutionRole').find(
        ({ Action }) => Action === 'ecr:GetAuthorizationToken',
      );
      token.Resource = { 'Fn::Sub': 'arn:aws:ecr:${AWS::Region}:${AWS::AccountId}:repository/${RepositoryName}' };
    }),
    'a look at one network interface': statement('TaskRole', (one) =>
      Object.assign(one, {
        Action: ['ec2:DescribeNetworkInterfaces'],
        Resource: { 'Fn::Sub': 'arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*' },
      }),
    ),
  },
  'no permission rests on what is never there': {
    'the name of a user, of a role': statement(
      'TaskRole',
      (one) => (one.Resource = 'arn:aws:s3:::any/uploads/${aws:username}/*'),
    ),
    'of a namespace, for reading': statement('TaskRole', (one) =>
      Object.assign(one, {
        Action: 'cloudwatch:GetMetricData',
        Condition: { StringEquals: { 'cloudwatch:namespace': 'Fluidity' } },
      }),
    ),
  },
  'nobody gets a user or a standing key': {
    'a user': inService(add('Agent', { Type: 'AWS::IAM::User' })),
    'a key': inService(add('AgentKey', { Type: 'AWS::IAM::AccessKey' })),
  },
};
