import { parsePolicy, type Policy, type PolicyProblem } from '#shared/domain/idle/policy.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet, ManagedService } from '#shared/ports/fleet.ts';
import type { Cached, Documents } from '#shared/usecases/documents.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';

/** A service that this deployment looks after, with its policy read. */
export interface Managed {
  readonly service: string;
  readonly createdAt: number;
  readonly autoscaled: boolean;
  readonly taskDefinition: string;
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
  /** What a roster asked for has been done: departures told, forgotten services cleared up. */
  conclude(roster: Roster): Promise<void>;
}

export interface Roster {
  readonly services: readonly Managed[];
  /** Whether it differs from the last time, and this caller was the first to see it. */
  readonly isNew: boolean;
  /** Those that left and that nobody has told of yet. */
  readonly left: readonly Departure[];
  /** Those that left so long ago that their record may go. */
  readonly forgotten: readonly Departure[];
}

export interface Departure {
  readonly service: string;
  readonly at: number;
  readonly isTold: boolean;
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
  /** Of the house: for services that name no other. */
  readonly timeZone: string;
}

const isDirectory = ({ services, departed }: DirectoryDocument): boolean =>
  Array.isArray(services) && Array.isArray(departed);

const isDeepEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const isIn = (list: readonly Departure[], { service, at }: Departure): boolean =>
  list.some((other) => other.service === service && other.at === at);

const REMEMBERED_MS = 10_000;
/** How long the record of a service that is managed no longer is kept. */
export const DEPARTED_KEPT_MS = 30 * 86_400_000;

/** Everybody who has left and has not come back, with those who left since the last time. */
const departures = (
  before: DirectoryDocument | undefined,
  present: readonly ManagedService[],
  now: number,
): readonly Departure[] => {
  const isGone = ({ service }: { readonly service: string }): boolean =>
    !present.some((entry) => entry.service === service);
  return [
    ...(before?.departed ?? []).filter(isGone),
    ...(before?.services ?? []).filter(isGone).map(({ service }) => ({ service, at: now, isTold: false })),
  ];
};

export const directory = ({ docs, fleet, clock, timeZone }: DirectoryDeps): Directory => {
  let remembered: { readonly services: readonly Managed[]; readonly at: number } | undefined;

  const toManaged = ({ tags, ...service }: ManagedService): Managed => ({ ...service, ...parsePolicy(tags, timeZone) });

  const remember = (services: readonly ManagedService[]): readonly Managed[] => {
    remembered = { services: services.map(toManaged), at: clock.now() };
    return remembered.services;
  };

  const read = (): Promise<Cached<DirectoryDocument>> =>
    docs.readCache<DirectoryDocument>(controlKeys.directory, isDirectory);

  const known = async (): Promise<readonly Managed[]> => {
    if (remembered && clock.now() < remembered.at + REMEMBERED_MS) return remembered.services;
    const { value } = await read();
    return remember(value?.services ?? (await fleet.list()));
  };

  const ask = async (service: string): Promise<Managed> => {
    const observed = await observeOne({ fleet }, service);
    const { createdAt, tags, taskDefinition, bounds } = observed;
    return toManaged({ service, createdAt, tags, taskDefinition, autoscaled: bounds !== null });
  };

  const write = async (
    before: Cached<DirectoryDocument>,
    after: Pick<DirectoryDocument, 'services' | 'departed'>,
  ): Promise<'same' | 'written' | 'lost'> => {
    const { value, etag } = before;
    if (value && isDeepEqual([after.services, after.departed], [value.services, value.departed])) return 'same';
    const next: DirectoryDocument = { ...after, revision: (value?.revision ?? 0) + 1 };
    return (await docs.swap(controlKeys.directory, etag, next)) ? 'written' : 'lost';
  };

  return {
    find: async (service) => (await known()).find((entry) => entry.service === service) ?? ask(service),
    all: known,
    refresh: async () => {
      const before = await read();
      const services = await fleet.list();
      const departed = departures(before.value, services, clock.now());
      const change = await write(before, { services, departed });
      return {
        services: remember(services),
        isNew: change === 'written',
        // Lost to another tick: it saw the same fleet a moment ago, and has the same news to tell.
        left: change === 'lost' ? [] : departed.filter(({ isTold }) => !isTold),
        forgotten: departed.filter(({ at }) => clock.now() >= at + DEPARTED_KEPT_MS),
      };
    },
    conclude: async ({ left, forgotten }) => {
      const before = await read();
      if (!before.value) return;
      const departed = before.value.departed
        .filter((departure) => !isIn(forgotten, departure))
        .map((departure) => (isIn(left, departure) ? { ...departure, isTold: true } : departure));
      // Lost: told once more at the next tick.
      await write(before, { services: before.value.services, departed });
    },
  };
};
