import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { adopt, adoptAnew, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Documents, Versioned } from '#shared/usecases/documents.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';

/** The records: one document per service that says what should be. */
export interface Records {
  /** The record as it is; a service seen for the first time, or recreated, gets one from what is observed. */
  read(managed: Managed): Promise<Versioned<ServiceRecord>>;
  /** `undefined`: somebody else changed it first. Read again, and decide again. */
  swap(from: Versioned<ServiceRecord>, to: ServiceRecord): Promise<Versioned<ServiceRecord> | undefined>;
}

export interface RecordsDeps {
  readonly docs: Documents;
  readonly fleet: Fleet;
  readonly clock: Clock;
}

export const records = ({ docs, fleet, clock }: RecordsDeps): Records => {
  const read = async (managed: Managed): Promise<Versioned<ServiceRecord>> => {
    const key = controlKeys.record(managed.service);
    const present = await docs.read<ServiceRecord>(key);
    if (present && present.value.createdAt >= managed.createdAt) return present;
    const seen = await observeOne({ fleet }, managed.service);
    // The look may be older than the directory: adopting the predecessor would make the next reader adopt again.
    const observed = { ...seen, createdAt: Math.max(seen.createdAt, managed.createdAt) };
    const adopted = present ? adoptAnew(present.value, observed, clock.now()) : adopt(observed, clock.now());
    // Lost: whoever was first has adopted it.
    return (await docs.swap(key, present?.etag ?? null, adopted)) ?? read(managed);
  };

  return { read, swap: (from, to) => docs.swap(controlKeys.record(to.service), from.etag, to) };
};
