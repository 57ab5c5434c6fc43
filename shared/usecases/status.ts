import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import { standing } from '#shared/domain/lifecycle/lease.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { stateOf, type ServiceState } from '#shared/domain/lifecycle/state.ts';
import { requireService, type Caller } from '#shared/usecases/caller.ts';
import { look, type View } from '#shared/usecases/look.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Deps } from '#shared/usecases/deps.ts';

export interface StatusInput {
  readonly service: string;
  readonly caller: Caller;
  /** Whose lease to tell of; null: the answer carries none. */
  readonly holder: string | null;
  /** How long to wait for the service to be ready, asleep or given up; 0 answers at once. */
  readonly waitMs: number;
  /** Ends the wait early: the caller has gone. */
  readonly signal?: AbortSignal | undefined;
}

export interface StatusOutcome extends View {
  readonly lease: Lease | null;
}

const WAIT_STEP_MS = 1_000;

/** A failing service may still come up, until it is given up. */
const IS_SETTLED: Readonly<Record<ServiceState, boolean>> = {
  asleep: true,
  ready: true,
  draining: true,
  waking: false,
  stopping: false,
  failing: false,
};

/** Given up after failed starts: what it waits for will not come, although the last tasks may still be stopping. */
const isGivenUp = ({ intent, breaker }: ServiceRecord, now: number): boolean =>
  intent === 'asleep' && breaker !== null && now < breaker.until;

/** false: the caller has gone, and what is known is answered to nobody in particular. */
const pause = async (clock: Clock, durationMs: number, signal: AbortSignal | undefined): Promise<boolean> => {
  try {
    await clock.sleep(durationMs, signal);
    return true;
  } catch (cause) {
    if (signal?.aborted) return false;
    throw cause;
  }
};

/** How a service is; with `waitMs`, how it is once that is settled. Waiters read two documents every second or two. */
export const status =
  (deps: Deps) =>
  async (input: StatusInput): Promise<StatusOutcome> => {
    const { service, caller, holder } = input;
    requireService(caller, service);
    const managed = await deps.directory.find(service);
    const deadline = deps.clock.now() + input.waitMs;
    const lookNow = async (): Promise<View> => look(deps)(managed, await deps.records.read(managed), { counts: true });
    const isSettled = (view: View): boolean =>
      IS_SETTLED[stateOf(view)] || isGivenUp(view.record.value, deps.clock.now());
    let view = await lookNow();
    for (let leftMs = input.waitMs; leftMs > 0 && !isSettled(view); leftMs = deadline - deps.clock.now()) {
      const stepMs = Math.min(leftMs, WAIT_STEP_MS * (1 + deps.random()));
      if (!(await pause(deps.clock, stepMs, input.signal))) break;
      view = await lookNow();
    }
    if (holder === null) return { ...view, lease: null };
    const own = await deps.leases.read(service, { subject: caller.subject, holder });
    const isLive = own !== undefined && standing(own.value, view.record.value.voided, deps.clock.now()) === 'live';
    // Under the generation it is good for, as a wake tells it.
    return { ...view, lease: isLive ? { ...own.value, generation: view.record.value.generation } : null };
  };
