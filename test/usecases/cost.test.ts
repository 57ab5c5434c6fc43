import { beforeEach, describe, expect, it } from 'vitest';
import { heartbeat } from '#shared/usecases/heartbeat.ts';
import { status } from '#shared/usecases/status.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { aLease, anAsleepRecord, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aHeartbeat, aStatus, aWake, type ControlPlane } from '../support/control-plane.ts';
import { MINUTE, T0 } from '../support/virtual-clock.ts';

/** Store and fleet calls while it runs; who the services are is known already. */
const cost = async (plane: ControlPlane, work: () => Promise<unknown>): Promise<number> => {
  await plane.directory.all();
  plane.recount();
  await work();
  return plane.count();
};

/** How many rounds one after the other: calls made at once count as one. */
const rounds = async (plane: ControlPlane, work: () => Promise<unknown>): Promise<number> => {
  await plane.directory.all();
  let count = 0;
  let isOpen = false;
  const step = async (): Promise<void> => {
    if (!isOpen) count += 1;
    isOpen = true;
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        isOpen = false;
        resolve();
      });
    });
  };
  plane.store.before = step;
  plane.fleet.before = step;
  await work();
  plane.store.before = () => undefined;
  plane.fleet.before = () => undefined;
  return count;
};

describe('a joined wake', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(aRecord());
    plane.clock.advance(MINUTE);
    await tick(plane)();
  });

  it('costs at most 6 calls while what is known is fresh', async () => {
    expect(await cost(plane, () => wake(plane)(aWake()))).toBeLessThanOrEqual(6);
  });

  it('costs at most 10 calls when it is not', async () => {
    plane.clock.advance(3_000);
    expect(await cost(plane, () => wake(plane)(aWake()))).toBeLessThanOrEqual(10);
  });

  it('costs the same when the holder has a lease already', async () => {
    await wake(plane)(aWake());
    expect(await cost(plane, () => wake(plane)(aWake()))).toBeLessThanOrEqual(6);
    expect(await cost(plane, () => heartbeat(plane)(aHeartbeat()))).toBeLessThanOrEqual(6);
  });

  it('costs the same however many have joined', async () => {
    const before = await cost(plane, () => wake(plane)(aWake()));
    await Promise.all(Array.from({ length: 50 }, (_, index) => wake(plane)(aWake({ holder: `h${index}` }))));
    expect(await cost(plane, () => wake(plane)(aWake()))).toBe(before);
  });

  it.each([
    [3, 'fresh', 0],
    [5, 'stale', 3_000],
  ])('takes at most %d rounds one after the other while what is known is %s', async (limit, _, afterMs) => {
    plane.clock.advance(afterMs);
    expect(await rounds(plane, () => wake(plane)(aWake()))).toBeLessThanOrEqual(limit);
  });
});

describe('a wake that starts a service', () => {
  it('costs at most 9 calls', async () => {
    const plane = aControlPlane();
    await plane.plant(anAsleepRecord());
    expect(await cost(plane, () => wake(plane)(aWake()))).toBeLessThanOrEqual(9);
  });

  it('costs one more when a scaler is registered', async () => {
    const plain = aControlPlane();
    const scaled = aControlPlane({ [SERVICE]: { bounds: { min: 0, max: 1, suspended: true } } });
    await plain.plant(anAsleepRecord());
    await scaled.plant(anAsleepRecord());
    const before = await cost(plain, () => wake(plain)(aWake()));
    expect(await cost(scaled, () => wake(scaled)(aWake()))).toBe(before + 1);
  });

  it('takes at most 6 rounds one after the other', async () => {
    const plane = aControlPlane();
    await plane.plant(anAsleepRecord());
    expect(await rounds(plane, () => wake(plane)(aWake()))).toBeLessThanOrEqual(6);
  });
});

it('a status reads few documents while what is known is fresh', async () => {
  const plane = aControlPlane();
  await plane.plant(aRecord());
  await status(plane)(aStatus());
  // The record, what is known, the listing of the leases and the one lease.
  await wake(plane)(aWake());
  expect(await cost(plane, () => status(plane)(aStatus()))).toBeLessThanOrEqual(4);
});

it('a waiter reads two documents every second or two', async () => {
  const plane = aControlPlane({ [SERVICE]: { bootMs: Infinity } });
  await wake(plane)(aWake());
  const waiting = Array.from({ length: 20 }, () => status(plane)(aStatus({ waitMs: 24_000 })));
  const calls = await cost(plane, () => Promise.all(waiting));
  const steps = plane.clock.slept.length + 20;
  const refreshes = plane.fleet.calls.length;
  // Two reads a step; whoever is elected, and who loses the election, a write more; a listing and a lease at the end.
  expect(calls).toBeLessThanOrEqual(2 * steps + 20 * refreshes + 2 * 20);
});

describe('a tick', () => {
  const NAMES = Array.from({ length: 60 }, (_, index) => `s${String(index).padStart(2, '0')}`);

  it('over sleepers at rest costs two listings, the directory, and one look at the fleet', async () => {
    const plane = aControlPlane(Object.fromEntries(NAMES.map((name) => [name, {}])));
    const look = tick(plane);
    await look();
    await look();
    plane.recount();
    await look();
    expect(plane.store.calls.map(({ op, key }) => `${op} ${key}`)).toEqual([
      'get directory.json',
      'list services/',
      'list leases/',
    ]);
    expect(plane.fleet.calls.map(({ op }) => op)).toEqual(['list', 'observe']);
    expect(plane.activity.asked).toEqual([]);
  });

  it('reads a record again only when it has changed, and of leases no more than the first live one', async () => {
    const plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(aRecord({ readyAt: T0 }));
    for (let index = 0; index < 40; index += 1) await plane.plantLease(aLease({ holder: `h${index}` }));
    const look = tick(plane);
    await look();
    await look();
    plane.recount();
    await look();
    const read = plane.store.calls.filter(({ op }) => op === 'get').map(({ key }) => key);
    expect(read).not.toContain('services/api.json');
    expect(read.filter((key) => key?.startsWith('leases/')).length).toBeLessThanOrEqual(16);
    await plane.plant(aRecord({ readyAt: T0, revision: 99 }));
    plane.recount();
    await look();
    expect(plane.store.calls.some(({ op, key }) => op === 'get' && key === 'services/api.json')).toBe(true);
  });

  it('still notices a sleeper that somebody started behind its back', async () => {
    const plane = aControlPlane();
    await plane.plant(anAsleepRecord());
    const look = tick(plane);
    await look();
    plane.fleet.meddle(SERVICE, { desiredCount: 1 });
    await look();
    expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
  });
});
