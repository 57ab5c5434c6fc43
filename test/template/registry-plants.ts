import { remove, resource, spoil, spoilStatement, type Plant } from './planting.ts';
import type { registryRules } from './rules/registry.ts';

const lifecycleRule = (id: string, change: (rule: any) => void): Plant =>
  spoil('RegistryBucket', ({ LifecycleConfiguration: { Rules } }) => {
    const rule = Rules.find(({ Id }: any) => Id === id);
    if (!rule) throw new Error(`there is no rule ${id} to spoil`);
    change(rule);
  });

const refusal = (sid: string, change: (statement: any) => void): Plant =>
  spoil('RegistryBucketPolicy', ({ PolicyDocument: { Statement } }) => {
    const statement = Statement.find(({ Sid }: any) => Sid === sid);
    if (!statement) throw new Error(`there is no statement ${sid} to spoil`);
    change(statement);
  });

const letIn = (more: object): Plant =>
  spoil('RegistryBucketPolicy', ({ PolicyDocument: { Statement } }) => {
    Statement.push({ Sid: 'Planted', Effect: 'Allow', Principal: { AWS: '210987654321' }, ...more });
  });

/** The planted bucket has no copy; a right one is spoilt here. */
const replicated =
  (change: (rule: any, role: any) => void): Plant =>
  (template) => {
    const rule = { Id: 'copy', Filter: { Prefix: 'packages/' }, DeleteMarkerReplication: { Status: 'Disabled' } };
    const statement = { Action: ['s3:ReplicateObject'], Resource: 'arn:aws:s3:::copies/packages/*' };
    const role = {
      AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 's3.amazonaws.com' } }] },
      Policies: [{ PolicyDocument: { Statement: [statement] } }],
    };
    change(rule, role);
    template.Resources['Copier'] = { Type: 'AWS::IAM::Role', Properties: role };
    resource(template, 'RegistryBucket').Properties.ReplicationConfiguration = {
      Role: { 'Fn::GetAtt': ['Copier', 'Arn'] },
      Rules: [rule],
    };
  };

const mapping = (change: (properties: any) => void): Plant =>
  spoil('PackageProcessorEventSourceMappingSQSArrivedUploads', change);

/** What would break each rule about the registry. */
export const REGISTRY_PLANTS: Readonly<Record<keyof typeof registryRules, Readonly<Record<string, Plant>>>> = {
  'the registry keeps every version': {
    suspended: spoil('RegistryBucket', (properties) => (properties.VersioningConfiguration.Status = 'Suspended')),
    'nothing said': spoil('RegistryBucket', (properties) => delete properties.VersioningConfiguration),
  },
  'nothing that is published ever expires': {
    'those that nobody fetches': lifecycleRule('packages-that-nobody-fetches', (rule) => (rule.ExpirationInDays = 365)),
    'a rule for everything': lifecycleRule('marks-of-deleted-uploads', (rule) => delete rule.Prefix),
    'old versions of packages': lifecycleRule('indexes-of-last-month', (rule) => (rule.Prefix = 'packages/')),
    'packages of one developer': lifecycleRule('indexes-of-last-month', (rule) => (rule.Prefix = 'packages/acme/')),
    'everything that begins alike': lifecycleRule('indexes-of-last-month', (rule) => (rule.Prefix = 'pack')),
  },
  'what is published is read as fast in whatever class it is kept': {
    'an archive': lifecycleRule(
      'packages-that-nobody-fetches',
      (rule) => (rule.Transitions[0].StorageClass = 'GLACIER'),
    ),
  },
  'nothing is locked by default': {
    'everything is': spoil('RegistryBucket', (properties) => {
      properties.ObjectLockConfiguration = { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } } };
    }),
  },
  'a copy is made of what is published alone, by a role that can do nothing else': {
    'of uploads as well': replicated((rule) => (rule.Filter.Prefix = '')),
    'with the marks of what was deleted': replicated((rule) => (rule.DeleteMarkerReplication.Status = 'Enabled')),
    'by nobody': replicated((rule, role) => (role.AssumeRolePolicyDocument.Statement[0].Principal.Service = 'x')),
    'with more written': replicated(
      (rule, role) => (role.Policies[0].PolicyDocument.Statement[0].Resource = 'arn:aws:s3:::copies/*'),
    ),
  },
  'uploads and verdicts are forgotten in time, with their old versions and the marks of deleted ones': {
    'uploads too soon': lifecycleRule('uploads-that-nobody-took', (rule) => (rule.ExpirationInDays = 1)),
    'verdicts never': lifecycleRule('verdicts-that-everybody-has-read', (rule) => (rule.Status = 'Disabled')),
    'old versions never': lifecycleRule('uploads-that-nobody-took', (rule) => delete rule.NoncurrentVersionExpiration),
    'marks never': lifecycleRule('marks-of-deleted-verdicts', (rule) => delete rule.ExpiredObjectDeleteMarker),
    'what S3 refuses': lifecycleRule('uploads-that-nobody-took', (rule) => (rule.ExpiredObjectDeleteMarker = true)),
  },
  'parts of uploads that nobody finishes are forgotten': {
    'they are not': lifecycleRule('uploads-that-nobody-took', (rule) => delete rule.AbortIncompleteMultipartUpload),
  },
  'what is published is written once': {
    'signatures twice': refusal('PublishedOnlyOnce', (statement) => statement.Resource.splice(2, 1)),
    'or on another condition': refusal('PublishedOnlyOnce', (statement) => {
      statement.Condition.Null['s3:if-match'] = 'true';
    }),
    'the other way round': refusal('PublishedOnlyOnce', (statement) => {
      statement.Condition.Null['s3:if-none-match'] = 'false';
    }),
  },
  'nothing under packages/ and index/ is written without a condition': {
    'indexes are': refusal('WrittenOnlyOnCondition', (statement) => statement.Resource.pop()),
    'no condition will do': refusal('WrittenOnlyOnCondition', (statement) => {
      delete statement.Condition.Null['s3:if-match'];
    }),
    'nothing is refused': spoil('RegistryBucketPolicy', ({ PolicyDocument }) => PolicyDocument.Statement.splice(1)),
  },
  'nothing under packages/ is deleted, not even behind a mark': {
    'behind a mark': refusal('NeverDeleted', (statement) => (statement.Action = ['s3:DeleteObjectVersion'])),
    'over an open line only': refusal('NeverDeleted', (statement) => {
      statement.Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    }),
  },
  'what is refused is refused to everybody but one role': {
    'to one account': refusal('NeverDeleted', (statement) => (statement.Principal = { AWS: '210987654321' })),
    'but to every role': refusal('NeverDeleted', (statement) => {
      statement.Condition = { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/*' } };
    }),
    'in some places': refusal('NeverDeleted', (statement) => {
      statement.Condition = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
    }),
  },
  'readers read what is published, and nothing else': {
    uploads: letIn({ Action: 's3:GetObject', Resource: { 'Fn::Sub': '${RegistryBucket.Arn}/uploads/*' } }),
    everything: letIn({ Action: 's3:GetObject', Resource: { 'Fn::Sub': '${RegistryBucket.Arn}/*' } }),
    'lists of everything': letIn({ Action: 's3:ListBucket', Resource: { 'Fn::GetAtt': ['RegistryBucket', 'Arn'] } }),
    'and write': letIn({ Action: 's3:PutObject', Resource: { 'Fn::Sub': '${RegistryBucket.Arn}/packages/*' } }),
    'whoever they are': letIn({
      Action: 's3:GetObject',
      Resource: { 'Fn::Sub': '${RegistryBucket.Arn}/index/*' },
      Principal: '*',
    }),
  },
  'the bucket tells of all that comes under uploads/, and its queue lets it in': {
    'copies are not told of': spoil('RegistryBucket', ({ NotificationConfiguration }) => {
      NotificationConfiguration.QueueConfigurations[0].Event = 's3:ObjectCreated:Put';
    }),
    'checksums are not told of': spoil('RegistryBucket', ({ NotificationConfiguration }) => {
      NotificationConfiguration.QueueConfigurations[0].Filter.S3Key.Rules.push({ Name: 'suffix', Value: '.apkg' });
    }),
    'no policy': remove('ArrivedUploadsPolicy'),
    'any bucket of that name': spoil('ArrivedUploadsPolicy', ({ PolicyDocument }) => {
      delete PolicyDocument.Statement[0].Condition.StringEquals;
    }),
    'another bucket': spoil('ArrivedUploadsPolicy', ({ PolicyDocument }) => {
      PolicyDocument.Statement[0].Condition.ArnEquals['aws:SourceArn'] = 'arn:aws:s3:::another';
    }),
    'before its policy is there': (template) => delete resource(template, 'RegistryBucket').DependsOn,
  },
  'a queue waits longer than six times its function': {
    'just as long': spoil('ArrivedUploads', (properties) => (properties.VisibilityTimeout = 900)),
    'nothing said': spoil('ArrivedUploads', (properties) => delete properties.VisibilityTimeout),
  },
  'a message is tried five times, then kept as long as a queue can': {
    'tried for ever': spoil('ArrivedUploads', (properties) => delete properties.RedrivePolicy),
    'given up at once': spoil('ArrivedUploads', (properties) => (properties.RedrivePolicy.maxReceiveCount = 1)),
    'kept for four days': spoil('FailedUploads', (properties) => delete properties.MessageRetentionPeriod),
  },
  'an upload is there as long as the message that tells of it': {
    'it is not': lifecycleRule('uploads-that-nobody-took', (rule) => (rule.ExpirationInDays = 13)),
  },
  'a bad message does not have the good ones done again, and a crowd does not crowd out the others': {
    'all or nothing': mapping((properties) => delete properties.FunctionResponseTypes),
    'hundreds at once': mapping((properties) => (properties.BatchSize = 100)),
    'without bound': mapping((properties) => delete properties.ScalingConfig),
    'a bound that costs attempts': spoil('PackageProcessorLambdaFunction', (properties) => {
      properties.ReservedConcurrentExecutions = 1;
    }),
  },
  'whoever takes messages may': {
    'may not remove them': spoilStatement('PackageProcessorRole', 'sqs:DeleteMessage', (statement) => {
      statement.Action = ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'];
    }),
    'of another queue': spoilStatement('PackageProcessorRole', 'sqs:ReceiveMessage', (statement) => {
      statement.Resource = { 'Fn::GetAtt': ['FailedUploads', 'Arn'] };
    }),
    'by name': mapping((properties) => (properties.FunctionName = { Ref: 'PackageProcessorLambdaFunction' })),
  },
  'a queue is encrypted': {
    'in the open': spoil('FailedUploads', (properties) => (properties.SqsManagedSseEnabled = false)),
  },
  'whoever reads packages in one piece has room for them': {
    'no room': spoil('RegistrySweepLambdaFunction', (properties) => (properties.MemorySize = 512)),
  },
};
