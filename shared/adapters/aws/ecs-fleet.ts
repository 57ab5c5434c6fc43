import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { type ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { Refusal } from '#shared/domain/errors.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet, ManagedService } from '#shared/ports/fleet.ts';
import { ecsBuilds, type Build } from './ecs-builds.ts';
import { addressingOf, endpoints, type Addressing, type EndpointOf } from './ecs-endpoints.ts';
import { translatingService } from './ecs-errors.ts';
import { ecsPlaces, type Place } from './ecs-place.ts';
import { ecsReads } from './ecs-reads.ts';
import { deployingSince, wordsOf } from './ecs-service.ts';
import { ecsServices, type Described } from './ecs-services.ts';
import { toTask } from './ecs-task.ts';
import { lookFirst, tasksOfCluster, tasksOfOne, type TasksOfService } from './ecs-tasks.ts';
import { ECS_WRITES, pace } from './pace.ts';
import type { PublicAddresses } from './public-addresses.ts';
import { boundsOfServices } from './scaling-bounds.ts';

export interface EcsFleetOptions {
  readonly ecs: Pick<ECSClient, 'send'>;
  readonly scaling: Pick<ApplicationAutoScalingClient, 'send'>;
  readonly publicAddresses: PublicAddresses;
  /** Names; the services of the first go by their bare name. */
  readonly clusters: readonly string[];
  readonly clock: Clock;
  /** A service is tagged, and cannot be looked after all the same. Told once. */
  readonly onRefused?: (service: string, because: string) => void;
}

/** A service with its tasks. */
interface Found extends Described, TasksOfService {
  readonly known: Observed | undefined;
}

const toManaged = ({ id, service, bounds }: Described): ManagedService => ({
  service: id,
  createdAt: service.createdAt?.getTime() ?? 0,
  tags: wordsOf(service),
  autoscaled: bounds !== null,
  taskDefinition: service.taskDefinition ?? '',
});

interface Reached extends Found {
  readonly build: Build | undefined;
  readonly addressing: Addressing;
}

const toObserved = (reached: Reached, endpointOf: EndpointOf): Observed => {
  const { id, service, bounds, build, addressing, asked, ended, at } = reached;
  const { createdAt, tags, taskDefinition } = toManaged(reached);
  return {
    service: id,
    createdAt,
    tags,
    taskDefinition,
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    hasHealthCheck: build?.hasHealthCheck ?? false,
    hasEndpoint: addressing !== null,
    deployingSince: deployingSince(service),
    bounds,
    tasks: [...asked.map((task) => toTask(task, endpointOf(reached, task))), ...ended],
    observedAt: at,
  };
};

/**
 * Services of Amazon ECS on Fargate that carry the tag `nightporter:managed=true`.
 *
 * One service is asked for by itself; many by listing whole clusters, so that the number of calls goes with the number
 * of tasks. What was seen before saves the listing and the address of tasks that are the same as then. Whether a
 * scaler was registered since shows when nothing was seen before: at the next tick.
 */
export const ecsFleet = (options: EcsFleetOptions): Fleet => {
  const { ecs, scaling, publicAddresses, clock, onRefused = () => undefined } = options;
  const places = ecsPlaces(options.clusters);
  const reads = ecsReads(ecs, clock);
  const bounds = boundsOfServices(scaling, clock);
  const services = ecsServices({ reads, bounds, places, clock, onRefused });
  const writeTurn = pace(ECS_WRITES, clock);
  const buildOf = ecsBuilds(reads);
  /** Seen with its tag, or changed under a permission that asks for it. */
  const confirmed = new Set<string>();

  /** All that there is to say of them; addresses are asked for once for all. */
  const conclude = async (found: readonly Found[]): Promise<ReadonlyMap<string, Observed>> => {
    const reached = await Promise.all(
      found.map(async (each) => {
        const build = await buildOf(each.service, each.asked, each.known);
        return { ...each, build, addressing: addressingOf(each.service, build) };
      }),
    );
    const endpointOf = await endpoints(reached, publicAddresses);
    return new Map(
      reached.map((each) => {
        confirmed.add(each.id);
        return [each.id, toObserved(each, endpointOf)] as const;
      }),
    );
  };

  const observeOne = async (id: string, place: Place, known?: Observed): Promise<ReadonlyMap<string, Observed>> => {
    const [described, look] = await Promise.all([
      services.one(id, place, known?.bounds !== null),
      // Of a service that is not there; that it is not, the other answer says.
      lookFirst(reads, place, known).catch((cause: unknown) => {
        if (cause instanceof Refusal && cause.code === 'service-not-found') return { tasks: [] };
        throw cause;
      }),
    ]);
    if (!described) {
      confirmed.delete(id);
      return new Map();
    }
    const tasks = await tasksOfOne(reads, described, look, known);
    return conclude([{ ...described, ...tasks, known }]);
  };

  const observeMany = async (ids: readonly string[]): Promise<ReadonlyMap<string, Observed>> => {
    const described = await services.several(ids);
    const clusters = [...new Set(described.map(({ place }) => place.cluster))];
    const tasks = new Map(
      await Promise.all(clusters.map(async (cluster) => [cluster, await tasksOfCluster(reads, cluster)] as const)),
    );
    const tasksOf = ({ cluster, name }: Place) => tasks.get(cluster)?.(name) ?? [];
    return conclude(described.map((each) => ({ ...each, asked: tasksOf(each.place), ended: [], known: undefined })));
  };

  const placeOf = (service: string): Place => {
    const place = places.placeOf(service);
    if (place) return place;
    throw new Refusal('service-not-found', `no service named ${service}`, { field: 'service' });
  };

  return {
    list: async () => (await services.all()).map(toManaged),
    observe: async (ids, known) => {
      const [id, ...others] = ids.filter((each) => places.placeOf(each) !== undefined);
      if (id === undefined) return new Map();
      return others.length === 0 ? observeOne(id, placeOf(id), known?.get(id)) : observeMany([id, ...others]);
    },
    setDesiredCount: async (service, desiredCount) => {
      const { cluster, name } = placeOf(service);
      await writeTurn();
      await translatingService(ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount })), service);
      confirmed.add(service);
    },
    setBounds: async (service, to) => {
      const place = placeOf(service);
      // The permission to register a target cannot be fenced by the tag, so the tag is looked at here.
      if (!confirmed.has(service) && !(await services.one(service, place, false))) {
        throw new Refusal('service-not-found', `no service named ${service}`, { field: 'service' });
      }
      await bounds.write(place, to);
    },
  };
};
