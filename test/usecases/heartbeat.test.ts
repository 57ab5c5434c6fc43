import { beforeEach, describe, expect, it } from 'vitest';
import { heartbeat } from '#shared/usecases/heartbeat.ts';
import { aCaller, aDrainingRecord, aHold, aLease, anAsleepRecord, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aHeartbeat, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, MINUTE, T0 } from '../support/virtual-clock.ts';

const asleep = expect.objectContaining({ code: 'service-asleep', message: 'api is asleep; wake it first' });

describe('a heartbeat', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(aRecord());
  });

  /** Changes the record after it was read that often. */
  const afterReads = (count: number, change: () => Promise<void>): void => {
    let reads = 0;
    plane.store.after = async ({ op, key }) => {
      if (op !== 'get' || key !== 'services/api.json' || (reads += 1) !== count) return;
      plane.store.after = () => undefined;
      await change();
    };
  };

  it('takes a lease on a service that is awake, and tells how it is', async () => {
    const outcome = await heartbeat(plane)(aHeartbeat());
    expect(outcome.lease).toEqual(aLease({ expiresAt: T0 + 10 * MINUTE }));
    expect(outcome.sighting?.observed.desiredCount).toBe(1);
    expect(await plane.lease('laptop')).toMatchObject(outcome.lease);
  });

  it.each([
    ['longer', HOUR],
    ['shorter', 10_000],
  ])('sets the end of the lease: %s', async (_, leaseMs) => {
    await plane.plantLease(aLease({ expiresAt: T0 + 10 * MINUTE }));
    expect((await heartbeat(plane)(aHeartbeat({ leaseMs }))).lease.expiresAt).toBe(T0 + leaseMs);
  });

  it('writes neither the record nor the fleet', async () => {
    const before = await plane.record();
    await heartbeat(plane)(aHeartbeat());
    expect(await plane.record()).toEqual(before);
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it('calls a service back that is draining', async () => {
    await plane.plant(aDrainingRecord());
    const { record } = await heartbeat(plane)(aHeartbeat());
    expect(record.value).toMatchObject({
      intent: 'awake',
      generation: 4,
      reason: 'kept awake by laptop',
      by: 'laptop',
    });
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it('is as good as any lease under a hold awake', async () => {
    await plane.plant(aRecord({ hold: aHold() }));
    expect((await heartbeat(plane)(aHeartbeat())).lease.generation).toBe(4);
  });

  it('never wakes: on a sleeper it is refused, and leaves no lease', async () => {
    const before = anAsleepRecord();
    await plane.plant(before);
    await expect(heartbeat(plane)(aHeartbeat())).rejects.toEqual(asleep);
    expect(await plane.docs.keys('leases/')).toEqual([]);
    expect(await plane.record()).toMatchObject(before);
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it('is refused when the service fell asleep between lease and record: the lease it left is void', async () => {
    afterReads(1, () => plane.plant(anAsleepRecord({ generation: 5, voided: 5 })));
    await expect(heartbeat(plane)(aHeartbeat())).rejects.toEqual(asleep);
    expect(await plane.record()).toMatchObject({ intent: 'asleep' });
    expect(await plane.leases.survey(SERVICE, 5, 'all')).toMatchObject({ live: 0, expired: 0 });
  });

  it('is refused when it was voided between the two reads, although somebody has woken the service since', async () => {
    afterReads(1, () => plane.plant(aRecord({ generation: 6, voided: 5 })));
    await expect(heartbeat(plane)(aHeartbeat())).rejects.toEqual(asleep);
    expect((await plane.leases.survey(SERVICE, 5, 'all')).live).toBe(0);
  });

  it('begins a session of its own where its lease was voided before it came', async () => {
    await plane.plant(aRecord({ generation: 6, voided: 5 }));
    await plane.plantLease(aLease({ generation: 4 }));
    expect((await heartbeat(plane)(aHeartbeat())).lease.generation).toBe(6);
  });

  it('does not bury a newer lease of the same holder', async () => {
    let isFirst = true;
    plane.store.before = async ({ op, key }) => {
      if (op !== 'put' || !key.startsWith('leases/') || !isFirst) return;
      isFirst = false;
      await plane.plantLease(aLease({ expiresAt: T0 + 3 * HOUR }));
    };
    await heartbeat(plane)(aHeartbeat({ leaseMs: MINUTE }));
    const puts = plane.store.calls.filter(({ op, key }) => op === 'put' && key.startsWith('leases/'));
    expect(puts.length).toBeGreaterThan(2);
    expect((await plane.lease('laptop'))?.expiresAt).toBe(T0 + MINUTE);
  });

  it('is refused to who has no grant for the service, and for what is not managed', async () => {
    const caller = aCaller('ada', { services: ['web'] });
    await expect(heartbeat(plane)(aHeartbeat({ caller }))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(heartbeat(plane)(aHeartbeat({ service: 'x' }))).rejects.toMatchObject({ code: 'service-not-found' });
  });
});
