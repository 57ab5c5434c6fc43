import { beforeEach, describe, expect, it } from 'vitest';
import { DEPARTED_KEPT_MS } from '#shared/usecases/directory.ts';
import { CREATED, SERVICE } from '../support/builders.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { T0 } from '../support/virtual-clock.ts';

describe('the directory', () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = aControlPlane({
      [SERVICE]: { tags: { 'idle-after': '20m', max: 'many' }, bounds: { min: 0, max: 1, suspended: true } },
    });
  });
  const ops = (): readonly string[] => [...plane.store.calls, ...plane.fleet.calls].map(({ op }) => op);

  it('knows a service with its policy, its bad tags and whether it scales by itself', async () => {
    expect(await plane.directory.find(SERVICE)).toMatchObject({
      service: SERVICE,
      createdAt: CREATED,
      autoscaled: true,
      policy: { idleAfterMs: 1_200_000, max: 1 },
      problems: [{ tag: 'max', value: 'many' }],
    });
  });

  it('asks the fleet where nobody has listed the services yet, and the document after that', async () => {
    await plane.directory.find(SERVICE);
    expect(ops()).toEqual(['get', 'list']);
    await plane.directory.refresh();
    const other = plane.restarted();
    plane.recount();
    await other.directory.find(SERVICE);
    expect(ops()).toEqual(['get']);
  });

  it.each([
    [9_999, 0],
    [10_000, 1],
  ])('is remembered for ten seconds: after %d ms, %d reads', async (afterMs, reads) => {
    await plane.directory.refresh();
    plane.clock.advance(afterMs);
    plane.recount();
    await plane.directory.find(SERVICE);
    await plane.directory.all();
    expect(plane.count()).toBe(reads);
  });

  it('asks once for an id that is not in it, before that is not found', async () => {
    await plane.directory.refresh();
    plane.recount();
    await expect(plane.directory.find('nobody')).rejects.toMatchObject({
      code: 'service-not-found',
      message: 'no service named nobody',
      details: { field: 'service' },
    });
    expect(ops()).toEqual(['observe']);
  });

  it('finds a service that was created a moment ago', async () => {
    await plane.directory.refresh();
    plane.fleet.add('web', { tags: { lease: '1h' } });
    expect(await plane.directory.find('web')).toMatchObject({
      createdAt: T0,
      autoscaled: false,
      policy: { leaseMs: 3_600_000 },
    });
  });

  it('is an outage, not empty, when it cannot be read', async () => {
    plane.store.before = () => {
      throw new Error('no answer');
    };
    await expect(plane.directory.find(SERVICE)).rejects.toThrow('no answer');
    await expect(plane.directory.refresh()).rejects.toThrow('no answer');
  });

  describe('refreshed', () => {
    it('is written when it differs, and told to one of all who saw it', async () => {
      const other = plane.restarted();
      const rosters = await Promise.all([plane.directory.refresh(), other.directory.refresh()]);
      expect(rosters.filter(({ isNew }) => isNew)).toHaveLength(1);
      plane.recount();
      expect(await plane.directory.refresh()).toMatchObject({ isNew: false, left: [], forgotten: [] });
      expect(ops()).toEqual(['get', 'list']);
    });

    it.each([
      ['comes', () => plane.fleet.add('web')],
      ['goes', () => plane.fleet.remove(SERVICE)],
      ['is tagged anew', () => plane.fleet.add(SERVICE, { createdAt: CREATED, tags: {} })],
    ])('is news when a service %s', async (_, change) => {
      await plane.directory.refresh();
      change();
      expect((await plane.directory.refresh()).isNew).toBe(true);
    });

    it.each(['{', 'null', '5', '{"services":1}'])('is made anew when somebody has spoilt it: %s', async (text) => {
      await plane.store.put('directory.json', new TextEncoder().encode(text), 'absent');
      expect((await plane.directory.find(SERVICE)).service).toBe(SERVICE);
      expect((await plane.directory.refresh()).isNew).toBe(true);
      expect((await plane.docs.read<{ services: unknown[] }>('directory.json'))?.value.services).toHaveLength(1);
    });

    it('tells who left until somebody has passed it on', async () => {
      await plane.directory.refresh();
      plane.fleet.remove(SERVICE);
      const left = [{ service: SERVICE, at: T0, isTold: false }];
      expect((await plane.directory.refresh()).left).toEqual(left);
      plane.clock.advance(1);
      const roster = await plane.directory.refresh();
      expect(roster.left).toEqual(left);
      await plane.directory.conclude(roster);
      expect((await plane.directory.refresh()).left).toEqual([]);
    });

    it.each([
      [DEPARTED_KEPT_MS - 1, []],
      [DEPARTED_KEPT_MS, [{ service: SERVICE, at: T0, isTold: false }]],
    ])('forgets who left after 30 days, whatever else changes: after %d ms', async (afterMs, forgotten) => {
      await plane.directory.refresh();
      plane.fleet.remove(SERVICE);
      await plane.directory.refresh();
      plane.clock.advance(afterMs - 1);
      plane.fleet.add('shop');
      await plane.directory.refresh();
      plane.clock.advance(1);
      plane.fleet.add('web');
      expect((await plane.directory.refresh()).forgotten).toEqual(forgotten);
    });

    it('remembers whom to forget until that is done', async () => {
      await plane.directory.refresh();
      plane.fleet.remove(SERVICE);
      await plane.directory.refresh();
      plane.clock.advance(DEPARTED_KEPT_MS);
      await plane.directory.refresh();
      const roster = await plane.directory.refresh();
      expect(roster.forgotten).toHaveLength(1);
      await plane.directory.conclude(roster);
      expect(await plane.directory.refresh()).toMatchObject({ left: [], forgotten: [] });
    });

    it('raises its revision with every change', async () => {
      await plane.directory.refresh();
      plane.fleet.add('web');
      await plane.directory.refresh();
      expect((await plane.docs.read<{ revision: number }>('directory.json'))?.value.revision).toBe(2);
    });
  });
});
