import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { aLease, anAsleepRecord, aRecord } from '../support/builders.ts';
import { CRASH, MANAGED, type Seed } from '../support/sim-aws/machines.ts';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../support/virtual-clock.ts';
import { house, NAME, type Asking, type House } from './house.ts';
import type { Recorded } from './requests.ts';
import type { Stack } from './stack.ts';

const API = {
  wake: 'POST /services/{service}/wake',
  wakeAny: 'POST /wake',
  kill: 'POST /services/{service}/kill',
  killAny: 'POST /kill',
  renew: 'PUT /services/{service}/leases/{holder}',
  release: 'DELETE /services/{service}/leases/{holder}',
  hold: 'PUT /services/{service}/hold',
  unhold: 'DELETE /services/{service}/hold',
  status: 'GET /services/{service}',
  list: 'GET /services',
  decision: 'GET /services/{service}/decision',
  history: 'GET /services/{service}/history',
  openapi: 'GET /openapi.json',
} as const;

const BOUNDS = { min: 1, max: 3, suspended: false };
const MAY_ALL = { force: true, hold: true };
const HELD_BY = { holder: 'laptop' };
const BUILT = T0 - DAY;

/** Asks, and insists on the answer: a scene that goes otherwise shows other calls than it says. */
const ask = async (at: House, address: string, expected: number, asking: Asking = {}): Promise<any> => {
  const { status, body } = await at.ask(address, asking);
  if (status !== expected) throw new Error(`${address} answered ${status}: ${JSON.stringify(body)}`);
  return body;
};

/** The same, whichever way it went: to renew a lease on a sleeper is refused. */
const done = async (at: House, address: string, asking: Asking = {}): Promise<void> => {
  const { status, body } = await at.ask(address, asking);
  if (status >= 300 && status !== 409) throw new Error(`${address} answered ${status}: ${JSON.stringify(body)}`);
};

/** A service whose tasks come up by the clock. */
const service = (at: House, more: Partial<Seed> = {}): void =>
  void at.aws.add({
    service: NAME,
    cluster: at.cluster,
    createdAt: BUILT,
    paceMs: SECOND,
    tags: { ...MANAGED },
    ...more,
  });

const wanted = ({ aws, cluster }: House): number => aws.machines.find(cluster, NAME)?.desiredCount ?? 0;

const operator = ({ aws }: House): string => {
  aws.store.place(controlKeys.grant('olga'), MAY_ALL);
  return 'olga';
};

const holdUntil = (at: House, intent: 'awake' | 'asleep') => ({
  body: { intent, until: new Date(at.clock.now() + HOUR).toISOString(), reason: 'a demo' },
  subject: operator(at),
});

const tags = (words: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({ ...MANAGED, ...words });

/** Everything that anybody can be the first to ask. */
const FIRSTS: Readonly<Record<string, (at: House) => Promise<unknown>>> = {
  wake: (at) => done(at, API.wake),
  wakeAny: (at) => done(at, API.wakeAny),
  kill: (at) => done(at, API.kill),
  killAny: (at) => done(at, API.killAny),
  renew: (at) => done(at, API.renew),
  release: (at) => done(at, API.release),
  hold: (at) => done(at, API.hold, holdUntil(at, 'awake')),
  unhold: (at) => done(at, API.unhold, { subject: operator(at) }),
  status: (at) => done(at, API.status, { query: HELD_BY }),
  list: (at) => done(at, API.list),
  decision: (at) => done(at, API.decision),
  history: (at) => done(at, API.history),
  tick: (at) => at.tick(),
  nightlyKill: (at) => at.closeAt(at.clock.now()),
  taskEvent: (at) => at.taskChanged(),
};

type Scene = (open: () => House) => Promise<void>;

/** What happens to the control plane, one story each. */
const SCENES: Readonly<Record<string, Scene>> = {
  'whoever is first finds a service that runs, and leases of a time that nobody recorded': async (open) => {
    for (const first of Object.values(FIRSTS)) {
      const at = open();
      service(at, { desiredCount: 1, bounds: BOUNDS });
      at.clock.advance(MINUTE);
      const left = aLease({ service: at.id, holder: 'gone', expiresAt: T0 - HOUR });
      at.aws.store.place(controlKeys.lease(at.id, left), left);
      await first(at);
    }
  },

  'whoever is next finds what the first wrote': async (open) => {
    for (const next of Object.values(FIRSTS)) {
      const at = open();
      service(at, { desiredCount: 1 });
      at.clock.advance(MINUTE);
      await at.tick();
      await ask(at, API.wake, 200, { body: HELD_BY });
      at.clock.advance(MINUTE);
      await next(at);
    }
  },

  'a sleeper is woken, joined, watched and left': async (open) => {
    for (const bounds of [null, { min: 0, max: 3, suspended: true }]) {
      const at = open();
      service(at, { bounds });
      await at.tick();
      const woken = await ask(at, API.wake, 202, { body: HELD_BY });
      await ask(at, API.wake, 202, { body: { holder: 'phone' } });
      await ask(at, API.status, 200, { query: { wait: '25', holder: 'laptop' } });
      await ask(at, API.wake, 200, { body: HELD_BY });
      at.clock.advance(10 * SECOND);
      await ask(at, API.renew, 200);
      await at.taskChanged();
      await ask(at, API.kill, 200, { body: { ...HELD_BY, generation: woken.generation - 1 } });
      await ask(at, API.kill, 200, { body: HELD_BY });
      await ask(at, API.kill, 202, { body: { holder: 'phone' } });
      await ask(at, API.renew, 409);
    }
  },

  'the last lease is released, by its address and by its end': async (open) => {
    for (const bounds of [null, BOUNDS]) {
      const at = open();
      service(at, { desiredCount: 1, bounds });
      at.clock.advance(MINUTE);
      await at.tick();
      await ask(at, API.wake, 200, { body: HELD_BY });
      await ask(at, API.release, 202);
      at.clock.advance(MINUTE);
      await ask(at, API.wake, 202, { body: { ...HELD_BY, leaseSeconds: 10 } });
      at.clock.advance(MINUTE);
      await ask(at, API.kill, 200, { body: HELD_BY });
      await at.tick();
    }
  },

  'an operator ends and pins what others use': async (open) => {
    const at = open();
    service(at, { desiredCount: 1, bounds: BOUNDS });
    at.clock.advance(MINUTE);
    await ask(at, API.wake, 200, { body: HELD_BY });
    await ask(at, API.kill, 403, { body: { force: true } });
    await ask(at, API.hold, 403, { ...holdUntil(at, 'asleep'), subject: 'ada' });
    await ask(at, API.kill, 202, { body: { force: true }, subject: operator(at) });
    await ask(at, API.hold, 200, holdUntil(at, 'awake'));
    at.clock.advance(MINUTE);
    await ask(at, API.hold, 200, holdUntil(at, 'asleep'));
    await ask(at, API.wake, 409);
    await ask(at, API.unhold, 204, { subject: 'olga' });
    await ask(at, API.hold, 200, holdUntil(at, 'awake'));
    at.clock.advance(2 * HOUR);
    await at.tick();
  },

  'a transition that nobody finished is finished by whoever looks': async (open) => {
    for (const look of Object.values(FIRSTS)) {
      for (const isAwake of [true, false]) {
        const at = open();
        const record = isAwake ? aRecord : anAsleepRecord;
        // The fleet is the other way round.
        service(at, { desiredCount: isAwake ? 0 : 1, bounds: isAwake ? { min: 0, max: 3, suspended: true } : BOUNDS });
        const { store } = at.aws;
        const since = { createdAt: BUILT, since: T0 - HOUR, wokenAt: T0 - HOUR };
        store.place(controlKeys.record(at.id), record({ service: at.id, ...since }));
        const known = { service: at.id, createdAt: BUILT, tags: {}, autoscaled: true, taskDefinition: `${NAME}:1` };
        store.place(controlKeys.directory, { services: [known], departed: [], revision: 1 });
        const lease = aLease({ service: at.id, generation: isAwake ? 4 : 2, expiresAt: T0 + HOUR });
        store.place(controlKeys.lease(at.id, lease), lease);
        await look(at);
      }
    }
  },

  'what cannot start is given up, and people are told': async (open) => {
    for (const watch of [
      (at: House) => at.tick(),
      (at: House) => at.taskChanged(),
      (at: House) => at.ask(API.status),
      (at: House) => at.ask(API.renew),
      (at: House) => at.ask(API.wake, { body: { holder: 'phone' } }),
    ]) {
      const at = open();
      service(at, { fate: { ...CRASH, at: 'RUNNING' }, bounds: { min: 0, max: 3, suspended: true } });
      await at.tick();
      await ask(at, API.wake, 202, { body: HELD_BY });
      for (let round = 0; round < 30 && wanted(at) > 0; round += 1) {
        at.clock.advance(5 * SECOND);
        await watch(at);
      }
      await at.taskChanged();
      await ask(at, API.wake, 409, { body: HELD_BY });
      await at.tick();
    }
  },

  'what nobody uses is put to sleep by the tick': async (open) => {
    for (const word of ['leases', 'connections']) {
      const at = open();
      service(at, { desiredCount: 1, bounds: BOUNDS, tags: tags({ 'nightporter:signal': word }) });
      for (let round = 0; round < 20; round += 1) {
        await at.tick();
        at.clock.advance(5 * MINUTE);
      }
      if (wanted(at) !== 0) throw new Error(`${word}: it is still awake`);
      await at.tick();
    }
  },

  'a session that was ended is swept, and a service that left is forgotten': async (open) => {
    const at = open();
    service(at, { desiredCount: 1 });
    at.clock.advance(MINUTE);
    await at.tick();
    await ask(at, API.wake, 200, { body: HELD_BY });
    await ask(at, API.kill, 202, { body: { force: true }, subject: operator(at) });
    await at.tick();
    await ask(at, API.wake, 202, { body: HELD_BY });
    at.aws.machines.change(at.cluster, NAME, (each) => Object.assign(each, { tags: { team: 'another' } }));
    await at.tick();
    await ask(at, API.wake, 404);
    await at.taskChanged();
    at.clock.advance(31 * DAY);
    await at.tick();
    if (at.aws.store.has(controlKeys.record(at.id))) throw new Error('it is not forgotten');
  },

  'a service is built anew under its old name': async (open) => {
    for (const next of Object.values(FIRSTS)) {
      const at = open();
      service(at, { desiredCount: 1 });
      at.clock.advance(MINUTE);
      await at.tick();
      at.aws.machines.remove(at.cluster, NAME);
      service(at, { desiredCount: 1, createdAt: at.clock.now() });
      at.clock.advance(MINUTE);
      await next(at);
    }
  },

  'it closes for the night': async (open) => {
    for (const [word, bounds] of [
      ['yes', BOUNDS],
      ['spare-leased', null],
      ['no', null],
    ] as const) {
      const at = open();
      service(at, { desiredCount: 1, bounds, tags: tags({ 'nightporter:nightly-kill': word }) });
      at.clock.advance(MINUTE);
      await at.tick();
      await ask(at, API.wake, 200, { body: HELD_BY });
      at.clock.advance(HOUR);
      await at.closeAt(at.clock.now());
      await at.closeAt(at.clock.now() - DAY);
      await at.tick();
    }
  },

  'there are workers that nobody reaches, and services that are none of its business': async (open) => {
    const at = open();
    service(at, { desiredCount: 1, isPublic: false });
    service(at, { service: 'worker', build: { port: null, hasHealthCheck: false }, desiredCount: 1 });
    service(at, { service: 'stranger', tags: {} });
    at.clock.advance(MINUTE);
    await at.tick();
    const of = (name: string): Asking => ({ params: { service: at.id.replace(NAME, name) } });
    await ask(at, API.wake, 200);
    await ask(at, API.wake, 200, of('worker'));
    await ask(at, API.status, 200, of('worker'));
    await ask(at, API.status, 404, of('stranger'));
    await ask(at, API.status, 404, of('ghost'));
    await ask(at, API.wakeAny, 400);
    await at.taskChanged('stranger');
    await at.taskChanged(NAME, 'a-third');
    await at.closeAt(at.clock.now());
  },

  'somebody reads how it is done': async (open) => {
    await ask(open(), API.openapi, 200);
  },
};

/** Plays every scene in every cluster, and tells every call that the functions made. */
export const play = async (stack: Stack): Promise<readonly Recorded[]> => {
  const houses: House[] = [];
  for (const cluster of stack.clusters) {
    const open = (): House => {
      const at = house(stack, cluster);
      houses.push(at);
      return at;
    };
    for (const [name, scene] of Object.entries(SCENES)) {
      await scene(open).catch((cause: unknown) => {
        throw new Error(`the scene of ${cluster} in which ${name} went otherwise`, { cause });
      });
    }
  }
  return houses.flatMap(({ calls }) => calls);
};
