import { systemClock } from '#shared/adapters/system-clock.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';
import type { ScopedTelemetry } from '#shared/ports/telemetry.ts';
import { connectionsOf, ecsClient, s3Client, scalingClient, type Connections } from './clients.ts';
import { ecsFleet } from './ecs-fleet.ts';
import { publicAddresses } from './public-addresses.ts';
import { s3ObjectStore } from './s3-object-store.ts';
import { stdoutTelemetry, type TelemetryNames } from './stdout-telemetry.ts';

/** The names of a function's environment, read. */
export interface CoreNames extends TelemetryNames {
  readonly CONTROL_BUCKET: string;
  /** Names with commas between them. */
  readonly CLUSTERS: string;
  readonly AWS_ENDPOINT_URL?: string | undefined;
  readonly AWS_ENDPOINT_URL_EC2?: string | undefined;
}

export interface AwsCorePorts {
  readonly store: ObjectStore;
  readonly fleet: Fleet;
  readonly telemetry: ScopedTelemetry;
  readonly clock: Clock;
  readonly random: Random;
  readonly connections: Connections;
}

/** The world of a function on AWS. */
export const corePorts = (names: CoreNames): AwsCorePorts => {
  const clock = systemClock();
  const telemetry = stdoutTelemetry(names, clock);
  const ecs = ecsClient();
  const connections = connectionsOf(ecs);
  return {
    store: s3ObjectStore({ s3: s3Client(connections), bucket: names.CONTROL_BUCKET }),
    fleet: ecsFleet({
      ecs,
      scaling: scalingClient(connections),
      publicAddresses: publicAddresses({
        config: ecs.config,
        clock,
        endpoint: names.AWS_ENDPOINT_URL_EC2 ?? names.AWS_ENDPOINT_URL,
      }),
      clusters: names.CLUSTERS.split(','),
      clock,
      onRefused: (service, because) => telemetry.event('service.refused', { service, because }),
    }),
    telemetry,
    clock,
    random: Math.random,
    connections,
  };
};
