import { controlKeys, parseLeaseKey } from '#shared/domain/lifecycle/control-keys.ts';
import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { adopt, adoptAnew, isRecord, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { begun, traced } from '#shared/domain/lifecycle/trail.ts';
import { vitalsOfStep } from '#shared/domain/lifecycle/vitals.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet, Sightings } from '#shared/ports/fleet.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Documents, Versioned } from '#shared/usecases/documents.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';

/** The records: one document per service that says what should be. */
export interface Records {
  /** The record as it is; a service seen for the first time, or recreated, gets one from what is observed, or was. */
  read(managed: Managed, justSeen?: Sightings): Promise<Versioned<ServiceRecord>>;
  /** `undefined`: somebody else changed it first. Read again, and decide again. Who did it is said where `to` does not. */
  swap(from: Versioned<ServiceRecord>, to: ServiceRecord, by?: string): Promise<Versioned<ServiceRecord> | undefined>;
}

export interface RecordsDeps {
  readonly docs: Documents;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export const records = ({ docs, fleet, clock, telemetry }: RecordsDeps): Records => {
  /** Above every lease there is: where a record was lost, leases taken under it must not outrank the new one. */
  const firstGeneration = async (service: string): Promise<number> => {
    const keys = (await docs.keys(controlKeys.leases(service))).filter(parseLeaseKey);
    const left = await Promise.all(keys.map((key) => docs.read<Lease>(key)));
    return Math.max(1, ...left.map((lease) => (lease?.value.generation ?? 0) + 1));
  };

  /** The look may be older than the directory: adopting the predecessor would make the next reader adopt again. */
  const seenAs = async ({ service, createdAt }: Managed, justSeen: Sightings | undefined): Promise<Observed> => {
    const seen = justSeen?.get(service) ?? (await observeOne({ fleet }, service));
    return { ...seen, createdAt: Math.max(seen.createdAt, createdAt) };
  };

  const read: Records['read'] = async (managed, justSeen) => {
    const { service } = managed;
    const key = controlKeys.record(service);
    const present = await docs.read<ServiceRecord>(key);
    // Never taken for absent: whoever damaged it must hear of it, and nobody's session may be forgotten.
    if (present && !isRecord(present.value)) throw new Error(`not a record: ${key}`);
    if (present && present.value.createdAt >= managed.createdAt) return present;
    const observed = await seenAs(managed, justSeen);
    const adopted = present
      ? adoptAnew(present.value, observed, clock.now())
      : adopt(observed, clock.now(), await firstGeneration(service));
    // Lost: whoever was first has adopted it.
    const first = begun(adopted, present?.value, clock.now());
    return (await docs.swap(key, present?.etag ?? null, first)) ?? read(managed);
  };

  const swap: Records['swap'] = async (from, to, by) => {
    const next = traced(from.value, to, { at: clock.now(), by });
    const won = await docs.swap(controlKeys.record(to.service), from.etag, next);
    // Here, where everybody passes who wakes a service or puts it to sleep: alarms about it rest on the step.
    const step = won && vitalsOfStep(from.value, to);
    if (step) telemetry.vitals(to.service, step);
    return won;
  };

  return { read, swap };
};
