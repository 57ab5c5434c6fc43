import { Refusal } from '#shared/domain/errors.ts';
import type { Holder, Lease } from '#shared/domain/lifecycle/lease.ts';
import { audit } from '#shared/usecases/audit.ts';
import { requireService, type Caller } from '#shared/usecases/caller.ts';
import { look, type View } from '#shared/usecases/look.ts';
import { takeLease, type LeaseRequest } from '#shared/usecases/take-lease.ts';
import type { Deps } from '#shared/usecases/deps.ts';

export interface HeartbeatInput {
  readonly service: string;
  readonly caller: Caller;
  readonly holder: string;
  readonly leaseMs: number | null;
}

/** Renews or takes a lease on a service that is awake. Never wakes: on a sleeper it refuses with `service-asleep`. */
export const heartbeat =
  (deps: Deps) =>
  async (input: HeartbeatInput): Promise<View & { readonly lease: Lease }> => {
    requireService(input.caller, input.service);
    const managed = await deps.directory.find(input.service);
    const reason = `kept awake by ${input.holder}`;
    const holder: Holder = { subject: input.caller.subject, holder: input.holder };
    const refuse: LeaseRequest['refuse'] = ({ intent, voided }, lease) => {
      // Voided between the two reads: somebody ended every session, and a late heartbeat must not begin a new one.
      if (intent !== 'asleep' && (!lease || lease.generation >= voided)) return;
      throw new Refusal('service-asleep', `${managed.service} is asleep; wake it first`);
    };
    const taken = await takeLease(deps)({
      managed,
      holder,
      reason,
      leaseMs: input.leaseMs ?? managed.policy.leaseMs,
      mayShorten: true,
      refuse,
    });
    const { changed, record } = taken;
    if (changed) audit(deps.telemetry, input.caller, { action: 'keep', reason, before: changed, after: record.value });
    const view = await look(deps)(managed, record, { glimpse: taken.glimpse });
    // Looking may have found that it cannot start: then there is nothing to be kept awake any more.
    await refuse(view.record.value, taken.lease);
    return { ...view, lease: taken.lease };
  };
