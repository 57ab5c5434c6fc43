import { ecsFleet, type EcsFleetOptions } from '#shared/adapters/aws/ecs-fleet.ts';
import { publicAddresses } from '#shared/adapters/aws/public-addresses.ts';
import { s3ObjectStore } from '#shared/adapters/aws/s3-object-store.ts';
import { s3RegistryStore } from '#shared/adapters/aws/s3-versioned-objects.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { VersionedObjects } from '#shared/ports/versioned-objects.ts';
import { BUCKET, REGISTRY_BUCKET, type SimClients } from './account.ts';
import { MAIN_CLUSTER } from './machines.ts';

/** The fleet of the product over simulated clients. */
export const fleetOver = (
  { ecs, scaling, ec2Config }: Omit<SimClients, 's3'>,
  clock: Clock,
  more: Partial<Pick<EcsFleetOptions, 'clusters' | 'onRefused'>> = {},
): Fleet =>
  ecsFleet({
    ecs,
    scaling,
    clock,
    publicAddresses: publicAddresses({ config: ec2Config, clock }),
    clusters: [MAIN_CLUSTER],
    ...more,
  });

/** The object store of the product, likewise. */
export const storeOver = ({ s3 }: Pick<SimClients, 's3'>): ObjectStore => s3ObjectStore({ s3, bucket: BUCKET });

/** The registry's bucket. */
export const registryOver = ({ s3 }: Pick<SimClients, 's3'>): ObjectStore & VersionedObjects =>
  s3RegistryStore({ s3, bucket: REGISTRY_BUCKET });
