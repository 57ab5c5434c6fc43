import { controlKeys, parseLeaseKey } from '#shared/domain/lifecycle/control-keys.ts';
import { standing, type Holder, type Lease } from '#shared/domain/lifecycle/lease.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Documents, Versioned } from '#shared/usecases/documents.ts';

/** What a listing of a service's leases says. */
export interface LeaseSurvey {
  /** How many are live; at least one, where the survey stopped at the first. */
  readonly live: number;
  /** How many of this generation ran out without a word from their owner. */
  readonly expired: number;
  /** The latest end of a live lease. */
  readonly leasedUntil: number | null;
  /** The latest end of an expired one. */
  readonly leaseEndedAt: number | null;
}

export interface Leases {
  read(service: string, holder: Holder): Promise<Versioned<Lease> | undefined>;
  /** `undefined`: another writer of the same lease was first. */
  put(lease: Lease, etag: string | null): Promise<Versioned<Lease> | undefined>;
  /** false: it was renewed meanwhile. */
  release(lease: Versioned<Lease>): Promise<boolean>;
  /** Reads the leases one by one: the protocol holds whatever is written between two of the reads. */
  survey(service: string, voided: number, until: 'first-live' | 'all', keys?: LeaseKeys): Promise<LeaseSurvey>;
  /** Deletes the void ones: they say nothing any more. */
  sweep(service: string, voided: number, keys?: LeaseKeys): Promise<void>;
  /** The leases of every service in one listing; pass each service its own. */
  keysByService(): Promise<ReadonlyMap<string, LeaseKeys>>;
}

/** The keys of a service's leases, where somebody has listed them already. */
export type LeaseKeys = readonly string[];

const AT_ONCE = 16;

const latest = (instants: readonly number[]): number | null => (instants.length > 0 ? Math.max(...instants) : null);

export const leases = ({ docs, clock }: { readonly docs: Documents; readonly clock: Clock }): Leases => {
  const listed = async (prefix: string): Promise<LeaseKeys> =>
    // Whatever else somebody put there is no lease.
    (await docs.keys(prefix)).filter(parseLeaseKey);

  const each = async (
    keys: LeaseKeys,
    visit: (lease: Versioned<Lease>) => Promise<void> | void,
    isDone: () => boolean,
  ): Promise<void> => {
    for (let start = 0; start < keys.length && !isDone(); start += AT_ONCE) {
      const batch = await Promise.all(keys.slice(start, start + AT_ONCE).map((key) => docs.read<Lease>(key)));
      for (const lease of batch) if (lease) await visit(lease);
    }
  };

  return {
    read: (service, holder) => docs.read<Lease>(controlKeys.lease(service, holder)),
    put: (lease, etag) => docs.swap(controlKeys.lease(lease.service, lease), etag, lease),
    release: ({ value, etag }) => docs.drop(controlKeys.lease(value.service, value), etag),
    survey: async (service, voided, until, keys) => {
      const ends: Record<'live' | 'expired' | 'void', number[]> = { live: [], expired: [], void: [] };
      await each(
        keys ?? (await listed(controlKeys.leases(service))),
        ({ value }) => void ends[standing(value, voided, clock.now())].push(value.expiresAt),
        () => until === 'first-live' && ends.live.length > 0,
      );
      return {
        live: ends.live.length,
        expired: ends.expired.length,
        leasedUntil: latest(ends.live),
        leaseEndedAt: latest(ends.expired),
      };
    },
    sweep: async (service, voided, keys) =>
      each(
        keys ?? (await listed(controlKeys.leases(service))),
        async ({ value, etag }) => {
          if (standing(value, voided, clock.now()) !== 'void') return;
          // Conditional on what was read: the owner may be renewing it this moment.
          await docs.drop(controlKeys.lease(value.service, value), etag);
        },
        () => false,
      ),
    keysByService: async () =>
      Map.groupBy(await listed(controlKeys.allLeases), (key) => parseLeaseKey(key)?.service ?? ''),
  };
};
