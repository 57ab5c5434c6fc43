import { Refusal } from '#shared/domain/errors.ts';
import type { Holder, Lease } from '#shared/domain/lifecycle/lease.ts';
import { holdAt, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { audit } from '#shared/usecases/audit.ts';
import { requireGrant, requireService, type Caller } from '#shared/usecases/caller.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import { look, type View } from '#shared/usecases/look.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';
import { takeLease } from '#shared/usecases/take-lease.ts';

export interface WakeInput {
  readonly service: string;
  readonly caller: Caller;
  readonly holder: string;
  /** null: as long as the service's policy says. */
  readonly leaseMs: number | null;
  readonly reason: string | null;
  /** Wakes a service that is refused after failed starts. Needs the grant. */
  readonly force: boolean;
}

export interface WakeOutcome extends View {
  readonly lease: Lease;
  /** `woken`: this call began it. `recalled`: it was about to fall asleep. */
  readonly did: 'woken' | 'recalled' | 'joined';
}

const refuseHeld = (record: ServiceRecord, now: number): void => {
  const hold = holdAt(record, now);
  if (hold?.intent !== 'asleep') return;
  throw new Refusal('held', `held asleep until ${new Date(hold.until).toISOString()}: ${hold.reason}`, {
    retryAfterMs: hold.until - now,
  });
};

/** After failed starts only time, another build or force opens the door again. */
const refuseFailing = async (deps: Deps, record: ServiceRecord): Promise<void> => {
  const { breaker, failure, intent, service } = record;
  const leftMs = (breaker?.until ?? 0) - deps.clock.now();
  if (intent !== 'asleep' || !breaker || leftMs <= 0) return;
  if ((await observeOne(deps, service)).taskDefinition !== breaker.taskDefinition) return;
  throw new Refusal('failing', `${service} failed to start: ${failure?.message ?? 'no reason given'}`, {
    retryAfterMs: leftMs,
  });
};

const did = (changed: ServiceRecord | null): WakeOutcome['did'] => {
  if (!changed) return 'joined';
  return changed.intent === 'asleep' ? 'woken' : 'recalled';
};

/**
 * Wakes a service, or joins those for whom it is awake already.
 *
 * 1. Put the holder's lease under the record's generation.
 * 2. Read the record again; pull it to awake if it is not. Exactly one caller wins that.
 * 3. The winner from asleep sets the fleet; who joins writes nothing to it.
 */
export const wake =
  (deps: Deps) =>
  async (input: WakeInput): Promise<WakeOutcome> => {
    const { caller, leaseMs } = input;
    const reason = input.reason ?? `woken by ${input.holder}`;
    requireService(caller, input.service);
    if (input.force) requireGrant(caller, 'force');
    const managed = await deps.directory.find(input.service);
    const holder: Holder = { subject: caller.subject, holder: input.holder };
    const taken = await takeLease(deps)({
      managed,
      holder,
      reason,
      leaseMs: leaseMs ?? managed.policy.leaseMs,
      mayShorten: false,
      refuse: async (record) => {
        refuseHeld(record, deps.clock.now());
        if (!input.force) await refuseFailing(deps, record);
      },
    });
    const { changed, lease, record, glimpse } = taken;
    audit(deps.telemetry, caller, { action: 'wake', reason, before: changed ?? record.value, after: record.value });
    // Of a generation that has just begun nothing can be known yet.
    const isNew = changed?.intent === 'asleep';
    const view = isNew ? { managed, record, sighting: null } : await look(deps)(managed, record, { glimpse });
    return { ...view, lease, did: did(changed) };
  };
