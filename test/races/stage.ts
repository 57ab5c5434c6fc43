import { DEFAULT_POLICY, parsePolicy, type Policy } from '#shared/domain/idle/policy.ts';
import type { Measurement } from '#shared/domain/idle/evidence.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { withNewer, type History } from '#shared/domain/lifecycle/history.ts';
import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Passage } from '#shared/domain/lifecycle/trail.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Caller } from '#shared/usecases/caller.ts';
import type { TickDeps } from '#shared/usecases/deps.ts';
import type { Directory, Managed } from '#shared/usecases/directory.ts';
import { documents } from '#shared/usecases/documents.ts';
import { leases } from '#shared/usecases/leases.ts';
import { records } from '#shared/usecases/records.ts';
import type { Ground, MakeGround } from './ground.ts';
import { promises } from './promises.ts';
import { HOUR_MS, LEASE_MS, NEIGHBOUR, NOON, SERVICE, SUBJECT, WINDOWS, type Scenario } from './scenario.ts';
import type { Variant } from './variants.ts';
import { world, type Actor } from './world.ts';

/** Ticks confirm at once: their distance in time is the clock's business, their interleaving is ours. */
const POLICY: Policy = {
  ...DEFAULT_POLICY,
  leaseMs: LEASE_MS,
  confirmAfterMs: 0,
  graceAfterWakeMs: 0,
  wakeCount: 1,
  max: 1,
};

export const CALLER: Caller = { subject: SUBJECT, source: '127.0.0.1', grant: { force: true, hold: true } };

const firstRecord = (start: Scenario['start']): ServiceRecord => ({
  service: SERVICE,
  createdAt: 0,
  intent: start,
  generation: 5,
  voided: start === 'asleep' ? 5 : 4,
  revision: 1,
  since: NOON - HOUR_MS,
  reason: 'the stage is set',
  by: 'nobody',
  hold: null,
  wokenAt: start === 'asleep' ? null : NOON - HOUR_MS,
  readyAt: start === 'asleep' ? null : NOON - HOUR_MS,
  bootsMs: [],
  failedTasks: [],
  failure: null,
  breaker: null,
  provenWith: null,
  news: null,
});

const FLEETING = { createdAt: 0, taskDefinition: 'one' };

const measurementOf = (activity: Scenario['activity'], now: number): Measurement => {
  const used = { measuredAt: now, inUse: true, lastUseAt: now, lastActivityAt: now };
  const silent = { measuredAt: now, inUse: false, lastUseAt: null, lastActivityAt: NOON - HOUR_MS };
  const unknown = { measuredAt: null, inUse: null, lastUseAt: null, lastActivityAt: null };
  return { active: used, idle: silent, unknown }[activity];
};

/** Asleep; or idle and draining: then the next tick puts it to sleep, whatever becomes of the others. */
const placeNeighbour = ({ store, add }: Ground, intent: 'asleep' | 'draining'): void => {
  store.place(controlKeys.record(NEIGHBOUR), { ...firstRecord(intent), service: NEIGHBOUR });
  add({ ...FLEETING, service: NEIGHBOUR, desiredCount: intent === 'asleep' ? 0 : 1 });
};

/** Sets one service, its leases and its fleet on the stage, with a monitor that watches every write. */
export const stage = (scenario: Scenario, variant: Variant, makeGround: MakeGround) => {
  const there = world(scenario.choices, scenario.faults, NOON);
  const policy: Policy = {
    ...POLICY,
    max: scenario.autoscaled ? 3 : 1,
    schedule: parsePolicy(WINDOWS[scenario.window]).policy.schedule,
    nightlyKill: scenario.sparesLeased ? 'spare-leased' : 'yes',
  };
  const managed: Managed = {
    taskDefinition: 'one',
    service: SERVICE,
    createdAt: 0,
    autoscaled: scenario.autoscaled,
    policy,
    problems: [],
  };
  const watch = promises(there, policy, scenario);
  const ground = makeGround(there, {
    mayBeStale: scenario.stale,
    onDesired: watch.onDesired,
    onWrite: watch.onWrite,
  });
  const { store, machines } = ground;
  const isAwake = scenario.start !== 'asleep';

  store.place(controlKeys.record(SERVICE), firstRecord(scenario.start));
  for (const holder of isAwake ? new Set([...scenario.expired, ...scenario.holding]) : []) {
    const isLive = scenario.holding.includes(holder);
    const expiresAt = isLive ? NOON + LEASE_MS : NOON - 60_000;
    const lease: Lease = { service: SERVICE, subject: SUBJECT, holder, generation: 5, expiresAt };
    store.place(controlKeys.lease(SERVICE, lease), lease);
    watch.begin(holder, lease, 0);
  }
  ground.add({
    ...FLEETING,
    service: SERVICE,
    desiredCount: isAwake ? 1 : 0,
    bounds: scenario.autoscaled ? { min: isAwake ? 1 : 0, max: 3, suspended: !isAwake } : null,
  });
  for (let step = 0; step < 5; step += 1) machines.evolve(SERVICE);
  const neighbour: Managed = {
    ...managed,
    service: NEIGHBOUR,
    autoscaled: false,
    policy: { ...policy, schedule: null },
  };
  const hasNeighbour = scenario.poisoned || ground.isListed;
  if (hasNeighbour) placeNeighbour(ground, scenario.poisoned ? 'draining' : 'asleep');

  const services = hasNeighbour ? [managed, neighbour] : [managed];
  const everybody = ({ list }: Fleet): Directory => ({
    find: async () => managed,
    all: async () => services,
    refresh: async () => {
      if (ground.isListed) await list();
      return { services, isNew: false, left: [], forgotten: [] };
    },
    conclude: async () => {},
  });

  const poisoning = (actor: Actor, own: ObjectStore): ObjectStore => {
    const isPoisoned = (key: string): boolean =>
      scenario.poisoned && !there.isCalm() && actor.name.startsWith('tick') && key === controlKeys.record(SERVICE);
    return { ...own, get: (key) => (isPoisoned(key) ? Promise.reject(new Error('refused')) : own.get(key)) };
  };

  /** One process with its own view of the world, as one Lambda invocation has. */
  const depsOf = (actor: Actor): TickDeps => {
    const clock = there.clockOf(actor);
    const own = ground.of(actor);
    const ports = variant.wrap(actor, {
      store: poisoning(actor, own.store),
      fleet: own.fleet,
      clock,
      random: there.random,
      activity: {
        measure: () =>
          there.call(actor, {
            label: 'measure',
            effect: () =>
              new Map([
                [SERVICE, measurementOf(scenario.activity, there.now())],
                [NEIGHBOUR, measurementOf('idle', there.now())],
              ]),
          }),
      },
      notifier: { notify: async () => {} },
      telemetry: { event: () => {}, failure: () => {}, metric: () => {}, vitals: () => {}, audit: () => {} },
    });
    const docs = documents(ports);
    return {
      ...ports,
      settings: { timeZone: 'UTC', nightlyKill: { timeOfDayMs: 0, timeZone: 'UTC' } },
      docs,
      directory: everybody(ports.fleet),
      records: records({ ...ports, docs }),
      leases: leases({ ...ports, docs }),
    };
  };

  const recordOf = (service: string): ServiceRecord | undefined =>
    store.read(controlKeys.record(service)) as ServiceRecord | undefined;
  const historyNow = (): readonly Passage[] => {
    const record = recordOf(SERVICE);
    const kept = store.read(controlKeys.history(SERVICE)) as History | undefined;
    return record ? withNewer(kept, record).passages : [];
  };
  const leaseOf = (holder: string): Lease | undefined =>
    store.read(controlKeys.lease(SERVICE, { subject: SUBJECT, holder })) as Lease | undefined;

  return {
    there,
    recordOf,
    historyNow,
    leaseOf,
    machines,
    watch,
    policy,
    depsOf,
    isPoisoned: scenario.poisoned,
    isFaultless: scenario.faults.length === 0,
  };
};

export type Stage = ReturnType<typeof stage>;
