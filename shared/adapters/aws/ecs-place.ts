/** Where a service lives. */
export interface Place {
  readonly cluster: string;
  readonly name: string;
}

/** Service ids and ECS's names, in both directions. */
export interface EcsPlaces {
  readonly clusters: readonly string[];
  /** `undefined`: no service of these clusters can have this id. */
  placeOf(service: string): Place | undefined;
  /** `undefined`: not one of these clusters. */
  idOf(cluster: string, name: string): string | undefined;
}

const NAME = /^[A-Za-z0-9_-]{1,255}$/;

/** The last part of an ARN, or the name itself. */
export const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/**
 * Services of the first cluster go by their bare name, all others by `{cluster}.{service}`: ECS's own names have no
 * dots. Every service has exactly one id, or it would have two records.
 */
export const ecsPlaces = (clusters: readonly string[]): EcsPlaces => {
  const [first, ...others] = clusters;
  if (first === undefined) throw new Error('there must be at least one cluster');

  const split = (service: string): Place => {
    const dot = service.indexOf('.');
    return dot < 0
      ? { cluster: first, name: service }
      : { cluster: service.slice(0, dot), name: service.slice(dot + 1) };
  };

  return {
    clusters,
    placeOf: (service) => {
      const place = split(service);
      const isOurs = service.includes('.') ? others.includes(place.cluster) : true;
      return isOurs && NAME.test(place.name) ? place : undefined;
    },
    idOf: (cluster, name) => {
      if (cluster === first) return name;
      return others.includes(cluster) ? `${cluster}.${name}` : undefined;
    },
  };
};
