import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** What every client needs to reach an implementation of AWS that believes any key. */
const believingAny = (endpoint: string) => ({
  endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});

/** Checksums as the deployed functions' client has them; the bucket in the path, for want of a name for each. */
export const s3On = (endpoint: string): S3Client =>
  new S3Client({
    ...believingAny(endpoint),
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

/** Amazon ECS's own limits, which these do not hold anybody to: services described, tasks described, a page. */
const ECS_LIMITS = { services: 10, tasks: 100, maxResults: 100 } as const;

export const ecsOn = (endpoint: string): ECSClient => {
  const ecs = new ECSClient(believingAny(endpoint));
  ecs.middlewareStack.add(
    (next) => (args) => {
      for (const [field, limit] of Object.entries(ECS_LIMITS)) {
        const value = (args.input as Readonly<Record<string, unknown>>)[field];
        const size = Array.isArray(value) ? value.length : Number(value ?? 0);
        if (size > limit) throw new Error(`${size} ${field}, but ECS takes ${limit} at once`);
      }
      return next(args);
    },
    { step: 'initialize', name: 'limitsOfEcs' },
  );
  return ecs;
};

export const ec2On = (endpoint: string): EC2Client => new EC2Client(believingAny(endpoint));

export const scalingOn = (endpoint: string): ApplicationAutoScalingClient =>
  new ApplicationAutoScalingClient(believingAny(endpoint));

export const cloudWatchOn = (endpoint: string): CloudWatchClient => new CloudWatchClient(believingAny(endpoint));

export const snsOn = (endpoint: string): SNSClient => new SNSClient(believingAny(endpoint));

export const sqsOn = (endpoint: string): SQSClient => new SQSClient(believingAny(endpoint));
