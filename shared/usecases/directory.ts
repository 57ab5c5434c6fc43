import { parsePolicy, type Policy, type PolicyProblem } from '#shared/domain/idle/policy.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet, ManagedService } from '#shared/ports/fleet.ts';
import type { Documents } from '#shared/usecases/documents.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';

/** A service that this deployment looks after, with its policy read. */
export interface Managed {
  readonly service: string;
  readonly createdAt: number;
  readonly autoscaled: boolean;
  readonly policy: Policy;
  readonly problems: readonly PolicyProblem[];
}

/** Which services exist. A cache of what the fleet says: losing it costs calls, never truth. */
export interface Directory {
  /** Refuses with `service-not-found` what does not exist or is not managed: the two look the same from outside. */
  find(service: string): Promise<Managed>;
  all(): Promise<readonly Managed[]>;
  /** Asks the fleet anew. */
  refresh(): Promise<Roster>;
}

export interface Roster {
  readonly services: readonly Managed[];
  /** Whether it differs from the last time, and this caller was the first to see it. */
  readonly isNew: boolean;
  /** Those that left since the last time. */
  readonly left: readonly Departure[];
  /** Those that left so long ago that their record may go. */
  readonly forgotten: readonly Departure[];
}

export interface Departure {
  readonly service: string;
  readonly at: number;
}

interface DirectoryDocument {
  readonly services: readonly ManagedService[];
  /** Services that are managed no longer, until their record has been kept long enough. */
  readonly departed: readonly Departure[];
  readonly revision: number;
}

export interface DirectoryDeps {
  readonly docs: Documents;
  readonly fleet: Fleet;
  readonly clock: Clock;
}

const isDeepEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const REMEMBERED_MS = 10_000;
/** How long the record of a service that is managed no longer is kept. */
export const DEPARTED_KEPT_MS = 30 * 86_400_000;

const toManaged = ({ service, createdAt, autoscaled, tags }: ManagedService): Managed => ({
  service,
  createdAt,
  autoscaled,
  ...parsePolicy(tags),
});

interface Departures {
  readonly left: readonly Departure[];
  readonly remembered: readonly Departure[];
  readonly forgotten: readonly Departure[];
}

const departures = (
  before: DirectoryDocument | undefined,
  present: readonly ManagedService[],
  now: number,
): Departures => {
  const isGone = ({ service }: { readonly service: string }): boolean =>
    !present.some((entry) => entry.service === service);
  const earlier = (before?.departed ?? []).filter(isGone);
  return {
    left: (before?.services ?? []).filter(isGone).map(({ service }) => ({ service, at: now })),
    remembered: earlier.filter(({ at }) => now < at + DEPARTED_KEPT_MS),
    forgotten: earlier.filter(({ at }) => now >= at + DEPARTED_KEPT_MS),
  };
};

export const directory = ({ docs, fleet, clock }: DirectoryDeps): Directory => {
  let remembered: { readonly services: readonly Managed[]; readonly at: number } | undefined;

  const remember = (services: readonly ManagedService[]): readonly Managed[] => {
    remembered = { services: services.map(toManaged), at: clock.now() };
    return remembered.services;
  };

  const known = async (): Promise<readonly Managed[]> => {
    if (remembered && clock.now() < remembered.at + REMEMBERED_MS) return remembered.services;
    const document = await docs.read<DirectoryDocument>(controlKeys.directory);
    return remember(document?.value.services ?? (await fleet.list()));
  };

  const ask = async (service: string): Promise<Managed> => {
    const observed = await observeOne({ fleet }, service);
    return toManaged({ ...observed, autoscaled: observed.bounds !== null });
  };

  return {
    find: async (service) => (await known()).find((entry) => entry.service === service) ?? ask(service),
    all: known,
    refresh: async () => {
      const before = await docs.read<DirectoryDocument>(controlKeys.directory);
      const services = await fleet.list();
      const { left, remembered: kept, forgotten } = departures(before?.value, services, clock.now());
      const departed = [...kept, ...left];
      const roster: Roster = { services: remember(services), isNew: false, left: [], forgotten: [] };
      if (before && isDeepEqual([services, departed], [before.value.services, before.value.departed])) return roster;
      const revision = (before?.value.revision ?? 0) + 1;
      const written = await docs.swap(controlKeys.directory, before?.etag ?? null, { services, departed, revision });
      // Lost to another tick: it saw the same fleet a moment ago, and has the same news to tell.
      return written ? { ...roster, isNew: true, left, forgotten } : roster;
    },
  };
};
