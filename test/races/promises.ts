import type { Policy } from '#shared/domain/idle/policy.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { intentAt } from '#shared/domain/schedule/schedule.ts';
import type { DesiredWrite } from '../support/sim-aws/ecs-api.ts';
import type { Write } from '../support/sim-aws/objects.ts';
import { SERVICE, type Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** What a holder was last told, and what has become of it. */
interface Session {
  readonly generation: number;
  /** By its own clock, which is off by `skewMs`. */
  readonly expiresAt: number;
  readonly skewMs: number;
  /** It said goodbye itself. */
  isReleased: boolean;
}

/** Who may end other people's sessions. */
const MAY_END_SESSIONS = /^(force|hold-asleep)/;
const BREAKER = /^failed to start/;
/** Clocks of the stage differ by no more than this either way. */
const TOLERANCE_MS = 2_000;

/**
 * The promises, as a spectator checks them who sees every write and hears every answer, and knows nothing of how
 * the protocol works.
 */
export const promises = (world: World, policy: Policy, scenario: Scenario) => {
  const { schedule } = policy;
  const broken: string[] = [];
  const sessions = new Map<string, Session>();
  /** The revisions of all changes of intent: the history must know of each. */
  const turns = new Set<number>();
  let forcedUpTo = 0;
  let transitions = 0;
  let desiredWrites = 0;
  /** Whether it was forced asleep and not woken since; `surely`: within a window awake. */
  let isDismissed: 'no' | 'maybe' | 'surely' = 'no';

  const isLive = (session: Session): boolean =>
    !session.isReleased && world.now() + session.skewMs < session.expiresAt && session.generation >= forcedUpTo;

  const liveHolders = (): readonly string[] => [...sessions].filter(([, it]) => isLive(it)).map(([holder]) => holder);

  /** Sessions of this generation that nobody ended: their holders may still be at work, lease or not. */
  const unended = ({ voided }: ServiceRecord): readonly string[] =>
    [...sessions].filter(([, it]) => !it.isReleased && it.generation >= voided).map(([holder]) => holder);

  /** Whether a window awake is on, by every clock on the stage. */
  const isCalled = (): boolean =>
    schedule !== null && [-TOLERANCE_MS, TOLERANCE_MS].every((ms) => intentAt(schedule, world.now() + ms) === 'awake');

  const onSleep = (actor: string, before: ServiceRecord, after: ServiceRecord): void => {
    const isNightly = after.reason === 'nightly-kill' && !scenario.sparesLeased;
    if (actor.startsWith('force')) isDismissed = scenario.window === 'awake' ? 'surely' : 'maybe';
    if (MAY_END_SESSIONS.test(actor) || BREAKER.test(after.reason) || isNightly) {
      forcedUpTo = after.voided;
      return;
    }
    const live = liveHolders();
    if (live.length > 0) broken.push(`2 no sleep under a live lease: ${actor} ended ${live.join(', ')}`);
    const others = unended(before).filter((holder) => !actor.startsWith(`kill ${holder}#`));
    if (actor.startsWith('kill') && others.length > 0)
      broken.push(`5 kill is personal: ${actor} ended ${others.join(', ')}`);
    if (before.hold && world.now() + TOLERANCE_MS < before.hold.until && before.hold.intent === 'awake') {
      broken.push(`held awake, but ${actor} put it to sleep`);
    }
    // Where one has only just begun, the swap may have been on its way before.
    if (scenario.window === 'awake' && isCalled() && after.reason !== 'nightly-kill')
      broken.push(`9 windows: ${actor} put it to sleep within a window awake`);
    if (!actor.startsWith('tick') || after.reason === 'nightly-kill') return;
    if (scenario.activity === 'active') broken.push(`${actor} put a service to sleep that was in use`);
    const awakeMs = world.now() - (before.wokenAt ?? 0);
    if (scenario.activity === 'unknown' && awakeMs + TOLERANCE_MS * 2 < policy.unknownAfterMs) {
      broken.push(`7 silence is not idleness: asleep after ${awakeMs} ms without data`);
    }
  };

  /** By the clock, which asks for it and is told no like anybody else. */
  const onScheduledWake = (actor: string, { hold, breaker }: ServiceRecord): void => {
    const now = world.now();
    if (schedule === null || intentAt(schedule, now + TOLERANCE_MS) !== 'awake')
      broken.push(`9 windows: ${actor} woke it outside of any`);
    if (hold && now + TOLERANCE_MS < hold.until) broken.push(`9 windows: ${actor} overruled a hold`);
    if (breaker && now + TOLERANCE_MS < breaker.until) broken.push(`9 windows: ${actor} tried it again too soon`);
    if (isDismissed === 'surely') broken.push(`9 windows: ${actor} undid what somebody forced`);
  };

  const onRecord = (actor: string, before: ServiceRecord, after: ServiceRecord): void => {
    if (after.revision !== before.revision + 1)
      broken.push(`an update was lost: revision ${before.revision} → ${after.revision}`);
    if (after.generation < before.generation || after.voided < before.voided) broken.push('the generation went back');
    const isHeldAsleep = before.hold?.intent === 'asleep' && after.hold !== null;
    if (isHeldAsleep && after.intent !== 'asleep' && !actor.startsWith('hold-awake'))
      broken.push(`held asleep, but ${actor} woke it`);
    if (before.intent !== after.intent) turns.add(after.revision);
    if (before.intent === 'asleep' && after.intent !== 'asleep') {
      transitions += 1;
      if (actor.startsWith('tick')) onScheduledWake(actor, before);
      isDismissed = 'no';
    }
    if (before.intent !== 'asleep' && after.intent === 'asleep') onSleep(actor, before, after);
    else if (after.voided > before.voided) forcedUpTo = after.voided;
  };

  return {
    broken,
    onWrite: ({ by, key, before, after }: Write): void => {
      if (key !== controlKeys.record(SERVICE) || before === null || after === null) return;
      onRecord(by, JSON.parse(before) as ServiceRecord, JSON.parse(after) as ServiceRecord);
    },
    onDesired: ({ by, to }: DesiredWrite): void => {
      desiredWrites += 1;
      const isAllowed = to === 0 || (to >= policy.wakeCount && to <= policy.max);
      if (!isAllowed) broken.push(`4 set, never increment: ${by} set the desired count to ${to}`);
    },
    /** A holder was told that its lease holds. */
    begin: (holder: string, { generation, expiresAt }: Pick<Lease, 'generation' | 'expiresAt'>, skewMs: number): void =>
      void sessions.set(holder, { generation, expiresAt, skewMs, isReleased: false }),
    /** A holder begins to leave. */
    leave: (holder: string): void => {
      const session = sessions.get(holder);
      if (session) session.isReleased = true;
    },
    /** The answer to a wake or heartbeat, at the moment it is given. */
    told: (holder: string, lease: Lease, record: ServiceRecord): void => {
      if (record.voided > lease.generation && forcedUpTo <= lease.generation) {
        broken.push(`1 no lost wake: ${holder} was told of a lease that was void already`);
      }
    },
    liveHolders,
    turns: (): readonly number[] => [...turns],
    /** Nobody who could know of it lets it sleep while a window awake is on. */
    isOwed: ({ hold, breaker }: ServiceRecord): boolean =>
      isCalled() && isDismissed === 'no' && hold === null && (breaker?.until ?? 0) <= world.now(),
    counts: () => ({ transitions, desiredWrites }),
  };
};
