import { standing, type Holder, type Lease } from '#shared/domain/lifecycle/lease.ts';
import { awaken, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { neverStoodStill, ROUNDS } from '#shared/usecases/contention.ts';
import { converge, type ConvergeDeps } from '#shared/usecases/converge.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import { claimIfStale, readProjection, type Glimpse, type Projection } from '#shared/usecases/projections.ts';

export type TakeLeaseDeps = ConvergeDeps & Pick<Deps, 'docs' | 'leases' | 'clock'>;

export interface LeaseRequest {
  readonly managed: Managed;
  readonly holder: Holder;
  readonly leaseMs: number;
  /** Whether a new end may lie before that of the lease the holder has. */
  readonly mayShorten: boolean;
  readonly reason: string;
  /** Throws what this caller may not do with the record as it is: asked before the lease is put, and with it after. */
  readonly refuse: (record: ServiceRecord, lease: Lease | null) => Promise<void> | void;
}

export interface TakenLease {
  /**
   * Under the generation it is good for. Kept, it may carry the one before, when it was put on a sleeper: whoever
   * kills with what it was told would otherwise be late after the first renewal.
   */
  readonly lease: Lease;
  readonly record: Versioned<ServiceRecord>;
  /** The record that this call changed; null when it joined. */
  readonly changed: ServiceRecord | null;
  /** What was known of the service when the lease was taken. */
  readonly glimpse: Glimpse;
}

interface Put {
  readonly lease: Lease;
  /** The record whose generation the lease carries. */
  readonly under: ServiceRecord;
  readonly known: Versioned<Projection> | undefined;
}

/** Puts the lease under the present generation; `undefined` when another writer or a newer record was in the way. */
const putLease = async (deps: TakeLeaseDeps, request: LeaseRequest): Promise<Put | undefined> => {
  const { managed, holder } = request;
  // Both at once, which is only safe with the rule below: a lease read after the record could hide that it is stale.
  const [own, record] = await Promise.all([deps.leases.read(managed.service, holder), deps.records.read(managed)]);
  if (own && own.value.generation > record.value.generation) return undefined;
  await request.refuse(record.value, null);
  const now = deps.clock.now();
  const isLive = own !== undefined && standing(own.value, record.value.voided, now) === 'live';
  const present = isLive && !request.mayShorten ? own.value.expiresAt : 0;
  const lease: Lease = {
    service: managed.service,
    ...holder,
    generation: record.value.generation,
    expiresAt: Math.max(now + request.leaseMs, present),
  };
  const [put, known] = await Promise.all([
    deps.leases.put(lease, own?.etag ?? null),
    readProjection(deps, managed.service),
  ]);
  return put && { lease, under: record.value, known };
};

const taken = (
  lease: Lease,
  record: Versioned<ServiceRecord>,
  changed: ServiceRecord | null,
  glimpse: Glimpse,
): TakenLease => {
  // Voided since by somebody who may: then it is told as it is, dead.
  const isVoid = lease.generation < record.value.voided;
  const generation = isVoid ? lease.generation : record.value.generation;
  return { lease: { ...lease, generation }, record, changed, glimpse };
};

/** Alongside the second reading; of a service on its way up nothing is known, and nothing worth refreshing. */
const refreshing = async (deps: TakeLeaseDeps, { under, known }: Put): Promise<Versioned<Projection> | undefined> =>
  under.intent === 'asleep' ? undefined : claimIfStale(deps, under, known);

/**
 * The half of the barrier that those who want a service share: put the lease first, read the record after it, and
 * pull the record back to awake if somebody is about to put the service to sleep. Whoever lists the leases does so
 * after announcing `draining`; so either they see this lease, or both meet in one swap, and one of them reads again.
 */
export const takeLease =
  (deps: TakeLeaseDeps) =>
  async (request: LeaseRequest): Promise<TakenLease> => {
    const { managed, holder, reason } = request;
    let put: Put | undefined;
    let claimed: Versioned<Projection> | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      put ??= await putLease(deps, request);
      if (!put) continue;
      const { lease, known } = put;
      const [record, claim] = await Promise.all([deps.records.read(managed), refreshing(deps, put)]);
      claimed ??= claim;
      await request.refuse(record.value, lease);
      if (standing(lease, record.value.voided, deps.clock.now()) !== 'live') {
        put = undefined;
        continue;
      }
      const glimpse = { known, claimed };
      if (record.value.intent === 'awake') return taken(lease, record, null, glimpse);
      const to = awaken(record.value, { by: holder.holder, reason }, deps.clock.now());
      const won = await deps.records.swap(record, to);
      if (!won) continue;
      const wasAsleep = record.value.intent === 'asleep';
      const now = wasAsleep ? await converge(deps)(managed, won) : won;
      return taken(lease, now, record.value, glimpse);
    }
    throw neverStoodStill(managed.service);
  };
