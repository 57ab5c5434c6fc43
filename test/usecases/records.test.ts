import { beforeEach, describe, expect, it } from 'vitest';
import { wake } from '#shared/usecases/wake.ts';
import { aLease, anAsleepRecord, aRecord, CREATED, SERVICE } from '../support/builders.ts';
import { aControlPlane, aWake, type ControlPlane } from '../support/control-plane.ts';
import { T0 } from '../support/virtual-clock.ts';

describe('the record of a service', () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
  });
  const read = async () => plane.records.read(await plane.directory.find(SERVICE));

  it.each([
    [1, 'awake', T0, 'found running'],
    [0, 'asleep', null, 'found at zero'],
  ])('is taken from what is found, the first time: %d tasks, %s', async (desiredCount, intent, wokenAt, reason) => {
    plane.fleet.meddle(SERVICE, { desiredCount });
    expect((await read()).value).toMatchObject({
      intent,
      wokenAt,
      reason,
      generation: 1,
      revision: 1,
      createdAt: CREATED,
    });
    expect(await plane.record()).toMatchObject({ intent });
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it('is adopted by whoever is first, and the others take that', async () => {
    const found = await Promise.all(Array.from({ length: 20 }, () => read()));
    expect(new Set(found.map(({ etag }) => etag)).size).toBe(1);
    expect(
      plane.store.calls.filter(({ op, key }) => op === 'get' && key === 'services/api.json').length,
    ).toBeGreaterThan(20);
  });

  it('is the one there is, without a look at the fleet', async () => {
    await plane.plant(anAsleepRecord());
    await plane.directory.find(SERVICE);
    plane.recount();
    expect((await read()).value).toMatchObject(anAsleepRecord());
    expect(plane.count()).toBe(1);
  });

  it('is not found when the service has left', async () => {
    const managed = await plane.directory.find(SERVICE);
    plane.fleet.remove(SERVICE);
    await expect(plane.records.read(managed)).rejects.toMatchObject({ code: 'service-not-found' });
  });

  it('is an outage when it cannot be read: never adopted over', async () => {
    await plane.store.put('services/api.json', new TextEncoder().encode('{"intent":'), 'absent');
    await expect(read()).rejects.toThrow('not a JSON document: services/api.json');
    const managed = await plane.directory.find(SERVICE);
    plane.store.before = () => {
      throw new Error('no answer');
    };
    await expect(plane.records.read(managed)).rejects.toThrow('no answer');
  });

  it.each(['{}', '[]', '5', 'null', '{"createdAt":"x"}', '{"intent":"awake","generation":null}'])(
    'is an outage when it is no record: %s',
    async (text) => {
      await plane.store.put('services/api.json', new TextEncoder().encode(text), 'absent');
      await expect(read()).rejects.toThrow('not a record: services/api.json');
    },
  );

  it('that was lost begins above every lease, so that nobody is locked out by one of their own', async () => {
    await plane.plantLease(aLease({ generation: 8 }));
    await plane.plantLease(aLease({ holder: 'phone', generation: 3 }));
    expect((await read()).value).toMatchObject({ generation: 9, voided: 9, revision: 1 });
    expect((await wake(plane)(aWake())).did).toBe('joined');
  });

  describe('of a service recreated under the same name', () => {
    it('begins anew: another generation, old leases void, no history', async () => {
      await plane.plant(aRecord({ bootsMs: [5], failedTasks: ['a'] }));
      await plane.plantLease(aLease());
      plane.fleet.add(SERVICE, { createdAt: CREATED + 1, desiredCount: 1 });
      const { value } = await read();
      expect(value).toMatchObject({
        createdAt: CREATED + 1,
        generation: 5,
        voided: 5,
        revision: 10,
        bootsMs: [],
        failedTasks: [],
      });
      expect((await plane.leases.survey(SERVICE, value.voided, 'all')).live).toBe(0);
    });

    it('is adopted once, by whoever is first', async () => {
      await plane.plant(aRecord());
      plane.fleet.add(SERVICE, { createdAt: CREATED + 1 });
      await Promise.all(Array.from({ length: 10 }, () => read()));
      expect((await plane.record()).generation).toBe(5);
    });

    it('is not given back to its predecessor by who remembers only that', async () => {
      const old = await plane.directory.find(SERVICE);
      await plane.plant(aRecord({ createdAt: CREATED + 1, generation: 9 }));
      expect((await plane.records.read(old)).value.generation).toBe(9);
    });
  });

  it('is swapped by one of two', async () => {
    await plane.plant(aRecord());
    const from = await read();
    const swaps = [1, 2].map((n) =>
      plane.records.swap(from, { ...from.value, revision: from.value.revision + 1, reason: `${n}` }),
    );
    expect((await Promise.all(swaps)).filter((won) => won !== undefined)).toHaveLength(1);
  });
});
