import { beforeEach, describe, expect, it } from 'vitest';
import { aLease, SERVICE } from '../support/builders.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { MINUTE, T0 } from '../support/virtual-clock.ts';

const live = (holder: string, endsInMs = MINUTE) => aLease({ holder, expiresAt: T0 + endsInMs });
const expired = (holder: string, endedBeforeMs = 5_000) => aLease({ holder, expiresAt: T0 - endedBeforeMs });
const voided = (holder: string) => aLease({ holder, generation: 2, expiresAt: T0 + MINUTE });

describe('the leases of a service', () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = aControlPlane();
  });

  it('are surveyed: how many live, how many ran out, and until when', async () => {
    await Promise.all(
      [live('a'), live('b', 2 * MINUTE), expired('c'), expired('d', MINUTE), voided('e')].map(plane.plantLease),
    );
    expect(await plane.leases.survey(SERVICE, 3, 'all')).toEqual({
      live: 2,
      expired: 2,
      leasedUntil: T0 + 2 * MINUTE,
      leaseEndedAt: T0 - 5_000,
    });
  });

  it('are nobody’s where there are none', async () => {
    const none = { live: 0, expired: 0, leasedUntil: null, leaseEndedAt: null };
    expect(await plane.leases.survey(SERVICE, 3, 'all')).toEqual(none);
    await plane.plantLease(aLease({ service: `${SERVICE}-2` }));
    expect(await plane.leases.survey(SERVICE, 3, 'all')).toEqual(none);
  });

  it('are what has the name of one: whatever else lies there is passed over', async () => {
    await plane.store.put(`leases/${SERVICE}/README.txt`, new TextEncoder().encode('hello'), 'absent');
    await plane.plantLease(live('a'));
    expect((await plane.leases.survey(SERVICE, 3, 'all')).live).toBe(1);
  });

  it('are all counted, beyond one batch', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => plane.plantLease(live(`h${index}`))));
    expect((await plane.leases.survey(SERVICE, 3, 'all')).live).toBe(40);
  });

  it('are read until the first live one, where that is enough', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => plane.plantLease(live(`h${index}`))));
    plane.recount();
    expect((await plane.leases.survey(SERVICE, 3, 'first-live')).live).toBeGreaterThan(0);
    expect(plane.count()).toBe(1 + 16);
  });

  it('are searched to the end for a live one', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => plane.plantLease(expired(`h${index}`))));
    await plane.plantLease(live('z'));
    expect(await plane.leases.survey(SERVICE, 3, 'first-live')).toMatchObject({ live: 1, expired: 40 });
  });

  it('may vanish while they are read', async () => {
    await plane.plantLease(live('a'));
    const lease = await plane.leases.read(SERVICE, live('a'));
    plane.store.before = async ({ op }) => {
      if (op !== 'get' || !lease) return;
      plane.store.before = () => undefined;
      await plane.leases.release(lease);
    };
    expect((await plane.leases.survey(SERVICE, 3, 'all')).live).toBe(0);
  });

  it('are an outage, not absent, when one cannot be read', async () => {
    await plane.plantLease(live('a'));
    plane.store.before = ({ op }) => {
      if (op === 'get') throw new Error('no answer');
    };
    await expect(plane.leases.survey(SERVICE, 3, 'all')).rejects.toThrow('no answer');
    await expect(plane.leases.survey(SERVICE, 3, 'first-live')).rejects.toThrow('no answer');
  });

  it('are swept when void, and only then', async () => {
    await Promise.all([live('a'), expired('b'), voided('c'), voided('d')].map(plane.plantLease));
    await plane.leases.sweep(SERVICE, 3);
    expect(await plane.docs.keys('leases/')).toEqual(['leases/api/ada~a.json', 'leases/api/ada~b.json']);
  });

  it('survive the sweep when they are renewed this moment', async () => {
    await plane.plantLease(voided('a'));
    plane.store.before = async ({ op }) => {
      if (op !== 'delete') return;
      plane.store.before = () => undefined;
      await plane.plantLease(live('a'));
    };
    await plane.leases.sweep(SERVICE, 3);
    expect(await plane.lease('a')).toMatchObject({ generation: 4 });
  });
});

describe('one lease', () => {
  it('is put by one of two who read the same', async () => {
    const plane = aControlPlane();
    const first = await plane.leases.put(live('a'), null);
    expect(await plane.leases.put(live('a'), null)).toBeUndefined();
    expect(await plane.leases.put(live('a', 5 * MINUTE), first?.etag ?? '')).toBeDefined();
    expect(await plane.leases.put(live('a', 9 * MINUTE), first?.etag ?? '')).toBeUndefined();
    expect(await plane.lease('a')).toMatchObject({ expiresAt: T0 + 5 * MINUTE });
  });

  it('is released as it was read, and not when it was renewed meanwhile', async () => {
    const plane = aControlPlane();
    const first = await plane.leases.put(live('a'), null);
    const second = await plane.leases.put(live('a', 5 * MINUTE), first?.etag ?? '');
    expect(first && (await plane.leases.release(first))).toBe(false);
    expect(await plane.lease('a')).toBeDefined();
    expect(second && (await plane.leases.release(second))).toBe(true);
    expect(await plane.lease('a')).toBeUndefined();
  });

  it('is its subject’s alone: the same name under another subject is another lease', async () => {
    const plane = aControlPlane();
    await plane.plantLease(aLease({ subject: 'ada', holder: 'laptop' }));
    expect(await plane.leases.read(SERVICE, { subject: 'bob', holder: 'laptop' })).toBeUndefined();
  });
});
