import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { ObjectStore, WriteOutcome } from '#shared/ports/object-store.ts';
import {
  hasReached,
  MAIN_CLUSTER,
  machines,
  type Machines,
  type SimService,
  type SimTask,
} from '../support/sim-aws/machines.ts';
import { objects, type Objects } from '../support/sim-aws/objects.ts';
import type { GroundOptions, MakeGround } from './ground.ts';
import type { Actor, World } from './world.ts';

const toTask = (task: SimTask): Task => {
  const { exitCode: _, taskDefinition: __, ...shown } = task;
  const endpoint = hasReached(task, 'ACTIVATING') ? { host: '10.0.0.1', port: 80, url: null } : null;
  return { ...shown, endpoint, output: null };
};

const counted = (service: SimService, status: Task['lastStatus']): number =>
  service.tasks.filter(({ lastStatus }) => lastStatus === status).length;

export const toObserved = (fleet: Machines, service: SimService, now: number): Observed => ({
  service: service.service,
  createdAt: service.createdAt,
  tags: {},
  desiredCount: service.desiredCount,
  runningCount: counted(service, 'RUNNING'),
  pendingCount: counted(service, 'PENDING'),
  taskDefinition: service.taskDefinition,
  hasHealthCheck: service.build.hasHealthCheck,
  hasEndpoint: service.build.port !== null,
  deployingSince: service.deployingSince,
  bounds: service.bounds,
  tasks: fleet.shownTasks(service).map(toTask),
  observedAt: now,
});

const serviceNotFound = (service: string): Error => new Error(`ServiceNotFoundException: ${service}`);

const fleetOf = (there: World, fleet: Machines, options: GroundOptions, actor: Actor): Fleet => ({
  list: () =>
    there.call(actor, {
      label: 'list services',
      effect: () =>
        fleet.all(MAIN_CLUSTER).map(({ service, createdAt, bounds, taskDefinition }) => ({
          service,
          createdAt,
          tags: {},
          autoscaled: bounds !== null,
          taskDefinition,
        })),
    }),
  observe: (names) =>
    there.call(actor, {
      label: `observe ${names.join(' ')}`,
      effect: () => {
        const isStale = options.mayBeStale && there.isWhim();
        const found = names.flatMap((name) => fleet.find(MAIN_CLUSTER, name) ?? []);
        return new Map(
          found.map((service) => [service.service, toObserved(fleet, fleet.seen(service, isStale), there.now())]),
        );
      },
    }),
  setDesiredCount: (service, to) =>
    there.call(actor, {
      label: `set ${service} to ${to}`,
      effect: () => {
        options.onDesired({ by: actor.name, service, to });
        if (!fleet.setDesired(MAIN_CLUSTER, service, to)) throw serviceNotFound(service);
      },
      mayLandLate: true,
    }),
  setBounds: (service, bounds) =>
    there.call(actor, {
      label: `bound ${service} to ${bounds.min}..${bounds.max}${bounds.suspended ? ' suspended' : ''}`,
      effect: () => {
        if (!fleet.setBounds(MAIN_CLUSTER, service, bounds)) throw serviceNotFound(service);
      },
      mayLandLate: true,
    }),
});

const inFlight = (): WriteOutcome => ({ ok: false, because: 'in-flight' });
const precondition: WriteOutcome = { ok: false, because: 'precondition' };

/** Strongly consistent and conditional as S3 is, with S3's ways of not answering. */
const storeOf = (there: World, store: Objects, actor: Actor): ObjectStore => ({
  get: (key) => there.call(actor, { label: `get ${key}`, effect: () => store.get(key) }),
  put: (key, body, condition) =>
    there.call<WriteOutcome>(actor, {
      label: `put ${key}`,
      effect: () => {
        const written = store.put(actor.name, key, { body }, condition);
        return written ? { ok: true, etag: written.etag } : precondition;
      },
      instead: { fault: 'in-flight', answer: inFlight },
      mayLandLate: true,
    }),
  delete: (key, condition) =>
    there.call<WriteOutcome>(actor, {
      label: `delete ${key}`,
      effect: () => {
        if (store.has(key) && !store.holds(key, condition)) return precondition;
        if (store.has(key)) store.delete(actor.name, key);
        return { ok: true, etag: condition.etag };
      },
      instead: { fault: 'in-flight', answer: inFlight },
      mayLandLate: true,
    }),
  list: (prefix, { after = '' } = {}) =>
    there.call(actor, {
      label: `list ${prefix}`,
      effect: () => ({
        objects: store
          .list(prefix, after)
          .map(([key, { etag, body, modifiedAt }]) => ({ key, etag, modifiedAt, size: body.length })),
        next: undefined,
      }),
    }),
});

/** The ports, each call of which is one step. */
export const onPorts: MakeGround = (there, options) => {
  const fleet = machines(there.now, options.mayBeStale);
  const store = objects(there.now, options.onWrite);
  return {
    machines: fleet,
    store,
    add: (seed) => void fleet.add(seed),
    isListed: false,
    of: (actor) => ({ fleet: fleetOf(there, fleet, options, actor), store: storeOf(there, store, actor) }),
  };
};
