import { functions, isArn, listed, mayDo, ofType, target, text, type Rule, type Template } from './template.ts';

const BUCKET = 'RegistryBucket';
const DAY_SECONDS = 86_400;

const bucketOf = ({ Resources }: Template): any => Resources[BUCKET]?.Properties;

const lifecycle = (template: Template): readonly any[] => bucketOf(template)?.LifecycleConfiguration?.Rules ?? [];

const policy = (template: Template): readonly any[] =>
  ofType(template, 'AWS::S3::BucketPolicy').find(([, { Properties }]) => target(Properties.Bucket) === BUCKET)?.[1]
    .Properties.PolicyDocument.Statement ?? [];

/** The keys or patterns of the bucket that a statement speaks of; `null` is the bucket itself. */
const patterns = ({ Resource }: any): readonly (string | null)[] =>
  listed<any>(Resource).map((one) => /^[^/]+\/(.*)$/.exec(text(one))?.[1] ?? null);

/** What is refused to everybody, but over an open line: that is another rule's business. */
const refusals = (template: Template): readonly any[] =>
  policy(template).filter(({ Effect, Condition }) => Effect === 'Deny' && !Condition?.Bool);

const refuses = (template: Template, action: string, pattern: string, absent: readonly string[]): boolean =>
  refusals(template).some((statement) => {
    const demanded = Object.entries(statement.Condition?.Null ?? {});
    return (
      listed(statement.Action).includes(action) &&
      patterns(statement).includes(pattern) &&
      demanded.length === absent.length &&
      demanded.every(([key, value]) => absent.includes(key) && value === 'true')
    );
  });

const ONCE = ['package.apkg', 'package.sha256', 'package.sig', 'release.json'];

const mappings = (template: Template) => ofType(template, 'AWS::Lambda::EventSourceMapping');

/** A function that takes messages, their queue, and the queue of those that were given up. */
const takers = (template: Template) =>
  mappings(template).map(([id, { Properties }]) => {
    const queueId = target(Properties.EventSourceArn) ?? '';
    const queue = template.Resources[queueId]?.Properties ?? {};
    const dead = template.Resources[target(queue.RedrivePolicy?.deadLetterTargetArn) ?? '']?.Properties;
    const taker = template.Resources[target(Properties.FunctionName) ?? '']?.Properties;
    return { id, mapping: Properties, queueId, queue, dead, taker };
  });

const READABLE = ['packages/*', 'index/*'];

export const registryRules = {
  'the registry keeps every version': (template) =>
    bucketOf(template)?.VersioningConfiguration?.Status === 'Enabled' ? [] : [`${BUCKET} forgets`],

  'nothing that is published ever expires': (template) =>
    lifecycle(template)
      .filter(({ Prefix = '' }) => 'packages/'.startsWith(Prefix) || Prefix.startsWith('packages/'))
      .filter((rule) => Object.keys(rule).some((key) => /Expir|Noncurrent/.test(key)))
      .map(({ Id }) => `${Id} takes packages away`),

  'what is published is read as fast in whatever class it is kept': (template) =>
    lifecycle(template)
      .flatMap(({ Transitions = [] }) => Transitions)
      .filter(({ StorageClass }: any) => StorageClass !== 'INTELLIGENT_TIERING')
      .map(({ StorageClass }: any) => `${StorageClass} keeps readers waiting, or charges them`),

  'nothing is locked by default': (template) =>
    bucketOf(template)?.ObjectLockConfiguration?.Rule === undefined ? [] : ['uploads could not be taken away'],

  'a copy is made of what is published alone, by a role that can do nothing else': (template) => {
    const { Role, Rules = [] } = bucketOf(template)?.ReplicationConfiguration ?? {};
    if (Role === undefined) return [];
    const role = template.Resources[target(Role) ?? '']?.Properties;
    const statements: any[] = role?.Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement) ?? [];
    const writes = statements.filter(({ Action }) => listed<string>(Action).some((action) => /Replicate/.test(action)));
    return [
      ...Rules.filter(({ Filter }: any) => Filter?.Prefix !== 'packages/').map(({ Id }: any) => `${Id} copies more`),
      ...Rules.filter(({ DeleteMarkerReplication }: any) => DeleteMarkerReplication?.Status !== 'Disabled').map(
        ({ Id }: any) => `${Id} hides what is hidden here`,
      ),
      ...writes
        .filter(({ Resource }) => !/:s3:::[^*]+\/packages\/\*$/.test(text(Resource)))
        .map(() => 'it writes elsewhere too'),
      ...(writes.length > 0 && role.AssumeRolePolicyDocument.Statement[0].Principal.Service === 's3.amazonaws.com'
        ? []
        : ['nobody copies']),
    ];
  },

  'uploads and verdicts are forgotten in time, with their old versions and the marks of deleted ones': (template) =>
    [
      ['uploads/', 14],
      ['results/', 90],
    ].flatMap(([prefix, days]) => {
      const rules = lifecycle(template).filter(({ Prefix, Status }) => Prefix === prefix && Status === 'Enabled');
      return [
        ...(rules.some(({ ExpirationInDays }) => ExpirationInDays === days) ? [] : [`${prefix} is not kept so long`]),
        ...(rules.some((rule) => rule.NoncurrentVersionExpiration?.NoncurrentDays > 0)
          ? []
          : [`${prefix} keeps old versions`]),
        ...(rules.some((rule) => rule.ExpiredObjectDeleteMarker === true) ? [] : [`${prefix} keeps delete markers`]),
        ...rules
          .filter((rule) => rule.ExpiredObjectDeleteMarker !== undefined && rule.ExpirationInDays !== undefined)
          .map(({ Id }) => `${Id}: S3 takes days or delete markers`),
      ];
    }),

  'parts of uploads that nobody finishes are forgotten': (template) =>
    lifecycle(template).some((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation > 0)
      ? []
      : ['parts are kept for ever'],

  'what is published is written once': (template) =>
    ONCE.filter((name) => !refuses(template, 's3:PutObject', `packages/*/${name}`, ['s3:if-none-match'])).map(
      (name) => `${name} can be written twice`,
    ),

  'nothing under packages/ and index/ is written without a condition': (template) =>
    READABLE.filter((pattern) => !refuses(template, 's3:PutObject', pattern, ['s3:if-none-match', 's3:if-match'])).map(
      (pattern) => `${pattern} is written blindly`,
    ),

  'nothing under packages/ is deleted, not even behind a mark': (template) =>
    ['s3:DeleteObject', 's3:DeleteObjectVersion']
      .filter((action) => !refuses(template, action, 'packages/*', []))
      .map((action) => `${action} is not refused`),

  'what is refused is refused to everybody but one role': (template) =>
    refusals(template)
      .filter(({ Principal, Condition = {} }) => {
        const { Null: _, ArnNotEquals = {}, ...others } = Condition;
        const exempt = Object.entries(ArnNotEquals);
        const isOneRole = exempt.every(
          ([key, value]) => key === 'aws:PrincipalArn' && /^arn:[^*]+:role\/[^*]+$/.test(String(value)),
        );
        return Principal !== '*' || Object.keys(others).length > 0 || exempt.length > 1 || !isOneRole;
      })
      .map(({ Sid }) => `${Sid} is not for everybody`),

  'readers read what is published, and nothing else': (template) =>
    policy(template)
      .filter(({ Effect }) => Effect === 'Allow')
      .filter(({ Action, Condition, Principal, ...statement }) => {
        const keys = Action === 's3:ListBucket' ? listed(Condition?.StringLike?.['s3:prefix']) : patterns(statement);
        const isRead = ['s3:GetObject', 's3:ListBucket'].includes(Action);
        return !isRead || keys.length === 0 || keys.some((key) => !READABLE.includes(String(key))) || !Principal.AWS;
      })
      .map(({ Sid }) => `${Sid} lets in too much`),

  'the bucket tells of all that comes under uploads/, and its queue lets it in': (template) => {
    const told = bucketOf(template)?.NotificationConfiguration?.QueueConfigurations ?? [];
    const name = text(bucketOf(template)?.BucketName ?? '');
    const isWhole = told.some(({ Event, Filter }: any) => {
      const [rule, ...others] = Filter?.S3Key?.Rules ?? [];
      return Event === 's3:ObjectCreated:*' && rule?.Name === 'prefix' && rule.Value === 'uploads/' && !others.length;
    });
    const shut = told.filter(({ Queue }: any) => {
      const open = ofType(template, 'AWS::SQS::QueuePolicy').find(([, { Properties }]) =>
        Properties.PolicyDocument.Statement.some(
          ({ Principal, Resource, Condition }: any) =>
            Principal.Service === 's3.amazonaws.com' &&
            target(Resource) === target(Queue) &&
            text(Condition?.ArnEquals?.['aws:SourceArn'] ?? '') === `arn:aws:s3:::${name}` &&
            Condition?.StringEquals?.['aws:SourceAccount']?.Ref === 'AWS::AccountId',
        ),
      );
      // S3 tries the queue when it is told of it.
      return !open || !listed(template.Resources[BUCKET]?.DependsOn).includes(open[0]);
    });
    return [
      ...(isWhole ? [] : ['not every upload is told of']),
      ...shut.map(({ Queue }: any) => `${target(Queue)} is shut`),
    ];
  },

  'a queue waits longer than six times its function': (template) =>
    takers(template)
      .filter(({ queue, taker }) => !(queue.VisibilityTimeout > 6 * taker?.Timeout))
      .map(({ queueId }) => `${queueId} tells it again too soon`),

  'a message is tried five times, then kept as long as a queue can': (template) =>
    takers(template)
      .filter(
        ({ queue, dead }) =>
          queue.RedrivePolicy?.maxReceiveCount !== 5 || dead?.MessageRetentionPeriod !== 14 * DAY_SECONDS,
      )
      .map(({ queueId }) => `${queueId} loses what fails`),

  'an upload is there as long as the message that tells of it': (template) => {
    const kept = lifecycle(template).find(({ Prefix, ExpirationInDays }) => Prefix === 'uploads/' && ExpirationInDays);
    return takers(template)
      .flatMap(({ queue, dead }) => [queue, dead])
      .filter((queue) => !(queue?.MessageRetentionPeriod <= (kept?.ExpirationInDays ?? 0) * DAY_SECONDS))
      .map(() => 'a message outlives its upload');
  },

  'a bad message does not have the good ones done again, and a crowd does not crowd out the others': (template) =>
    takers(template).flatMap(({ id, mapping, taker }) => [
      ...(mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') ? [] : [`${id} fails as a whole`]),
      ...(mapping.BatchSize <= 10 ? [] : [`${id} takes too many at once`]),
      ...(mapping.ScalingConfig?.MaximumConcurrency >= 2 && mapping.ScalingConfig.MaximumConcurrency <= 10
        ? []
        : [`${id} has no bound`]),
      // Messages that it has no room for would count as tried.
      ...(taker?.ReservedConcurrentExecutions === undefined ? [] : [`${id} is bounded at the wrong end`]),
    ]),

  'whoever takes messages may': (template) =>
    takers(template).flatMap(({ id, mapping, queueId, taker }) =>
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
        .filter((action) => !mayDo(template.Resources[target(taker?.Role) ?? ''], action, queueId))
        .map((action) => `${id} may not ${action}`)
        .concat(isArn(mapping.FunctionName) ? [] : [`${id} names no ARN`]),
    ),

  'a queue is encrypted': (template) =>
    ofType(template, 'AWS::SQS::Queue')
      .filter(([, { Properties }]) => Properties?.SqsManagedSseEnabled !== true)
      .map(([id]) => `${id} is not`),

  'whoever reads packages in one piece has room for them': (template) =>
    functions(template)
      .filter(
        ([, { Properties }]) =>
          Properties.Environment?.Variables?.UPLOADER_ID !== undefined && !(Properties.MemorySize >= 2048),
      )
      .map(([id]) => `${id} is too small`),
} as const satisfies Readonly<Record<string, Rule>>;
