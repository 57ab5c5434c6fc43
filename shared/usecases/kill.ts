import { Refusal } from '#shared/domain/errors.ts';
import { standing, type Lease } from '#shared/domain/lifecycle/lease.ts';
import { awaken, drain, holdAt, layToSleep, type Cause, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { scheduleAt } from '#shared/domain/schedule/schedule.ts';
import { audit } from '#shared/usecases/audit.ts';
import { requireGrant, requireService, type Caller } from '#shared/usecases/caller.ts';
import { neverStoodStill, ROUNDS } from '#shared/usecases/contention.ts';
import { converge } from '#shared/usecases/converge.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import { forceAsleep } from '#shared/usecases/force-asleep.ts';
import { look, type View } from '#shared/usecases/look.ts';
import type { Deps } from '#shared/usecases/deps.ts';

export interface KillInput {
  readonly service: string;
  readonly caller: Caller;
  readonly holder: string;
  /** End everybody's session. Needs the grant. */
  readonly force: boolean;
  /** The generation of the lease that the caller means to end; null: whichever it has. */
  readonly generation: number | null;
  readonly reason: string | null;
}

export interface KillOutcome extends View {
  /** `killed`: it sleeps. `released`: the caller's lease has ended, and the service stays for now. */
  readonly did: 'killed' | 'released';
  /** Whether this call put it to sleep. */
  readonly changed: boolean;
  /** Live leases left; null when nobody counted. */
  readonly remaining: number | null;
  readonly message: string;
}

type Ended = Omit<KillOutcome, 'managed' | 'sighting'>;

const asleep = (record: Versioned<ServiceRecord>, changed: boolean): Ended => ({
  record,
  did: 'killed',
  changed,
  remaining: 0,
  message: changed ? 'stopping; nobody holds it any more' : 'it was asleep already',
});

const released = (record: Versioned<ServiceRecord>, remaining: number | null, message: string): Ended => ({
  record,
  did: 'released',
  changed: false,
  remaining,
  message,
});

const remain = (live: number): string => (live === 1 ? '1 other lease remains' : `${live} other leases remain`);

interface Leaving {
  readonly managed: Managed;
  readonly cause: Cause;
  /** The caller held a live lease, so it may turn off the light if it was the last. */
  readonly mayEnd: boolean;
}

/** Others are there: takes back an announcement that was ours. */
const stay = async (
  deps: Deps,
  { cause }: Leaving,
  record: Versioned<ServiceRecord>,
  isAnnounced: boolean,
): Promise<void> => {
  if (!isAnnounced || record.value.intent !== 'draining') return;
  // Lost or not: whoever moved the record meanwhile knew of the lease too, or meets its owner.
  await deps.records.swap(record, awaken(record.value, { ...cause, reason: 'others remain' }, deps.clock.now()));
};

/**
 * Nobody holds a lease: announces `draining`, or with that behind us goes to `asleep`. Where a lease merely expired,
 * its owner may be an agent that never heartbeats and is still at work, so activity decides: the tick goes on.
 * `undefined`: the record moved meanwhile.
 */
const turnOff = async (
  deps: Deps,
  { managed, cause, mayEnd }: Leaving,
  record: Versioned<ServiceRecord>,
  expired: number,
): Promise<Ended | 'announced' | undefined> => {
  const now = deps.clock.now();
  const isDraining = record.value.intent === 'draining';
  const isLast = mayEnd && expired === 0;
  if (isLast && isDraining) {
    const won = await deps.records.swap(record, layToSleep(record.value, cause, now));
    return won && asleep(await converge(deps)(managed, won), true);
  }
  const drained = isDraining ? record : await deps.records.swap(record, drain(record.value, cause, now));
  if (!drained) return undefined;
  return isLast ? 'announced' : released(drained, 0, 'no lease remains; it will sleep once it is idle');
};

/** What keeps a service awake that nobody holds; `undefined`: its schedule does not. */
const onSchedule = ({ policy }: Managed, now: number): string | undefined => {
  const scheduled = policy.schedule && scheduleAt(policy.schedule, now);
  if (scheduled?.now !== 'awake') return undefined;
  return scheduled.next
    ? `awake by its schedule until ${new Date(scheduled.next.at).toISOString()}`
    : 'always awake by its schedule';
};

/** The sleeper's half of the barrier: announce `draining`, list the leases after it, and only then swap to `asleep`. */
const leave = async (deps: Deps, leaving: Leaving): Promise<Ended> => {
  const { managed } = leaving;
  let isAnnounced = false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const record = await deps.records.read(managed);
    if (record.value.intent === 'asleep') return asleep(await converge(deps)(managed), false);
    const { live, expired } = await deps.leases.survey(managed.service, record.value.voided, 'all');
    const hold = holdAt(record.value, deps.clock.now());
    if (hold) return released(record, live, `held awake: ${hold.reason}`);
    const schedule = onSchedule(managed, deps.clock.now());
    if (live > 0 || schedule) {
      await stay(deps, leaving, record, isAnnounced);
      return released(record, live, schedule ?? remain(live));
    }
    const ended = await turnOff(deps, leaving, record, expired);
    if (ended === 'announced') isAnnounced = true;
    else if (ended) return ended;
  }
  throw neverStoodStill(managed.service);
};

const force = async (deps: Deps, managed: Managed, caller: Caller, cause: Cause): Promise<Ended> => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const record = await deps.records.read(managed);
    if (record.value.intent === 'asleep') return asleep(await converge(deps)(managed), false);
    const hold = holdAt(record.value, deps.clock.now());
    if (hold && caller.grant.hold !== true) {
      throw new Refusal('held', `held awake until ${new Date(hold.until).toISOString()}: ${hold.reason}`);
    }
    const won = await forceAsleep(deps)(managed, record, cause, { dismissedAt: deps.clock.now() });
    if (won) return { ...asleep(won, true), message: 'stopping; forced, every lease is void' };
  }
  throw neverStoodStill(managed.service);
};

/** Meant for a session that a newer one has followed, or that was voided before somebody began anew. */
const isLate = (
  own: Versioned<Lease> | undefined,
  { intent, voided }: ServiceRecord,
  generation: number | null,
): boolean =>
  generation !== null && (generation < (own?.value.generation ?? 0) || (intent !== 'asleep' && generation < voided));

/** How the service is now; of a generation that has just ended nothing can be known yet. */
const show = async (deps: Deps, managed: Managed, ended: Ended): Promise<KillOutcome> => ({
  ...ended,
  ...(ended.changed ? { managed, record: ended.record, sighting: null } : await look(deps)(managed, ended.record)),
});

/** Ends the lease; true when it was live, and it was this call that ended it. */
const release = async (deps: Deps, { voided }: ServiceRecord, own: Versioned<Lease> | undefined): Promise<boolean> => {
  if (!own) return false;
  const wasLive = standing(own.value, voided, deps.clock.now()) === 'live';
  return (await deps.leases.release(own)) && wasLive;
};

/** Ends the holder's session, and puts the service to sleep if it was the last; `force` ends everybody's. */
export const kill =
  (deps: Deps) =>
  async (input: KillInput): Promise<KillOutcome> => {
    const { caller, service } = input;
    requireService(caller, service);
    if (input.force) requireGrant(caller, 'force');
    const managed = await deps.directory.find(service);
    const before = await deps.records.read(managed);
    const cause = { by: input.holder, reason: input.reason ?? `${input.force ? 'forced' : 'left'} by ${input.holder}` };
    const own = input.force
      ? undefined
      : await deps.leases.read(service, { subject: caller.subject, holder: input.holder });
    if (isLate(own, before.value, input.generation)) {
      return show(deps, managed, released(before, null, 'late: that session has ended, and a newer one goes on'));
    }
    const ended = input.force
      ? await force(deps, managed, caller, cause)
      : await leave(deps, { managed, cause, mayEnd: await release(deps, before.value, own) });
    const after = ended.record.value;
    // What others changed meanwhile is theirs to tell.
    audit(deps.telemetry, caller, {
      action: 'kill',
      reason: cause.reason,
      before: ended.changed ? before.value : after,
      after,
    });
    return show(deps, managed, ended);
  };
