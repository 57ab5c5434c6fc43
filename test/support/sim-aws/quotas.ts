import type { Call } from './account.ts';

interface Quota {
  readonly burst: number;
  readonly perSecond: number;
}

/** Amazon ECS, per account and region: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html */
const ECS_SERVICE_READS: Quota = { burst: 100, perSecond: 20 };
const ECS_SERVICE_WRITES: Quota = { burst: 50, perSecond: 5 };
const ECS_TASK_READS: Quota = { burst: 100, perSecond: 20 };
const ECS_DEFINITION_READS: Quota = { burst: 50, perSecond: 20 };
/** Filtered reads of Amazon EC2: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
const EC2_READS: Quota = { burst: 100, perSecond: 20 };
/** "Rate of GetMetricData requests": https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
const CLOUDWATCH_DATA: Quota = { burst: 500, perSecond: 500 };
/** Application Auto Scaling publishes none: an assumption, below what others grant. */
const SCALING_READS: Quota = { burst: 50, perSecond: 10 };
const SCALING_WRITES: Quota = { burst: 50, perSecond: 5 };

/** Actions of one kind share a bucket. What is not here (Amazon S3) is not limited at the rates in question. */
const BUCKETS: Readonly<Record<string, readonly [bucket: string, quota: Quota]>> = {
  'ecs ListServices': ['ecs service reads', ECS_SERVICE_READS],
  'ecs DescribeServices': ['ecs service reads', ECS_SERVICE_READS],
  'ecs UpdateService': ['ecs service writes', ECS_SERVICE_WRITES],
  'ecs ListTasks': ['ecs task reads', ECS_TASK_READS],
  'ecs DescribeTasks': ['ecs task reads', ECS_TASK_READS],
  'ecs DescribeTaskDefinition': ['ecs definition reads', ECS_DEFINITION_READS],
  'ec2 DescribeNetworkInterfaces': ['ec2 reads', EC2_READS],
  'cloudwatch GetMetricData': ['cloudwatch data', CLOUDWATCH_DATA],
  'application-autoscaling DescribeScalableTargets': ['scaling reads', SCALING_READS],
  'application-autoscaling RegisterScalableTarget': ['scaling writes', SCALING_WRITES],
};

/** Nobody's clock is finer. */
const ROUNDING = 1e-6;

/** The token buckets of one account: full at first, filled steadily, shared by everybody who calls. */
export const quotas = (now: () => number) => {
  const levels = new Map<string, { readonly tokens: number; readonly at: number }>();
  return {
    /** false: too much at once. */
    take: ({ service, operation }: Call): boolean => {
      const entry = BUCKETS[`${service} ${operation}`];
      if (!entry) return true;
      const [bucket, { burst, perSecond }] = entry;
      const { tokens, at } = levels.get(bucket) ?? { tokens: burst, at: now() };
      const level = Math.min(burst, tokens + ((now() - at) / 1_000) * perSecond);
      const isGranted = level + ROUNDING >= 1;
      levels.set(bucket, { tokens: isGranted ? level - 1 : level, at: now() });
      return isGranted;
    },
  };
};
