import type { KnownGaps } from './support/with-known-gaps.ts';

/**
 * What an implementation of AWS that we test against does differently from AWS, by the contract case that shows it.
 * A case named here has to fail on that backend: when it passes, the run fails until its line is gone.
 *
 * No contract asks for what none of them does: a write in flight (409), an answer that is lost, a bucket that asks for
 * a pause, a listing of services in pages, partial metric data, a quota. The scripted and simulated AWS of
 * test/support do.
 */
export const motoS3Gaps: KnownGaps = {};

export const ministackS3Gaps: KnownGaps = {};

const NO_DIGEST = 'moto keeps a digest, and looks at it, only if the request names its algorithm in another header';

export const motoRegistryGaps: KnownGaps = {
  'proven bytes: s3 > are kept with their metadata and digest': NO_DIGEST,
  'proven bytes: s3 > are refused when they are others than those of the proof, and nothing is kept': NO_DIGEST,
  'a signed address > has the digest kept that was signed': NO_DIGEST,
  'a signed address > refuses another developer, another key, and other bytes': 'moto believes every signature',
};

export const ministackRegistryGaps: KnownGaps = {};

const NO_TASKS =
  'moto counts a task as running the moment it is wanted, but there is none: its services start no tasks';

export const motoFleetGaps: KnownGaps = {
  'fleet: ecs > starting > answers before any task runs, and a task follows': NO_TASKS,
  'fleet: ecs > starting > tells where clients connect once that is known, and not before': NO_TASKS,
  'fleet: ecs > starting > calls a task healthy once its health check has passed': NO_TASKS,
  'fleet: ecs > starting > starts one task, however often one is wanted': NO_TASKS,
  'fleet: ecs > stopping > stops the task, and keeps it with the code and the reason of its end': NO_TASKS,
  'fleet: ecs > stopping > never shows a task in an earlier status than before': NO_TASKS,
  'fleet: ecs > stopping > starts another task after that, under an id of its own': NO_TASKS,
  'fleet: ecs > puts another task in the place of one that ended by itself, and tells how that one ended': NO_TASKS,
};

const NO_ADDRESS = 'its tasks have no network interface, hence no address, and their health is never known';

export const ministackFleetGaps: KnownGaps = {
  'fleet: ecs > starting > answers before any task runs, and a task follows':
    'MiniStack runs the task before it answers the call that wants it',
  'fleet: ecs > starting > tells where clients connect once that is known, and not before': NO_ADDRESS,
  'fleet: ecs > starting > calls a task healthy once its health check has passed': NO_ADDRESS,
  'fleet: ecs > starting > starts one task, however often one is wanted': {
    unsteady: 'of calls at the same time that want one task, now and then two start one each',
  },
  'fleet: ecs > stopping > stops the task, and keeps it with the code and the reason of its end':
    'MiniStack says UserInitiated of a task that its scheduler stopped',
  'fleet: ecs > puts another task in the place of one that ended by itself, and tells how that one ended':
    'no container runs in its tasks, so none ends by itself',
};

export const ministackActivityGaps: KnownGaps = {};

export const motoActivityGaps: KnownGaps = {
  'activity: cloudwatch > reads any metric by namespace and name: at the limit':
    'moto ignores the namespace of a metric that has dimensions, and answers with the largest of all namespaces',
};

export const ministackStackGaps: KnownGaps = {
  'asked > tells that of a service with a health check and a network interface too': NO_ADDRESS,
  'told > is told of a task that stopped': 'the ECS of MiniStack tells EventBridge nothing',
  'beside it > answers for Application Auto Scaling':
    'MiniStack has no Application Auto Scaling: the functions are sent to that of moto',
  'beside it > tells a schedule the instant it was meant for':
    'MiniStack hands over <aws.scheduler.scheduled-time> as it stands',
};

/** Resources that companion stacks have, and are deployed without. */
const notMade = (reason: string, kinds: readonly string[]): KnownGaps =>
  Object.fromEntries(kinds.map((kind) => [`a resource > that is ${kind}`, reason]));

const MADE_BY_NEITHER = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::Budgets::Budget',
  'AWS::CE::AnomalyMonitor',
  'AWS::CE::AnomalySubscription',
  'AWS::CloudTrail::Trail',
  'AWS::CloudWatch::Alarm on several metrics',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::IAM::OIDCProvider',
  'AWS::WAFv2::WebACLAssociation',
];

export const ministackCompanionGaps: KnownGaps = {
  ...notMade('the CloudFormation of MiniStack does not make it: stacks are deployed without it', [
    ...MADE_BY_NEITHER,
    'AWS::Batch::ComputeEnvironment',
    'AWS::Batch::JobDefinition',
    'AWS::Batch::JobQueue',
    'AWS::EC2::EIP',
    'AWS::EC2::FlowLog',
    'AWS::EC2::NatGateway',
    'AWS::EC2::SecurityGroupIngress',
  ]),
  'changed > services carry the new words': 'MiniStack keeps the tags that a service was made with',
};

export const motoCompanionGaps: KnownGaps = {
  ...notMade('the CloudFormation of moto passes over it: stacks are deployed without it', [
    ...MADE_BY_NEITHER,
    'AWS::CertificateManager::Certificate',
    'AWS::CloudWatch::Alarm',
    'AWS::Logs::MetricFilter',
    'AWS::S3::BucketPolicy',
    'AWS::SNS::Subscription',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::QueuePolicy',
    'AWS::WAFv2::WebACL',
  ]),
};

/** What is put right on the way, so that cases can run at all; whatever does that fails once it is not needed. */
const mended = {
  'told_keys.py': 'MiniStack does not tell a function whose key the gateway has accepted: told_keys.py does',
  'known_attributes.py': 'MiniStack does not tell every attribute of what it makes: known_attributes.py does',
  'written_counts.py':
    'MiniStack makes no number of a count in a template, nor sends it with every change: written_counts.py does',
};

/** All of them, by whose they are: a run ends with them. */
export const KNOWN_GAPS: Readonly<Record<string, readonly KnownGaps[]>> = {
  moto: [motoS3Gaps, motoRegistryGaps, motoFleetGaps, motoActivityGaps, motoCompanionGaps],
  MiniStack: [
    ministackS3Gaps,
    ministackRegistryGaps,
    ministackFleetGaps,
    ministackActivityGaps,
    ministackStackGaps,
    ministackCompanionGaps,
    mended,
  ],
};
