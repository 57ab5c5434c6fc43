import { beforeEach, describe, expect, it } from 'vitest';
import { stateOf } from '#shared/domain/lifecycle/state.ts';
import { status } from '#shared/usecases/status.ts';
import { wake } from '#shared/usecases/wake.ts';
import { aCaller, aDrainingRecord, aLease, anAsleepRecord, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aStatus, aWake, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, MINUTE, SECOND, T0 } from '../support/virtual-clock.ts';

describe('the status of a service', () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = aControlPlane({ [SERVICE]: { bootMs: 10 * SECOND } });
  });

  const waited = async (waitMs: number): Promise<{ readonly state: string; readonly tookMs: number }> => {
    const begunAt = plane.clock.now();
    const view = await status(plane)(aStatus({ waitMs }));
    return { state: stateOf(view), tookMs: plane.clock.now() - begunAt };
  };

  const begunAMinuteAgo = async (): Promise<void> => {
    await plane.plant(aRecord());
    plane.fleet.meddle(SERVICE, { desiredCount: 1 });
    plane.clock.advance(MINUTE);
  };

  describe('without waiting', () => {
    it('is answered at once, whatever it is', async () => {
      await wake(plane)(aWake());
      expect(await waited(0)).toEqual({ state: 'waking', tookMs: 0 });
      expect(plane.clock.slept).toEqual([]);
    });

    it('of a service seen for the first time is what is found', async () => {
      expect(await waited(0)).toEqual({ state: 'asleep', tookMs: 0 });
      expect(await plane.record()).toMatchObject({ intent: 'asleep', reason: 'found at zero' });
    });
  });

  describe('waiting', () => {
    it('comes when the service is ready, and not much later', async () => {
      await wake(plane)(aWake());
      const { state, tookMs } = await waited(25 * SECOND);
      expect(state).toBe('ready');
      expect(tookMs).toBeGreaterThanOrEqual(10 * SECOND);
      expect(tookMs).toBeLessThanOrEqual(10 * SECOND + 5 * SECOND);
      const { readyAt, boots } = await plane.record();
      expect(readyAt).toBe(T0 + tookMs);
      // As long as it took, and not as long as it took to notice.
      const [boot] = boots ?? [];
      expect(boot?.readyMs).toBeLessThan(tookMs);
      expect(Math.abs((boot?.readyMs ?? 0) - 10 * SECOND)).toBeLessThanOrEqual((boot?.unseenMs ?? 0) / 2 + 1);
    });

    it('looks every one to two seconds', async () => {
      await wake(plane)(aWake());
      await waited(25 * SECOND);
      const [last, ...others] = plane.clock.slept.toReversed();
      expect(last).toBeLessThanOrEqual(2 * SECOND);
      expect(others.every((ms) => ms >= SECOND && ms < 2 * SECOND)).toBe(true);
    });

    it('ends with the wait, to the millisecond', async () => {
      plane.fleet.behave(SERVICE, { bootMs: Infinity });
      await wake(plane)(aWake());
      expect(await waited(7_777)).toEqual({ state: 'waking', tookMs: 7_777 });
    });

    it('ends when the caller has gone, without an error', async () => {
      plane.fleet.behave(SERVICE, { bootMs: Infinity });
      await wake(plane)(aWake());
      const gone = new AbortController();
      const answer = status(plane)(aStatus({ waitMs: 25 * SECOND, signal: gone.signal }));
      void plane.clock.sleep(5 * SECOND).then(() => gone.abort());
      expect(stateOf(await answer)).toBe('waking');
      expect(plane.clock.now()).toBeLessThan(T0 + 7 * SECOND);
    });

    it.each([
      ['ready', () => begunAMinuteAgo()],
      ['draining', async () => (await begunAMinuteAgo(), plane.plant(aDrainingRecord()))],
      ['asleep', () => plane.plant(anAsleepRecord())],
    ])('is over at once for what is %s', async (state, arrange) => {
      await arrange();
      expect(await waited(25 * SECOND)).toEqual({ state, tookMs: 0 });
    });

    it('for a service on its way down comes when it is asleep', async () => {
      plane = aControlPlane({ [SERVICE]: { desiredCount: 1, bootMs: 0, stopMs: 6 * SECOND } });
      await plane.plant(anAsleepRecord());
      plane.fleet.meddle(SERVICE, { desiredCount: 0 });
      const { state, tookMs } = await waited(25 * SECOND);
      expect(state).toBe('asleep');
      expect(tookMs).toBeGreaterThanOrEqual(6 * SECOND);
      expect(tookMs).toBeLessThanOrEqual(11 * SECOND);
    });

    it('for a service that fails goes on to the end: it may still come up', async () => {
      plane.fleet.behave(SERVICE, { bootMs: Infinity, crashAfterMs: 9 * SECOND });
      await wake(plane)(aWake());
      expect(await waited(20 * SECOND)).toEqual({ state: 'failing', tookMs: 20 * SECOND });
    });

    it('is over as soon as the service is given up, although its last task is still stopping', async () => {
      plane.fleet.behave(SERVICE, { bootMs: Infinity, crashAfterMs: 3 * SECOND, stopMs: MINUTE });
      await wake(plane)(aWake());
      const { tookMs } = await waited(25 * SECOND);
      expect(await plane.record()).toMatchObject({ intent: 'asleep', breaker: { trips: 1 }, failure: { count: 3 } });
      expect(tookMs).toBeGreaterThanOrEqual(9 * SECOND);
      expect(tookMs).toBeLessThanOrEqual(14 * SECOND);
    });
  });

  describe('heals a transition that its winner abandoned', () => {
    it.each([
      ['awake', aRecord(), 0, 1],
      ['asleep', anAsleepRecord({ since: T0 }), 1, 0],
    ])('on the way to %s: not before ten seconds, then once', async (_, record, found, wanted) => {
      await plane.plant(record);
      plane.fleet.meddle(SERVICE, { desiredCount: found });
      plane.clock.advance(10 * SECOND - 1);
      await waited(0);
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
      plane.clock.advance(3 * SECOND);
      await waited(0);
      expect(plane.fleet.writes(SERVICE)).toEqual([{ op: 'setDesiredCount', services: [SERVICE], to: wanted }]);
    });

    it('exactly ten seconds after it began', async () => {
      await plane.plant(aRecord());
      plane.clock.advance(10 * SECOND);
      await waited(0);
      expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
    });

    it('through its own waiting clients', async () => {
      await plane.plant(aRecord());
      expect((await waited(25 * SECOND)).state).toBe('ready');
      expect(plane.fleet.writes(SERVICE)).toHaveLength(1);
    });
  });

  it('costs the fleet one look every three seconds, however many wait', async () => {
    plane.fleet.behave(SERVICE, { bootMs: 20 * SECOND });
    await wake(plane)(aWake());
    plane.recount();
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => status(plane)(aStatus({ waitMs: 25 * SECOND }))),
    );
    expect(new Set(answers.map(stateOf))).toEqual(new Set(['ready']));
    const tookMs = plane.clock.now() - T0;
    const looks = plane.fleet.calls.filter(({ op }) => op === 'observe').length;
    expect(looks).toBeLessThanOrEqual(Math.ceil(tookMs / (3 * SECOND)) + 1);
    expect(looks).toBeGreaterThanOrEqual(4);
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  describe('refreshes what is known', () => {
    beforeEach(async () => {
      await plane.plant(aRecord());
      plane.fleet.meddle(SERVICE, { desiredCount: 1 });
      await waited(0);
      plane.recount();
    });

    it.each([
      [3 * SECOND - 1, 0],
      [3 * SECOND, 1],
    ])('when it is three seconds old: after %d ms, %d looks', async (afterMs, looks) => {
      plane.clock.advance(afterMs);
      await waited(0);
      expect(plane.fleet.calls).toHaveLength(looks);
    });

    it('when it is of another generation', async () => {
      await plane.plant(aRecord({ generation: 6 }));
      await waited(0);
      expect(plane.fleet.calls).toHaveLength(1);
    });

    it('when it was lost', async () => {
      const lost = await plane.docs.read('observed/api.json');
      await plane.docs.drop('observed/api.json', lost?.etag ?? '');
      await waited(0);
      expect(plane.fleet.calls).toHaveLength(1);
    });

    it('and shows nothing, never zero, while the first look of a generation is under way', async () => {
      await plane.plant(aRecord({ generation: 6 }));
      let meanwhile: unknown = 'never asked';
      plane.fleet.before = async ({ op }) => {
        if (op !== 'observe') return;
        plane.fleet.before = () => undefined;
        meanwhile = (await status(plane)(aStatus())).sighting;
      };
      expect((await status(plane)(aStatus())).sighting?.observed.desiredCount).toBe(1);
      expect(meanwhile).toBeNull();
      expect(plane.fleet.calls).toHaveLength(1);
    });

    it.each([
      [3 * SECOND - 1, 1],
      [3 * SECOND, 2],
    ])('in place of who set out and died, three seconds later: after %d ms, %d looks', async (afterMs, looks) => {
      plane.clock.advance(MINUTE);
      plane.fleet.before = ({ op }) => {
        if (op !== 'observe') return;
        plane.fleet.before = () => undefined;
        throw new Error('died');
      };
      await expect(waited(0)).rejects.toThrow('died');
      plane.clock.advance(afterMs);
      await waited(0);
      expect(plane.fleet.calls.filter(({ op }) => op === 'observe')).toHaveLength(looks);
    });
  });

  it('tells of the caller’s own lease, and how many there are', async () => {
    await plane.plant(aRecord());
    await plane.plantLease(aLease());
    await plane.plantLease(aLease({ holder: 'phone', subject: 'bob' }));
    await plane.plantLease(aLease({ holder: 'dead', generation: 2 }));
    const mine = await status(plane)(aStatus({ holder: 'laptop' }));
    expect(mine).toMatchObject({ lease: { holder: 'laptop', subject: 'ada', generation: 4 }, sighting: { leases: 2 } });
    expect(await status(plane)(aStatus())).toMatchObject({ lease: null, sighting: { leases: 2 } });
    expect(await status(plane)(aStatus({ holder: 'phone' }))).toMatchObject({ lease: null });
    expect(await status(plane)(aStatus({ holder: 'dead' }))).toMatchObject({ lease: null });
    plane.clock.advance(HOUR);
    const later = await status(plane)(aStatus({ holder: 'laptop' }));
    expect(later).toMatchObject({ lease: null, sighting: { leases: 0 } });
  });

  it.each(['{', 'null', '{"generation":4}'])('looks anew when what was seen is spoilt: %s', async (text) => {
    await plane.plant(aRecord());
    await plane.store.put('observed/api.json', new TextEncoder().encode(text), 'absent');
    expect(await status(plane)(aStatus())).toMatchObject({ sighting: { generation: 4 } });
    expect(await plane.docs.read('observed/api.json')).toMatchObject({ value: { generation: 4 } });
  });

  it('counts the leases once for all who ask within three seconds', async () => {
    await plane.plant(aRecord());
    for (let index = 0; index < 20; index += 1) await plane.plantLease(aLease({ holder: `h${index}` }));
    await status(plane)(aStatus());
    plane.recount();
    const all = await Promise.all(Array.from({ length: 50 }, () => status(plane)(aStatus())));
    expect(all.map(({ sighting }) => sighting?.leases)).toEqual(Array.from({ length: 50 }, () => 20));
    expect(plane.count()).toBe(100);
  });

  it('counts them although a wake has just looked without counting', async () => {
    await plane.plant(aRecord());
    await wake(plane)(aWake());
    expect(await status(plane)(aStatus())).toMatchObject({ sighting: { leases: 1 } });
  });

  it('is refused to who has no grant for the service, and for what is not managed', async () => {
    await expect(status(plane)(aStatus({ caller: aCaller('ada', { services: ['web'] }) }))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(status(plane)(aStatus({ service: 'nobody' }))).rejects.toMatchObject({ code: 'service-not-found' });
  });
});
