import type { Service } from '@aws-sdk/client-ecs';
import type { ScalingBounds } from '#shared/domain/lifecycle/observed.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { batchesOf } from './at-once.ts';
import type { EcsPlaces, Place } from './ecs-place.ts';
import type { EcsReads } from './ecs-reads.ts';
import { isManaged, refusalOf } from './ecs-service.ts';
import type { BoundsOfServices } from './scaling-bounds.ts';

/** A managed service as ECS and the scaler describe it. */
export interface Described {
  readonly id: string;
  readonly place: Place;
  readonly service: Service;
  readonly bounds: ScalingBounds | null;
  /** When it was so. */
  readonly at: number;
}

export interface EcsServicesOptions {
  readonly reads: EcsReads;
  readonly bounds: BoundsOfServices;
  readonly places: EcsPlaces;
  readonly clock: Clock;
  readonly onRefused: (service: string, because: string) => void;
}

/** The managed services of the clusters. What cannot be looked after is as good as not managed, and told once. */
export interface EcsServices {
  all(): Promise<readonly Described[]>;
  /** Of several ids. What `all` has just described serves the one look that follows it. */
  several(ids: readonly string[]): Promise<readonly Described[]>;
  /** The same of one; `hasScaler` false: it is known to have none, and that is not asked for. */
  one(id: string, place: Place, hasScaler: boolean): Promise<Described | undefined>;
}

/** How long what a listing described serves the look that follows it. */
const JUST_LISTED_MS = 120_000;
/** As many as one call describes. */
const BATCH = 10;

export const ecsServices = ({ reads, bounds, places, clock, onRefused }: EcsServicesOptions): EcsServices => {
  const justListed = new Map<string, Described>();
  const refused = new Set<string>();

  const mayLookAfter = (id: string, service: Service): boolean => {
    const because = refusalOf(service);
    if (because !== undefined && isManaged(service) && !refused.has(id)) {
      refused.add(id);
      onRefused(id, because);
    }
    return isManaged(service) && because === undefined;
  };

  const describe = async (cluster: string, names: readonly string[]): Promise<readonly Omit<Described, 'bounds'>[]> => {
    const batches = batchesOf(names, BATCH).map(async (batch) => {
      const services = await reads.services(cluster, batch);
      const at = clock.now();
      return services.flatMap((service) => {
        const place = { cluster, name: service.serviceName ?? '' };
        const id = places.idOf(cluster, place.name);
        return id !== undefined && mayLookAfter(id, service) ? [{ id, place, service, at }] : [];
      });
    });
    return (await Promise.all(batches)).flat();
  };

  const withBounds = async (services: readonly Omit<Described, 'bounds'>[]): Promise<readonly Described[]> => {
    if (services.length === 0) return [];
    const boundsOf = await bounds.read(services.map(({ place }) => place));
    return services.map((described) => ({ ...described, bounds: boundsOf(described.place) }));
  };

  /** What was listed a moment ago; taken away as a whole, for soon it tells of the past. */
  const takeListed = (ids: readonly string[]): readonly Described[] => {
    const taken = ids.map((id) => justListed.get(id)).filter((described) => described !== undefined);
    justListed.clear();
    return taken.filter(({ at }) => clock.now() < at + JUST_LISTED_MS);
  };

  return {
    all: async () => {
      const found = await Promise.all(
        places.clusters.map(async (cluster) => describe(cluster, await reads.serviceNames(cluster))),
      );
      const all = await withBounds(found.flat());
      justListed.clear();
      for (const described of all) justListed.set(described.id, described);
      return all;
    },
    several: async (ids) => {
      const known = takeListed(ids);
      const isKnown = new Set(known.map(({ id }) => id));
      const byCluster = Map.groupBy(
        ids
          .filter((id) => !isKnown.has(id))
          .map(places.placeOf)
          .filter((place) => place !== undefined),
        ({ cluster }) => cluster,
      );
      const asked = await Promise.all(
        [...byCluster].map(([cluster, group]) =>
          describe(
            cluster,
            group.map(({ name }) => name),
          ),
        ),
      );
      return [...known, ...(await withBounds(asked.flat()))];
    },
    one: async (id, place, hasScaler) => {
      const [listed] = takeListed([id]);
      if (listed) return listed;
      const [[described], boundsOf] = await Promise.all([
        describe(place.cluster, [place.name]),
        hasScaler ? bounds.read([place]) : () => null,
      ]);
      return described && { ...described, id, bounds: boundsOf(place) };
    },
  };
};
