import { Refusal } from '#shared/domain/errors.ts';
import { repairWrites } from '#shared/domain/lifecycle/convergence.ts';
import { standing, type Lease } from '#shared/domain/lifecycle/lease.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { heartbeat } from '#shared/usecases/heartbeat.ts';
import { hold, unhold } from '#shared/usecases/hold.ts';
import { kill } from '#shared/usecases/kill.ts';
import { nightlyKill } from '#shared/usecases/nightly-kill.ts';
import { status } from '#shared/usecases/status.ts';
import { taskChanged } from '#shared/usecases/task-changed.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import type { TickDeps } from '#shared/usecases/deps.ts';
import { MAIN_CLUSTER } from '../support/sim-aws/machines.ts';
import { toObserved } from './on-ports.ts';
import type { Outcome } from './game.ts';
import type { MakeGround } from './ground.ts';
import { HOUR_MS, LEASE_MS, NEIGHBOUR, SERVICE, type Doing, type Scenario } from './scenario.ts';
import { CALLER, stage, type Stage } from './stage.ts';
import type { Variant } from './variants.ts';
import type { Actor } from './world.ts';

type Program = (deps: TickDeps, actor: Actor) => Promise<unknown>;

const input = (holder: string) => ({ service: SERVICE, caller: CALLER, holder });

/** The goodbyes of each holder: how many have begun, and how many are under way. */
type Goodbyes = Map<string, { readonly begun: number; readonly underWay: number }>;

const goodbyesOf = (goodbyes: Goodbyes, holder: string) => goodbyes.get(holder) ?? { begun: 0, underWay: 0 };

/** Wakes and heartbeats are told something; what counts is whether it is true when they hear it. */
const askFor =
  (set: Stage, goodbyes: Goodbyes, holder: string, ask: (deps: TickDeps) => Promise<{ lease: Lease }>): Program =>
  async (deps, { skewMs }) => {
    const atFirst = goodbyesOf(goodbyes, holder);
    const { lease } = await ask(deps);
    const record = set.recordOf(SERVICE);
    // A holder that comes and leaves at once may end up either way.
    const isAmbiguous = atFirst.underWay > 0 || goodbyesOf(goodbyes, holder).begun > atFirst.begun;
    if (isAmbiguous || !record) return;
    set.watch.told(holder, lease, record);
    set.watch.begin(holder, lease, skewMs);
  };

const leave =
  (set: Stage, goodbyes: Goodbyes, holder: string): Program =>
  async (deps) => {
    const { begun, underWay } = goodbyesOf(goodbyes, holder);
    goodbyes.set(holder, { begun: begun + 1, underWay: underWay + 1 });
    set.watch.leave(holder);
    await kill(deps)({ ...input(holder), force: false, generation: null, reason: null });
    const { begun: since, underWay: still } = goodbyesOf(goodbyes, holder);
    goodbyes.set(holder, { begun: since, underWay: still - 1 });
  };

const wakeLike =
  (set: Stage, variant: Variant, holder: string): ((deps: TickDeps) => Promise<{ lease: Lease }>) =>
  async (deps) => {
    if (variant.wake === 'increments') {
      const observed = (await deps.fleet.observe([SERVICE])).get(SERVICE);
      await deps.fleet.setDesiredCount(SERVICE, (observed?.desiredCount ?? 0) + 1);
      return new Promise(() => {});
    }
    const woken = await wake(deps)({ ...input(holder), leaseMs: LEASE_MS, reason: null, force: false });
    if (variant.wake === 'also-writes' && woken.did === 'joined') {
      await deps.fleet.setDesiredCount(SERVICE, set.policy.wakeCount);
    }
    return woken;
  };

const holdUntil =
  (set: Stage, intent: 'awake' | 'asleep'): Program =>
  (deps) =>
    hold(deps)({ service: SERVICE, caller: CALLER, intent, until: set.there.now() + HOUR_MS, reason: 'a test' });

/** A tick that could not read one service looks after the others all the same, and fails in the end. */
const tickLoudly =
  (set: Stage): Program =>
  async (deps) => {
    const failure: unknown = await tick(deps)().then(
      () => undefined,
      (cause: unknown) => cause ?? 'nothing said',
    );
    if (set.isPoisoned && !failure) set.watch.broken.push('8 nothing is swallowed: the tick did not fail');
    const neighbour = set.recordOf(NEIGHBOUR);
    if (set.isPoisoned && neighbour?.intent !== 'asleep') {
      set.watch.broken.push(`8 nothing is swallowed: the neighbour is ${neighbour?.intent}`);
    }
    if (failure) throw failure;
  };

const programOf = (set: Stage, variant: Variant, goodbyes: Goodbyes, doing: Doing): Program | (() => void) => {
  const { there, machines } = set;
  switch (doing.do) {
    case 'wake':
      return askFor(set, goodbyes, doing.holder, wakeLike(set, variant, doing.holder));
    case 'heartbeat':
      return askFor(set, goodbyes, doing.holder, (deps) =>
        heartbeat(deps)({ ...input(doing.holder), leaseMs: LEASE_MS }),
      );
    case 'kill':
      return leave(set, goodbyes, doing.holder);
    case 'force':
      return (deps) => kill(deps)({ ...input('operator'), force: true, generation: null, reason: null });
    case 'tick':
      return tickLoudly(set);
    case 'hold-asleep':
      return holdUntil(set, 'asleep');
    case 'hold-awake':
      return holdUntil(set, 'awake');
    case 'unhold':
      return (deps) => unhold(deps)({ service: SERVICE, caller: CALLER });
    case 'status':
      return (deps) => status(deps)({ ...input('watcher'), holder: null, waitMs: 3_000 });
    case 'event':
      return (deps) => taskChanged(deps)(SERVICE);
    case 'nightly-kill':
      return (deps) => nightlyKill(deps)(there.now());
    case 'task-moves':
      return () => machines.evolve(SERVICE);
    case 'task-crashes':
      return () => machines.crash(SERVICE);
    case 'scaler-acts':
      return () => machines.scale(SERVICE);
    case 'time-passes':
      return () => there.advance(doing.byMs);
  }
};

const isOfTheWorld = ({ do: what }: Doing): boolean => /^(task-|scaler|time)/.test(what);

/** A tick fails with everything that failed in it. */
const causesOf = (cause: unknown): readonly unknown[] =>
  cause instanceof AggregateError ? cause.errors.flatMap(causesOf) : [cause];

/** Refusals and outages are answers like any other; anything else is a bug in the code under test. */
const isAnswer = (cause: unknown): boolean =>
  cause instanceof Refusal || /^Error: (no answer|refused|.* stood still)/.test(String(cause));

const launch = (set: Stage, actor: Actor, program: Program): void => {
  program(set.depsOf(actor), actor).catch((cause: unknown) => {
    const isThrottled = cause instanceof Refusal && cause.code === 'throttled';
    if (isThrottled && set.isFaultless) set.watch.broken.push(`${actor.name} never got through`);
    const bugs = causesOf(cause).filter((each) => !isAnswer(each));
    if (bugs.length > 0) set.watch.broken.push(`${actor.name} broke: ${bugs.map(String).join('; ')}`);
  });
};

const act = (set: Stage, variant: Variant, scenario: Scenario): void => {
  const goodbyes: Goodbyes = new Map();
  scenario.doings.forEach((doing, index) => {
    const program = programOf(set, variant, goodbyes, doing);
    const who = 'holder' in doing ? ` ${doing.holder}` : '';
    const skewMs = scenario.skewMs * ((index % 3) - 1);
    const actor: Actor = { name: `${doing.do}${who}#${index}`, skewMs, isDead: false };
    if (isOfTheWorld(doing)) set.there.happen(actor.name, () => void program(undefined as never, actor));
    else launch(set, actor, program as Program);
  });
};

const performAlone = async (set: Stage, name: string, program: Program): Promise<void> => {
  launch(set, { name, skewMs: 0, isDead: false }, program);
  await set.there.run();
};

const recordNow = (set: Stage): ServiceRecord => {
  const record = set.recordOf(SERVICE);
  if (!record) throw new Error('the record has gone');
  return record;
};

/** What must be true once nothing goes wrong any more and one more tick has come. */
const checkSettled = (set: Stage): void => {
  const record = recordNow(set);
  const service = set.machines.find(MAIN_CLUSTER, SERVICE);
  const observed = service && toObserved(set.machines, service, set.there.now());
  if (!observed || repairWrites(record, set.policy, observed).length > 0) {
    set.watch.broken.push(
      `6 convergence: the record says ${record.intent}, the fleet ${service?.desiredCount} (${JSON.stringify(service?.bounds)})`,
    );
  }
  if (record.intent !== 'awake' && set.watch.isOwed(record)) {
    set.watch.broken.push(`9 windows: ${record.intent} within a window awake`);
  }
  for (const holder of set.watch.liveHolders()) {
    const lease = set.leaseOf(holder);
    if (!lease || standing(lease, record.voided, set.there.now()) !== 'live') {
      set.watch.broken.push(`1 no lost wake: the lease of ${holder} is gone`);
    }
    if (record.intent !== 'awake')
      set.watch.broken.push(`1 no lost wake: ${record.intent} although ${holder} was told that it is awake`);
  }
};

/** Any number of wakes of a sleeping service is one transition and, when nothing fails, one write to the fleet. */
const checkCoalescing = (set: Stage, scenario: Scenario): void => {
  const isOnlyWakes = scenario.doings.every(({ do: what }) => what === 'wake');
  if (scenario.start !== 'asleep' || !isOnlyWakes || scenario.faults.length > 0) return;
  const { transitions, desiredWrites } = set.watch.counts();
  if (transitions !== 1 || desiredWrites !== 1) {
    set.watch.broken.push(`3 coalescing: ${transitions} transitions and ${desiredWrites} writes for one start`);
  }
};

/** Whoever died or was refused, and wherever: nothing that happened to the service is missing from its history. */
const checkHistory = (set: Stage): void => {
  const told = new Set(set.historyNow().map(({ revision }) => revision));
  const lost = set.watch.turns().filter((revision) => !told.has(revision));
  if (lost.length > 0) set.watch.broken.push(`10 nothing is forgotten: the history lacks ${lost.join(', ')}`);
};

/** Nobody wants it any more and nobody knows anything: it must not stay awake for ever. */
const checkFallsAsleep = async (set: Stage, scenario: Scenario): Promise<void> => {
  if (scenario.activity === 'active') return;
  for (let round = 0; round < 4; round += 1) {
    set.there.advance(HOUR_MS);
    set.machines.evolve(SERVICE);
    await performAlone(set, `tick, later#${round}`, (deps) => tick(deps)());
  }
  const { intent } = recordNow(set);
  const count = set.machines.find(MAIN_CLUSTER, SERVICE)?.desiredCount;
  if (intent !== 'asleep' || count !== 0) set.watch.broken.push(`7 for ever awake: ${intent}, ${count} tasks wanted`);
};

/** Plays one scenario with one protocol, to the end and a little further, and tells which promises it broke. */
export const play = async (scenario: Scenario, variant: Variant, makeGround: MakeGround): Promise<Outcome> => {
  const set = stage(scenario, variant, makeGround);
  act(set, variant, scenario);
  await set.there.run();
  checkCoalescing(set, scenario);
  set.there.calm();
  await performAlone(set, 'tick, at last#', (deps) => tick(deps)());
  checkSettled(set);
  checkHistory(set);
  await checkFallsAsleep(set, scenario);
  return { broken: set.watch.broken, trace: set.there.trace };
};
