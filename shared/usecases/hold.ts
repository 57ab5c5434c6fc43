import { Refusal } from '#shared/domain/errors.ts';
import { holdAt, pin, unpin, wantsTasks, type Hold, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { audit } from '#shared/usecases/audit.ts';
import { requireGrant, requireService, type Caller } from '#shared/usecases/caller.ts';
import { neverStoodStill, ROUNDS } from '#shared/usecases/contention.ts';
import { converge } from '#shared/usecases/converge.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import { look, type View } from '#shared/usecases/look.ts';
import type { Deps } from '#shared/usecases/deps.ts';

export interface HoldInput {
  readonly service: string;
  readonly caller: Caller;
  readonly intent: Hold['intent'];
  readonly until: number;
  readonly reason: string;
}

const LONGEST_MS = 366 * 86_400_000;

/** Swaps until it wins: a hold overrules whatever the record has become meanwhile. */
const overrule =
  (deps: Deps) =>
  async (
    managed: Managed,
    by: string,
    change: (record: ServiceRecord) => ServiceRecord | null,
  ): Promise<{ readonly before: ServiceRecord; readonly after: Versioned<ServiceRecord> }> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const record = await deps.records.read(managed);
      const to = change(record.value);
      if (!to) return { before: record.value, after: record };
      const won = await deps.records.swap(record, to, by);
      if (won) return { before: record.value, after: won };
    }
    throw neverStoodStill(managed.service);
  };

/** Pins a service awake or asleep until an instant. Asleep ends every session. */
export const hold =
  (deps: Deps) =>
  async ({ service, caller, intent, until, reason }: HoldInput): Promise<View> => {
    requireService(caller, service);
    requireGrant(caller, 'hold');
    const managed = await deps.directory.find(service);
    const leftMs = until - deps.clock.now();
    if (leftMs <= 0 || leftMs > LONGEST_MS) {
      throw new Refusal('invalid-input', 'until must lie in the future, at most 366 days ahead', { field: 'until' });
    }
    const { before, after } = await overrule(deps)(managed, caller.subject, (record) =>
      pin(record, { intent, until, by: caller.subject, reason }, deps.clock.now()),
    );
    audit(deps.telemetry, caller, { action: 'hold', reason, before, after: after.value });
    const hasTurned = wantsTasks(before) !== wantsTasks(after.value);
    const record = hasTurned ? await converge(deps)(managed, after) : after;
    return hasTurned ? { managed, record, sighting: null } : look(deps)(managed, record);
  };

/** Lifts the flag and nothing else; the next tick decides. */
export const unhold =
  (deps: Deps) =>
  async ({ service, caller }: Pick<HoldInput, 'service' | 'caller'>): Promise<void> => {
    requireService(caller, service);
    requireGrant(caller, 'hold');
    const managed = await deps.directory.find(service);
    const { before, after } = await overrule(deps)(managed, caller.subject, (record) =>
      record.hold ? unpin(record) : null,
    );
    if (holdAt(before, deps.clock.now())) {
      audit(deps.telemetry, caller, { action: 'unhold', reason: null, before, after: after.value });
    }
  };
