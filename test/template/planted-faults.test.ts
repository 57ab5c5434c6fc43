import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discard, packageHollowStack, type Packaged } from '../support/packaged-stack.ts';
import { RULES, type RuleName } from './rules/all.ts';
import {
  add,
  grant,
  remove,
  resource,
  spoil,
  spoilDashboard,
  spoilOutputs,
  spoilStatement,
  type Plant,
} from './planting.ts';
import { REGISTRY_PLANTS } from './registry-plants.ts';
import { ofType, type Resource, type Template } from './rules/template.ts';

const deployment = (template: Template): Resource => {
  const [entry] = ofType(template, 'AWS::ApiGateway::Deployment');
  return (entry as NonNullable<typeof entry>)[1];
};

/** For each rule what would break it; a rule without a fault that it finds does not compile. */
const PLANTS: Readonly<Record<RuleName, Readonly<Record<string, Plant>>>> = {
  'CloudFormation takes it: less than 1 MB and 500 resources': {
    'a resource too many': (template) => {
      for (let n = 0; n < 500; n++) template.Resources[`Topic${n}`] = { Type: 'AWS::SNS::Topic', Properties: {} };
    },
    'a page too many': spoil('Dashboard', (properties) => (properties.Filling = 'x'.repeat(1_000_000))),
  },
  'it is made of what we know': { 'a database': add('Table', { Type: 'AWS::DynamoDB::Table' }) },
  'whatever is spoken of exists': {
    'a topic of another name': spoil('WakeErrors', (properties) => (properties.AlarmActions = [{ Ref: 'Topic' }])),
    'a dependency of another name': (template) => (resource(template, 'WakeLambdaFunction').DependsOn = ['Nothing']),
    'an output of nothing': spoilOutputs((outputs) => (outputs.Other = { Value: { 'Fn::Sub': '${Nothing.Arn}' } })),
  },
  'nothing waits for itself': {
    'a bucket named by its role, and the other way round': (template) => {
      resource(template, 'WakeRole').Properties.RoleName = { 'Fn::Sub': '${ControlBucket}-wake' };
      resource(template, 'ControlBucket').DependsOn = ['WakeLambdaFunction'];
    },
  },
  'names are as long as AWS takes them': {
    'a long function': spoil('WakeLambdaFunction', (properties) => (properties.FunctionName = 'w'.repeat(65))),
    'a long bucket': spoil(
      'ControlBucket',
      (properties) => (properties.BucketName = { 'Fn::Sub': `${'b'.repeat(36)}-\${AWS::AccountId}-\${AWS::Region}` }),
    ),
  },
  'a bucket has a name that S3 takes': {
    'a capital': spoil('ControlBucket', (properties) => (properties.BucketName = 'nightporter-Prod')),
  },
  'only what is looked for by name has a name': {
    'a role with a name': spoil('WakeRole', (properties) => (properties.RoleName = 'wake')),
    'an alarm with a name': spoil('WakeErrors', (properties) => (properties.AlarmName = 'wake-errors')),
    'a key with a name': spoil('ApiKey', (properties) => (properties.Name = 'key')),
    'a queue with a name': spoil('FailedEvents', (properties) => (properties.QueueName = 'failed')),
  },
  'data outlives the stack': {
    'nothing said': (template) => delete resource(template, 'ControlBucket').DeletionPolicy,
    'deleted when replaced': (template) => (resource(template, 'ControlBucket').UpdateReplacePolicy = 'Delete'),
  },
  'a bucket is closed to the public, encrypted, and open over TLS alone': {
    'a public policy': spoil('ControlBucket', (properties) => {
      properties.PublicAccessBlockConfiguration.BlockPublicPolicy = false;
    }),
    'no encryption': spoil('ControlBucket', (properties) => delete properties.BucketEncryption),
    'no policy': remove('ControlBucketPolicy'),
  },
  'the control bucket keeps no versions, and leases for two days': {
    versions: spoil('ControlBucket', (properties) => (properties.VersioningConfiguration = { Status: 'Enabled' })),
    'records that expire': spoil('ControlBucket', (properties) => {
      properties.LifecycleConfiguration.Rules[0].Prefix = '';
    }),
    'leases that expire too soon': spoil('ControlBucket', (properties) => {
      properties.LifecycleConfiguration.Rules[0].ExpirationInDays = 1;
    }),
  },
  'no deployment sets how many tasks run': {
    'a service with a count': add('Service', { Type: 'AWS::ECS::Service', Properties: { DesiredCount: 0 } }),
  },
  'outputs give nothing away': {
    'a key': spoilOutputs((outputs) => (outputs.Key = { Value: { 'Fn::GetAtt': ['User', 'SecretAccessKey'] } })),
  },
  'outputs say what an operator needs': {
    'no wake': spoilOutputs((outputs) => delete outputs.WakeUrl),
    'no key': spoilOutputs((outputs) => delete outputs.ApiKeyCommand),
    'no bucket to upload to': spoilOutputs((outputs) => delete outputs.RegistryBucketName),
  },
  'every function is in the outputs': {
    'one left out': spoilOutputs((outputs) => outputs.FunctionNames.Value['Fn::Join'][1].pop()),
  },

  'functions run on arm64 and Node 24': {
    'an old Node': spoil('WakeLambdaFunction', (properties) => (properties.Runtime = 'nodejs20.x')),
    'another machine': spoil('SleepLambdaFunction', (properties) => (properties.Architectures = ['x86_64'])),
  },
  'a function writes to a log group of its own that forgets, and cannot make another': {
    'a group of another name': spoil('WakeLogGroup', (properties) => (properties.LogGroupName = '/aws/lambda/other')),
    'a group that never forgets': spoil('WakeLogGroup', (properties) => delete properties.RetentionInDays),
    'the log of another': spoilStatement('WakeRole', 'logs:PutLogEvents', (statement) => {
      statement.Resource = { 'Fn::GetAtt': ['KillLogGroup', 'Arn'] };
    }),
    'a role that makes groups': grant('WakeRole', { Action: 'logs:CreateLogGroup', Resource: 'arn:aws:logs:::x' }),
  },
  'a function that is traced may say so': {
    'not allowed': spoilStatement(
      'WakeRole',
      'xray:PutTraceSegments',
      (statement) => (statement.Action = 'xray:GetGroup'),
    ),
  },
  'every way in runs the code that was deployed last': {
    'a version': add('WakeVersion', { Type: 'AWS::Lambda::Version' }),
    'an alias': add('WakeProd', { Type: 'AWS::Lambda::Alias' }),
  },
  'the API is the only way in from outside': {
    'an address of its own': add('WakeUrl', { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE' } }),
    'everybody let in': add('Open', { Type: 'AWS::Lambda::Permission', Properties: { Principal: '*' } }),
    'any API let in': spoil('WakeLambdaPermissionApiGateway', (properties) => delete properties.SourceArn),
  },
  'whoever is waited for by the gateway answers before it hangs up': {
    'a slow status': spoil('StatusLambdaFunction', (properties) => (properties.Timeout = 30)),
  },
  'what fails for good without anybody waiting is kept': {
    'no destination': spoil('SleepLambdaEvConf', (properties) => delete properties.DestinationConfig),
    'no bound': spoil('NightlyKillLambdaEvConf', (properties) => delete properties.MaximumRetryAttempts),
    'not allowed': spoilStatement(
      'TaskEventsRole',
      'sqs:SendMessage',
      (statement) => (statement.Action = 'sns:Publish'),
    ),
  },
  'no function is given a secret': {
    'a key': spoil('WakeLambdaFunction', (properties) => (properties.Environment.Variables.API_KEY = 'x')),
  },

  'every function has a role of its own, and every role one user': {
    'a role for two': spoil(
      'KillLambdaFunction',
      (properties) => (properties.Role = { 'Fn::GetAtt': ['WakeRole', 'Arn'] }),
    ),
  },
  'roles are given by their ARN': {
    'by name': spoil('WakeLambdaFunction', (properties) => (properties.Role = { Ref: 'WakeRole' })),
    'by name to a schedule': spoil('Tick', (properties) => (properties.Target.RoleArn = { Ref: 'ScheduleRole' })),
  },
  'a role trusts the service that takes it on, and no other': {
    'tasks instead': spoil('WakeRole', (properties) => {
      properties.AssumeRolePolicyDocument.Statement[0].Principal.Service = 'ecs-tasks.amazonaws.com';
    }),
    'somebody else as well': spoil('ScheduleRole', (properties) => {
      properties.AssumeRolePolicyDocument.Statement.push({ Principal: { AWS: '*' } });
    }),
  },
  'no role may do whatever it likes': {
    'all of S3': grant('WakeRole', { Action: 's3:*', Resource: 'arn:aws:s3:::x' }),
    'reads of all kinds': grant('WakeRole', { Action: ['ecs:Describe*'], Resource: 'arn:aws:ecs:::x' }),
    'all but': grant('WakeRole', { NotAction: 'iam:PassRole', Resource: 'arn:aws:s3:::x' }),
  },
  'a role names resources wherever AWS knows any, and else a condition wherever there is one': {
    'every service': spoilStatement('WakeRole', 'ecs:UpdateService', (statement) => (statement.Resource = '*')),
    'every topic': spoilStatement('SleepRole', 'sns:Publish', (statement) => (statement.Resource = ['*'])),
    'lists of every cluster': spoilStatement('WakeRole', 'ecs:ListTasks', (statement) => delete statement.Condition),
  },
  'a resource is of this account and, where services have one, of a cluster': {
    'every cluster': spoilStatement('WakeRole', 'ecs:DescribeServices', (statement) => {
      statement.Resource = [{ 'Fn::Sub': 'arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:service/*' }];
    }),
    "anybody's bucket": spoilStatement('WakeRole', 's3:PutObject', (statement) => {
      statement.Resource = [{ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::*/services/*' }];
    }),
  },
  'UpdateService changes how many tasks a managed service has, and nothing else': {
    'another task definition': spoilStatement('WakeRole', 'ecs:UpdateService', (statement) => {
      delete statement.Condition.Null['ecs:task-definition'];
    }),
    'a shell into tasks': spoilStatement('TaskEventsRole', 'ecs:UpdateService', (statement) => {
      statement.Condition.Null['ecs:enable-execute-command'] = 'false';
    }),
    'services without the tag': spoilStatement('SleepRole', 'ecs:UpdateService', (statement) => {
      delete statement.Condition.StringEquals;
    }),
    'a key that it has not': spoilStatement('KillRole', 'ecs:UpdateService', (statement) => {
      statement.Condition.Null['ecs:desired-count'] = 'true';
    }),
  },
  'bounds are set for desired counts of ECS alone': {
    'of anything': spoilStatement('WakeRole', 'application-autoscaling:RegisterScalableTarget', (statement) => {
      delete statement.Condition.StringEquals['application-autoscaling:scalable-dimension'];
    }),
  },
  'services are described by cluster and not by tag, so that unknown ones are unknown': {
    'by tag': spoilStatement('WakeRole', 'ecs:DescribeServices', (statement) => {
      statement.Condition = { StringEquals: { 'aws:ResourceTag/nightporter:managed': 'true' } };
    }),
  },
  'measuring has no condition: there is none that holds for it': {
    'of a namespace': spoilStatement('SleepRole', 'cloudwatch:GetMetricData', (statement) => {
      statement.Condition = { StringEquals: { 'cloudwatch:namespace': 'Nightporter' } };
    }),
  },
  'whoever reads a key that may be absent may list it, else absent reads as forbidden': {
    'no grants listed': spoilStatement('WakeRole', 's3:ListBucket', (statement) => {
      statement.Condition.StringLike['s3:prefix'] = ['services/*'];
    }),
  },
  'whoever deletes on a condition may read': {
    'deletes what it cannot read': spoilStatement('KillRole', 's3:GetObject', (statement) => {
      statement.Resource = statement.Resource.slice(0, 2);
    }),
  },
  'nobody gets a user or a standing key': {
    'a user': add('Agent', { Type: 'AWS::IAM::User' }),
    'a key': add('AgentKey', { Type: 'AWS::IAM::AccessKey' }),
  },

  'a deployment waits for every method and every response of the API': {
    'not for wake': (template) => {
      deployment(template).DependsOn = [deployment(template).DependsOn ?? []]
        .flat()
        .filter((id) => id !== 'ApiGatewayMethodWakePost');
    },
    'not for a response that came later': add('Late', {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: { ResponseType: 'WAF_FILTERED' },
    }),
  },
  'there is one stage, and it shows the deployment': {
    'another deployment': spoil(
      'ApiStage',
      (properties) => (properties.DeploymentId = { Ref: 'ApiGatewayDeployment1' }),
    ),
    'the deployment has one too': (template) => (deployment(template).Properties.StageName = 'dev'),
    'a name with a space': spoil('ApiStage', (properties) => (properties.StageName = 'my stage')),
  },
  'every method hands the whole request to a function that lets the API in': {
    'a mapped request': spoil('ApiGatewayMethodWakePost', (properties) => (properties.Integration.Type = 'AWS')),
    'a name for an ARN': spoil('ApiGatewayMethodWakePost', (properties) => {
      properties.Integration.Uri['Fn::Join'][1] = properties.Integration.Uri['Fn::Join'][1].map((part: any) =>
        part['Fn::GetAtt'] ? { Ref: 'WakeLambdaFunction' } : part,
      );
    }),
    'not let in': remove('WakeLambdaPermissionApiGateway'),
  },
  'every call carries a key or a signature, but for the one that tells how': {
    'an open kill': spoil('ApiGatewayMethodKillPost', (properties) => (properties.ApiKeyRequired = false)),
  },
  'where calls carry a key there is one, with a plan for the stage': {
    'no key in the plan': remove('ApiUsagePlanKey'),
    'no plan': remove('ApiUsagePlan'),
    'a plan for another stage': spoil('ApiUsagePlan', (properties) => (properties.ApiStages[0].Stage = 'other')),
  },
  'no quota: a spent one would refuse kill too': {
    'a quota': spoil('ApiUsagePlan', (properties) => (properties.Quota = { Limit: 300, Period: 'MONTH' })),
  },
  'every method has a throttle of its own': {
    'none for kill': spoil('ApiUsagePlan', (properties) => delete properties.ApiStages[0].Throttle['/kill/POST']),
    'none for the open one': spoil('ApiStage', (properties) => properties.MethodSettings.pop()),
  },
  'every throttle is of a method that there is': {
    'a path that is none': spoil('ApiUsagePlan', (properties) => {
      properties.ApiStages[0].Throttle['/wakes/POST'] = { RateLimit: 1, BurstLimit: 1 };
    }),
  },
  'no body and no key is ever traced': {
    'bodies traced': spoil('ApiStage', (properties) => (properties.MethodSettings[0].DataTraceEnabled = true)),
    'nothing said': spoil('ApiStage', (properties) => delete properties.MethodSettings[1].DataTraceEnabled),
    'keys logged': spoil('ApiStage', (properties) => {
      properties.AccessLogSetting = { Format: '{"key":"$context.identity.apiKey"}' };
    }),
  },
  'a path says which methods it takes to whoever comes with another': {
    'a path says nothing': remove('ApiGatewayResourceWakeOtherMethods'),
    'a path says something else': spoil('ApiGatewayResourceServicesServiceVarHoldOtherMethods', (properties) => {
      const [response] = properties.Integration.IntegrationResponses;
      response.ResponseParameters['method.response.header.Allow'] = "'PUT'";
    }),
  },
  'what the gateway says by itself is a problem like every other': {
    'a wrong key is forbidden': spoil('GatewaySaysInvalidApiKey', (properties) => (properties.StatusCode = '403')),
    'an answer is missing': remove('GatewaySaysThrottled'),
    'another title': spoil('GatewaySaysThrottled', (properties) => {
      properties.ResponseTemplates['application/json'] = properties.ResponseTemplates['application/json'].replace(
        'Too much',
        'Much',
      );
    }),
    'no time to try again': spoil('GatewaySaysThrottled', (properties) => {
      delete properties.ResponseParameters['gatewayresponse.header.Retry-After'];
    }),
    'plain JSON': spoil('GatewaySaysDefault4xx', (properties) => (properties.ResponseParameters = {})),
  },

  'every event goes to a function that there is, by its ARN': {
    'by name': spoil('TaskChanges', (properties) => (properties.Targets[0].Arn = { Ref: 'TaskEventsLambdaFunction' })),
    'to nobody': spoil('Tick', (properties) => (properties.Target.Arn = { 'Fn::GetAtt': ['Other', 'Arn'] })),
  },
  'what cannot be delivered is tried for a while and then kept': {
    'not kept': spoil('Tick', (properties) => delete properties.Target.DeadLetterConfig),
    'tried for a day': spoil('ClosingTime', (properties) => delete properties.Target.RetryPolicy),
    'tried too often': spoil('TaskChanges', (properties) => {
      properties.Targets[0].RetryPolicy.MaximumRetryAttempts = 185;
    }),
  },
  'a rule is let in by its function and by the queue': {
    'not by the function': remove('TaskChangesPermission'),
    'another rule is': spoil(
      'ServiceChangesPermission',
      (properties) => (properties.SourceArn = { 'Fn::GetAtt': ['TaskChanges', 'Arn'] }),
    ),
    'not by the queue': remove('FailedEventsPolicy'),
  },
  'a schedule may call its function and leave what it cannot deliver': {
    'may not call': spoilStatement('ScheduleRole', 'lambda:InvokeFunction', (statement) => statement.Resource.pop()),
    'may not leave': spoilStatement(
      'ScheduleRole',
      'sqs:SendMessage',
      (statement) => (statement.Resource = 'arn:aws:sqs:::x'),
    ),
  },
  'times are such as EventBridge takes': {
    'one minutes, of a rule': spoil('TaskChanges', (properties) => (properties.ScheduleExpression = 'rate(1 minutes)')),
    never: spoil('Tick', (properties) => (properties.ScheduleExpression = 'rate(0 minutes)')),
    'a cron of Unix': spoil('ClosingTime', (properties) => (properties.ScheduleExpression = 'cron(0 23 * * *)')),
  },
  'a schedule is punctual, says for when it was meant, and where': {
    flexible: spoil(
      'Tick',
      (properties) => (properties.FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 }),
    ),
    'no instant': spoil('ClosingTime', (properties) => delete properties.Target.Input),
    'no time zone': spoil('ClosingTime', (properties) => delete properties.ScheduleExpressionTimezone),
  },
  'only services of our clusters are listened to': {
    'every cluster': spoil('TaskChanges', (properties) => delete properties.EventPattern.detail.clusterArn),
    'tasks run by hand': spoil('TaskChanges', (properties) => delete properties.EventPattern.detail.group),
    'every service': spoil('ServiceChanges', (properties) => delete properties.EventPattern.resources),
  },

  'an alarm says when it rings, what it means, and rings somebody': {
    'no comparison': spoil('WakeErrors', (properties) => delete properties.ComparisonOperator),
    'nothing on silence': spoil('WakeErrors', (properties) => delete properties.TreatMissingData),
    'no page': spoil('TickMissing', (properties) => (properties.AlarmDescription = 'No tick has come to its end.')),
    'nobody rung': spoil('DriftLasting', (properties) => delete properties.AlarmActions),
  },
  'silence rings where it means that nothing runs, and nowhere else': {
    'no tick, no alarm': spoil('TickMissing', (properties) => (properties.TreatMissingData = 'notBreaching')),
    'no call, an alarm': spoil('WakeErrors', (properties) => (properties.TreatMissingData = 'breaching')),
  },
  'errors and throttles of every function ring': {
    'not of kill': remove('KillErrors'),
    'of wake twice': spoil(
      'LeasesThrottles',
      (properties) => (properties.Dimensions[0].Value = { Ref: 'WakeLambdaFunction' }),
    ),
  },
  'whatever waits in a queue for failures rings': { 'it does not': remove('FailedEventsWaiting') },
  'errors of the API ring, under the name that it has': {
    'another name': spoil('ApiServerErrors', (properties) => (properties.Dimensions[0].Value = 'dev-nightporter')),
    'another stage': spoil('ApiStage', (properties) => (properties.StageName = 'prod')),
    'no alarm': remove('ApiServerErrors'),
  },
  'a metric of a function is of one that there is': {
    'a function that is gone': remove('HoldsLambdaFunction'),
    'another name on the dashboard': spoilDashboard('nightporter-dev-wake', 'nightporter-wake'),
    'no name': spoil('WakeErrors', (properties) => delete properties.Dimensions),
  },
  'what is alarmed on or drawn is what is emitted, and the other way round': {
    'nobody emits it': spoil('DriftLasting', (properties) => (properties.MetricName = 'Drifted')),
    'nobody looks at it': spoilDashboard('WakeLatencyMs', 'ServicesAwake'),
  },
  'our metrics go by the namespace and the one dimension that the functions are told': {
    'no dimension': spoil('TickMissing', (properties) => delete properties.Dimensions),
    'another dimension': spoilDashboard('"Deployment"', '"Service"'),
    'another deployment': spoil(
      'WakeLambdaFunction',
      (properties) => (properties.Environment.Variables.DEPLOYMENT = 'prod'),
    ),
    'another namespace': spoil('StartsFailing', (properties) => (properties.Namespace = 'Fluidity')),
  },
  'what a tick emits rings when it matters': { 'not when it is too late': remove('NightlyKillTooLate') },

  ...REGISTRY_PLANTS,
};

let packaged: Packaged;
beforeAll(async () => {
  packaged = await packageHollowStack();
}, 120_000);
afterAll(() => discard(packaged));

describe.each(Object.keys(PLANTS) as RuleName[])('%s', (name) => {
  it.each(Object.entries(PLANTS[name]))('finds a fault: %s', (_, plant) => {
    const template = structuredClone(packaged.template);
    expect(RULES[name](template)).toEqual([]);
    plant(template);
    expect(RULES[name](template)).not.toEqual([]);
  });
});
