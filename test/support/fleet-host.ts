/** A server of its own, for a test to kill: hosts a fleet and wants one task of every service it is sent. */
import { processFleet } from '#shared/adapters/local/process-fleet.ts';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';

export interface HostRequest {
  readonly services: readonly LocalService[];
  readonly dataFolder: string;
}

const host = async ({ services, dataFolder }: HostRequest): Promise<void> => {
  const fleet = await processFleet({ services, dataFolder, clock: systemClock(), serverEnvironment: {} });
  await Promise.all(services.map(({ service }) => fleet.setDesiredCount(service, 1)));
};

process.once('message', (request: HostRequest) => void host(request));
