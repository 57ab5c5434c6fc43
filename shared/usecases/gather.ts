import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { note, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Sightings } from '#shared/ports/fleet.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import type { LeaseKeys, LeaseSurvey } from '#shared/usecases/leases.ts';

/** A service, and what the store says of it. */
export interface Candidate {
  readonly managed: Managed;
  readonly record: Versioned<ServiceRecord>;
  readonly survey: LeaseSurvey;
}

/** Does the work for one service; `undefined`: it failed, which has been told. */
export type Attempt = <T>(service: string, work: () => Promise<T>) => Promise<T | undefined>;

const NOBODY: LeaseSurvey = { live: 0, expired: 0, leasedUntil: null, leaseEndedAt: null };

/** Lifts a hold that has ended, so that people see it gone. */
const withoutEndedHold = async (deps: Deps, record: Versioned<ServiceRecord>): Promise<Versioned<ServiceRecord>> => {
  const { hold } = record.value;
  if (!hold || deps.clock.now() < hold.until) return record;
  return (await deps.records.swap(record, note(record.value, { hold: null }))) ?? record;
};

const surveyOf = async (
  deps: Deps,
  { service }: Managed,
  { intent, voided }: ServiceRecord,
  keys: LeaseKeys,
): Promise<LeaseSurvey> => {
  if (intent !== 'asleep') return deps.leases.survey(service, voided, 'first-live', keys);
  await deps.leases.sweep(service, voided, keys);
  return NOBODY;
};

/**
 * Reads the records and then the leases of every service: in this order, for the swap to asleep is made on the
 * record as it was before they were listed. One listing each; a record whose ETag is still the one remembered
 * is not read again.
 */
export const gather = (deps: Deps) => {
  const remembered = new Map<string, Versioned<ServiceRecord>>();

  const recordOf = async (
    managed: Managed,
    etag: string | undefined,
    justSeen: Sightings,
  ): Promise<Versioned<ServiceRecord>> => {
    const known = remembered.get(managed.service);
    if (known && known.etag === etag && known.value.createdAt >= managed.createdAt) return known;
    const record = await withoutEndedHold(deps, await deps.records.read(managed, justSeen));
    if (!record.value.hold) remembered.set(managed.service, record);
    return record;
  };

  return async (services: readonly Managed[], attempt: Attempt): Promise<readonly Candidate[]> => {
    const listed = await deps.docs.list(controlKeys.records);
    const etags = new Map(listed.map(({ key, etag }) => [key, etag]));
    const etagOf = ({ service }: Managed): string | undefined => etags.get(controlKeys.record(service));
    // Those that nobody has a record of are looked at all at once: a first tick meets all of them.
    const newcomers = services.filter((managed) => etagOf(managed) === undefined).map(({ service }) => service);
    const justSeen = newcomers.length > 0 ? await deps.fleet.observe(newcomers) : new Map();
    const read = await Promise.all(
      services.map((managed) =>
        attempt(managed.service, async () => ({ managed, record: await recordOf(managed, etagOf(managed), justSeen) })),
      ),
    );
    const leases = await deps.leases.keysByService();
    const candidates = await Promise.all(
      read
        .filter((candidate) => candidate !== undefined)
        .map(({ managed, record }) =>
          attempt(managed.service, async () => ({
            managed,
            record,
            survey: await surveyOf(deps, managed, record.value, leases.get(managed.service) ?? []),
          })),
        ),
    );
    return candidates.filter((candidate) => candidate !== undefined);
  };
};
