import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { rememberHealthy, rememberReady, type Readiness } from '#shared/domain/lifecycle/readiness.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { PROJECTION_FRESH_MS } from '#shared/domain/lifecycle/timing.ts';
import { notReadySince } from '#shared/domain/lifecycle/vitals.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';

/** The last observation of a service, for everybody who only wants to look. A cache: losing it costs calls. */
export interface Projection {
  readonly service: string;
  /** The record's generation at the time; of another one it says nothing of the present. */
  readonly generation: number;
  /** null: somebody has set out to look for the first time. */
  readonly observed: Observed | null;
  readonly readiness: Readiness;
  /** When each task was first seen healthy; absent where the version before looked. */
  readonly healthy?: Readiness;
  /** Live leases; null when nobody counted. */
  readonly leases: number | null;
  /** Until when something was known of the service's use in this generation; where that was lost, when it began anew. */
  readonly knownAt: number;
  /** Since when it has been wanted without being ready; null while it is ready or sleeps. */
  readonly notReadySince: number | null;
  /** When somebody last set out to refresh it. */
  readonly claimedAt: number | null;
  /** How much of what happened is in the history; of every generation. Lost, the history itself is asked. */
  readonly kept?: Kept;
}

/** What the history is known to hold. */
export interface Kept {
  /** The record's, of the newest change. */
  readonly revision: number;
  /** Why the tick kept the service the last time, and in which generation. */
  readonly because: string | null;
  readonly generation: number;
}

export type ProjectionDeps = Pick<Deps, 'docs' | 'clock'>;

const isProjection = ({ generation, observed, readiness }: Projection): boolean =>
  typeof generation === 'number' &&
  typeof readiness === 'object' &&
  (observed === null || Array.isArray(observed.tasks));

/** Of no generation: it says nothing, and is replaced by whoever looks next. */
const blank = (service: string): Projection => ({
  service,
  generation: -1,
  observed: null,
  readiness: {},
  leases: null,
  knownAt: 0,
  notReadySince: null,
  claimedAt: null,
});

export const readProjection = async (
  { docs }: ProjectionDeps,
  service: string,
): Promise<Versioned<Projection> | undefined> => {
  const { value, etag } = await docs.readCache<Projection>(controlKeys.projection(service), isProjection);
  return etag === null ? undefined : { value: value ?? blank(service), etag };
};

/** A projection that tells something. */
export type Sighting = Projection & { readonly observed: Observed };

/** Only a projection of the record's own generation tells of the present. */
export const isOf = (projection: Projection | undefined, record: ServiceRecord): projection is Sighting =>
  projection !== undefined && projection.generation === record.generation && projection.observed !== null;

const isFresh = ({ observed }: Sighting, now: number): boolean => now < observed.observedAt + PROJECTION_FRESH_MS;

const nothingSeen = (record: ServiceRecord, now: number): Projection => ({
  ...blank(record.service),
  generation: record.generation,
  knownAt: now,
});

/**
 * Elects the one reader who refreshes a stale projection, at most every three seconds per service.
 * `undefined`: somebody else does. A claimant that died is replaced when the three seconds are over.
 */
const claim = async (
  { docs, clock }: ProjectionDeps,
  record: ServiceRecord,
  stale: Versioned<Projection> | undefined,
): Promise<Versioned<Projection> | undefined> => {
  const { value, etag } = stale ?? { value: nothingSeen(record, clock.now()), etag: null };
  const isTaken = value.claimedAt !== null && clock.now() < value.claimedAt + PROJECTION_FRESH_MS;
  // A claim on the time before this generation says nothing of it: whoever made it saw another world.
  if (isTaken && value.generation === record.generation) return undefined;
  const next = value.generation === record.generation ? value : nothingSeen(record, clock.now());
  const { readiness, kept } = value;
  const claimed: Projection = { ...next, readiness, claimedAt: clock.now(), ...(kept && { kept }) };
  return docs.swap(controlKeys.projection(record.service), etag, claimed);
};

/** What a reader found, and whether the refreshing is theirs. */
export interface Glimpse {
  readonly known: Versioned<Projection> | undefined;
  readonly claimed: Versioned<Projection> | undefined;
}

/** Claims the refreshing, unless what is known is fresh or somebody else has claimed it. */
export const claimIfStale = async (
  deps: ProjectionDeps,
  record: ServiceRecord,
  known: Versioned<Projection> | undefined,
  counts = false,
): Promise<Versioned<Projection> | undefined> => {
  const isEnough = isOf(known?.value, record) && isFresh(known.value, deps.clock.now());
  if (isEnough && !(counts && known?.value.leases === null)) return undefined;
  return claim(deps, record, known);
};

/** Until when something is remembered to have been known; a memory of another generation is none. */
export const knownAt = (projection: Projection | undefined, record: ServiceRecord, now: number): number =>
  projection?.generation === record.generation ? projection.knownAt : now;

/** What the look before found in this generation. A note that an earlier version wrote does not say. */
const wasNotReadySince = (previous: Projection | undefined, record: ServiceRecord): number | null =>
  previous?.generation === record.generation ? (previous.notReadySince ?? null) : null;

interface Remembered extends Pick<Projection, 'leases' | 'knownAt'> {
  readonly previous: Projection | undefined;
  readonly kept?: Kept | undefined;
}

export const project = (
  managed: Managed,
  record: ServiceRecord,
  observed: Observed,
  { previous, kept = previous?.kept, ...remembered }: Remembered,
): Sighting => ({
  service: managed.service,
  generation: record.generation,
  observed,
  readiness: rememberReady(previous?.readiness ?? {}, observed, managed.policy),
  healthy: rememberHealthy(previous?.healthy ?? {}, observed, managed.policy),
  leases: remembered.leases,
  knownAt: remembered.knownAt,
  notReadySince: notReadySince(record, observed, managed.policy, wasNotReadySince(previous, record)),
  claimedAt: null,
  ...(kept && { kept }),
});

/** Best effort: whoever overtook us has seen the same or newer. */
export const writeProjection = (
  { docs }: ProjectionDeps,
  previous: Versioned<Projection> | undefined,
  next: Projection,
): Promise<Versioned<Projection> | undefined> =>
  docs.swap(controlKeys.projection(next.service), previous?.etag ?? null, next);
