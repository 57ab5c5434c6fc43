import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient, type ECSClientConfig } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

type Handler = ECSClient['config']['requestHandler'];

/** The connections of all clients of one function, and how many requests went over them. */
export interface Connections {
  readonly requestHandler: Handler;
  /** Attempts, each of which takes a token of the account's quota. */
  readonly requests: () => number;
}

/** A region is always near: what has not been answered by then never will be, and is asked anew. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 6_000, throwOnRequestTimeout: true };

/** Slows down when AWS says so, instead of adding to the crowd. */
const PATIENCE = { retryMode: 'adaptive', maxAttempts: 4 } as const;

/** Where AWS is and who asks, where it is not the environment that says so. */
export type Elsewhere = Pick<ECSClientConfig, 'region' | 'endpoint' | 'credentials'>;

/** Packages are large: there is time for one of them on a slow day, and none for a connection that says nothing. */
const TIMEOUTS_FOR_PACKAGES = { ...TIMEOUTS, requestTimeout: 60_000, socketTimeout: 10_000 };

/** The client that brings the connections. */
export const ecsClient = (elsewhere: Elsewhere = {}): ECSClient =>
  new ECSClient({ ...PATIENCE, requestHandler: TIMEOUTS, ...elsewhere });

/** Those of a client, counted from now on and ready to serve the others: every host has its own pool anyway. */
export const connectionsOf = ({ config }: { readonly config: { requestHandler: Handler } }): Connections => {
  const { requestHandler } = config;
  let requests = 0;
  const counted: Handler = Object.create(requestHandler, {
    handle: {
      value: (...request: Parameters<Handler['handle']>) => {
        requests += 1;
        return requestHandler.handle(...request);
      },
    },
  });
  config.requestHandler = counted;
  return { requestHandler: counted, requests: () => requests };
};

type Shared = Pick<Connections, 'requestHandler'>;

export const scalingClient = ({ requestHandler }: Shared): ApplicationAutoScalingClient =>
  new ApplicationAutoScalingClient({ ...PATIENCE, requestHandler });

/** Without the checksums of later SDKs: TLS carries the documents safely, and each of them is a hash for nothing. */
const NO_CHECKSUMS = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

export const s3Client = ({ requestHandler }: Shared, elsewhere: Elsewhere = {}): S3Client =>
  new S3Client({ ...PATIENCE, ...NO_CHECKSUMS, ...elsewhere, requestHandler });

/** The one that carries packages, and brings the connections where there is nothing of ECS. */
export const packagesClient = (elsewhere: Elsewhere = {}): S3Client =>
  new S3Client({ ...PATIENCE, ...NO_CHECKSUMS, requestHandler: TIMEOUTS_FOR_PACKAGES, ...elsewhere });

export const cloudWatchClient = ({ requestHandler }: Shared): CloudWatchClient =>
  new CloudWatchClient({ ...PATIENCE, requestHandler });

export const snsClient = ({ requestHandler }: Shared): SNSClient => new SNSClient({ ...PATIENCE, requestHandler });

export const sqsClient = ({ requestHandler }: Shared): SQSClient => new SQSClient({ ...PATIENCE, requestHandler });
