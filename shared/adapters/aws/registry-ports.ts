import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import type { Announcer } from '#shared/ports/announcer.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Codec } from '#shared/ports/codec.ts';
import type { BrowsableLetters } from '#shared/ports/dead-letters.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';
import type { ScopedTelemetry } from '#shared/ports/telemetry.ts';
import type { UrlSigner } from '#shared/ports/url-signer.ts';
import type { VersionedObjects } from '#shared/ports/versioned-objects.ts';
import { connectionsOf, packagesClient, snsClient, sqsClient, type Connections } from './clients.ts';
import { objectLock } from './object-lock.ts';
import { s3ObjectStore } from './s3-object-store.ts';
import { s3UrlSigner } from './s3-url-signer.ts';
import { s3RegistryStore } from './s3-versioned-objects.ts';
import { snsAnnouncer } from './sns-announcer.ts';
import { sqsDeadLetters } from './sqs-dead-letters.ts';
import { stdoutTelemetry, type TelemetryNames } from './stdout-telemetry.ts';

/** The names of the environment of a function of the registry, read. */
export interface RegistryNames extends TelemetryNames {
  readonly CONTROL_BUCKET: string;
  readonly REGISTRY_BUCKET: string;
  readonly PACKAGES_TOPIC_ARN: string;
  /** `null`, or of a function that publishes nothing absent: what is published is not locked. */
  readonly OBJECT_LOCK_DAYS?: number | null;
}

export interface AwsRegistryPorts {
  readonly registry: ObjectStore & VersionedObjects;
  readonly store: ObjectStore;
  readonly urls: UrlSigner;
  readonly codec: Codec;
  readonly announcer: Announcer;
  readonly telemetry: ScopedTelemetry;
  readonly clock: Clock;
  readonly random: Random;
  readonly connections: Connections;
}

/** The world of a function of the registry on AWS. */
export const registryPorts = (names: RegistryNames): AwsRegistryPorts => {
  const clock = systemClock();
  const s3 = packagesClient();
  const connections = connectionsOf(s3);
  const days = names.OBJECT_LOCK_DAYS ?? null;
  const lock = days === null ? {} : { keeping: objectLock({ days, clock }) };
  return {
    registry: s3RegistryStore({ s3, bucket: names.REGISTRY_BUCKET, ...lock }),
    store: s3ObjectStore({ s3, bucket: names.CONTROL_BUCKET }),
    urls: s3UrlSigner({ s3, bucket: names.REGISTRY_BUCKET, clock }),
    codec: nodeCodec(),
    announcer: snsAnnouncer({ sns: snsClient(connections), topicArn: names.PACKAGES_TOPIC_ARN }),
    telemetry: stdoutTelemetry(names, clock),
    clock,
    random: Math.random,
    connections,
  };
};

/** For whoever sends back what was given up. */
export const deadLettersPort = (
  names: { readonly ARRIVED_UPLOADS_URL: string; readonly FAILED_UPLOADS_URL: string },
  { connections }: Pick<AwsRegistryPorts, 'connections'>,
): BrowsableLetters =>
  sqsDeadLetters({
    sqs: sqsClient(connections),
    queueUrl: names.FAILED_UPLOADS_URL,
    sourceUrl: names.ARRIVED_UPLOADS_URL,
  });
