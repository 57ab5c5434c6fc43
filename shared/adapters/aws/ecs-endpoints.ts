import type { Service, Task as EcsTask } from '@aws-sdk/client-ecs';
import { parseEndpointWord, type EndpointWord } from '#shared/domain/lifecycle/endpoint-word.ts';
import type { Endpoint, Observed } from '#shared/domain/lifecycle/observed.ts';
import type { Build } from './ecs-builds.ts';
import { hasPublicAddresses, wordsOf } from './ecs-service.ts';
import { isRunning, networkInterfaceOf, privateAddressOf, taskIdOf } from './ecs-task.ts';
import type { PublicAddresses } from './public-addresses.ts';

const portOf = (service: Service, build: Build | undefined): number | null =>
  service.loadBalancers?.find(({ containerPort }) => containerPort !== undefined)?.containerPort ?? build?.port ?? null;

/** How clients reach the tasks of a service. */
export type Addressing = Exclude<EndpointWord, { readonly kind: 'none' }> | null;

/** What the service's tag says, else the port that it opens at the address that it has; null: nobody connects to it. */
export const addressingOf = (service: Service, build: Build | undefined): Addressing => {
  const word = parseEndpointWord(wordsOf(service)['endpoint'] ?? '');
  if (word) return word.kind === 'none' ? null : word;
  const port = portOf(service, build);
  return port === null ? null : { kind: 'task', address: hasPublicAddresses(service) ? 'public' : 'private', port };
};

/** A service whose tasks clients want to reach. */
export interface Reachable {
  readonly addressing: Addressing;
  readonly asked: readonly EcsTask[];
  readonly known: Observed | undefined;
}

export type EndpointOf = (service: Reachable, task: EcsTask) => Endpoint | null;

/** The address seen before: it lives as long as its task. */
const knownHost = ({ known }: Reachable, task: EcsTask): string | undefined =>
  known?.tasks.find(({ id }) => id === taskIdOf(task))?.endpoint?.host;

const isPublic = (addressing: Addressing): boolean => addressing?.kind === 'task' && addressing.address === 'public';

/** The network interfaces whose public address has to be asked for. */
const interfacesToAsk = (service: Reachable): readonly string[] =>
  isPublic(service.addressing)
    ? service.asked
        .filter((task) => isRunning(task) && knownHost(service, task) === undefined)
        .map(networkInterfaceOf)
        .filter((id) => id !== undefined)
    : [];

/** Where clients connect to each running task, as far as that is known now; asks for all addresses at once. */
export const endpoints = async (
  services: readonly Reachable[],
  publicAddresses: PublicAddresses,
): Promise<EndpointOf> => {
  const ids = services.flatMap(interfacesToAsk);
  const addresses = ids.length > 0 ? await publicAddresses(ids) : new Map<string, string>();
  return (service, task) => {
    const { addressing } = service;
    if (!addressing || !isRunning(task)) return null;
    if (addressing.kind === 'fixed') return addressing.endpoint;
    const host = isPublic(addressing)
      ? (addresses.get(networkInterfaceOf(task) ?? '') ?? knownHost(service, task))
      : privateAddressOf(task);
    return host === undefined ? null : { host, port: addressing.port, url: null };
  };
};
