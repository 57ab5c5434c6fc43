import { beforeEach, describe, expect, it } from 'vitest';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { aDrainingRecord, aHold, aLease, aMeasurement, anAsleepRecord, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aWake, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, MINUTE, T0 } from '../support/virtual-clock.ts';

/** Awake and ready for an hour. */
const settled = aRecord({ wokenAt: T0 - HOUR, since: T0 - HOUR, readyAt: T0 - HOUR });
const drained = aDrainingRecord({ wokenAt: T0 - HOUR, readyAt: T0 - HOUR, since: T0 });

describe('the tick', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(settled);
    idle();
  });

  const idle = (): void => plane.activity.report(SERVICE, aMeasurement({ measuredAt: plane.clock.now() }));
  const busy = (): void =>
    plane.activity.report(
      SERVICE,
      aMeasurement({ measuredAt: plane.clock.now(), inUse: true, lastActivityAt: plane.clock.now() }),
    );
  const after = async (durationMs: number, measure: () => void): Promise<string> => {
    plane.clock.advance(durationMs);
    measure();
    await tick(plane)();
    return (await plane.record()).intent;
  };
  const silent = (): void => plane.activity.report(SERVICE, undefined);
  const actions = (): readonly unknown[] => plane.telemetry.audits.map(({ action, reason }) => `${action}: ${reason}`);

  describe('puts an idle service to sleep', () => {
    it('in two steps: drains, confirms, sleeps', async () => {
      expect(await after(0, idle)).toBe('draining');
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
      expect(await after(4 * MINUTE - 1, idle)).toBe('draining');
      expect(await after(1, idle)).toBe('asleep');
      expect(plane.fleet.writes(SERVICE)).toEqual([{ op: 'setDesiredCount', services: [SERVICE], to: 0 }]);
      expect(await plane.record()).toMatchObject({ generation: 5, voided: 5, by: 'nightporter', reason: 'idle' });
      expect(actions()).toEqual(['drain: idle', 'sleep: idle']);
      // What was seen before it fell asleep says nothing of the sleeper.
      expect((await plane.projection())?.generation).toBe(4);
      expect(plane.notifier.told).toEqual([]);
    });

    it('and does not begin the draining anew when it looks again', async () => {
      await after(0, idle);
      await after(MINUTE, idle);
      expect(await plane.record()).toMatchObject({ intent: 'draining', since: T0 });
      expect(actions()).toEqual(['drain: idle']);
    });

    it.each<[string, () => Promise<void> | void]>([
      ['a lease', () => plane.plantLease(aLease({ expiresAt: T0 + HOUR }))],
      ['activity', () => busy()],
    ])('but calls it back for %s', async (_, change) => {
      await plane.plant(drained);
      plane.clock.advance(5 * MINUTE);
      idle();
      await change();
      await tick(plane)();
      expect(await plane.record()).toMatchObject({ intent: 'awake', generation: 4, readyAt: T0 - HOUR });
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
      expect(actions()).toHaveLength(1);
    });

    it('but not when somebody called it back while the tick was looking', async () => {
      await plane.plant(drained);
      plane.clock.advance(5 * MINUTE);
      idle();
      plane.fleet.before = async ({ op }) => {
        if (op !== 'observe') return;
        plane.fleet.before = () => undefined;
        await wake(plane)(aWake());
      };
      await tick(plane)();
      expect(await plane.record()).toMatchObject({ intent: 'awake', by: 'laptop' });
      expect(plane.telemetry.audits.map(({ action }) => action)).toEqual(['wake']);
      expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
    });

    it('lists the leases after it has read the record, and not before', async () => {
      plane.recount();
      await tick(plane)();
      const calls = plane.store.calls.map(({ op, key }) => `${op} ${key}`);
      expect(calls.indexOf('list leases/')).toBeGreaterThan(calls.indexOf('get services/api.json'));
      expect(calls.lastIndexOf('put services/api.json')).toBeGreaterThan(calls.indexOf('list leases/'));
    });
  });

  describe('keeps what is wanted', () => {
    it.each<[string, () => Promise<void> | void]>([
      ['leased', () => plane.plantLease(aLease())],
      ['active', () => busy()],
      ['held', () => plane.plant({ ...settled, hold: aHold() })],
      ['in its grace', () => plane.plant({ ...settled, readyAt: T0 })],
      ['booting', () => plane.plant(aRecord())],
      ['being deployed', () => plane.fleet.deploy(SERVICE, 'api:2', T0)],
    ])('%s', async (_, arrange) => {
      await arrange();
      const { intent, generation } = await plane.record();
      await tick(plane)();
      expect(await plane.record()).toMatchObject({ intent, generation });
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
      expect(actions()).toEqual([]);
    });

    it('asks the signal that the policy names, over idle-after', async () => {
      const tags = { signal: 'metric', metric: 'Mine/Depth', 'idle-after': '20m' };
      const worker = aControlPlane({ worker: { tags, desiredCount: 1 }, sleeper: {} });
      await worker.plant(anAsleepRecord({ service: 'sleeper' }));
      await tick(worker)();
      expect(worker.activity.asked).toEqual([
        [
          {
            service: 'worker',
            signal: { kind: 'metric', namespace: 'Mine', name: 'Depth', idleAtMost: 0 },
            lookBackMs: 20 * MINUTE,
          },
        ],
      ]);
    });
  });

  describe('does not take silence for idleness', () => {
    it.each([
      ['nothing of its activity', () => null],
      ['an activity in the future', (now: number) => now * 1_000],
    ])('nor for use: sleeps a service that reports %s in the end', async (_, lastActivityAt) => {
      const report = (): void => {
        const measuredAt = plane.clock.now();
        const measurement = { measuredAt, inUse: false, lastUseAt: null, lastActivityAt: lastActivityAt(measuredAt) };
        plane.activity.report(SERVICE, measurement);
      };
      expect(await after(0, report)).toBe('awake');
      expect(await after(15 * MINUTE, report)).toBe('awake');
      expect(await after(15 * MINUTE - 1, report)).toBe('awake');
      expect(await after(1, report)).toBe('draining');
      expect(await after(4 * MINUTE, report)).toBe('asleep');
      expect(plane.notifier.told).toMatchObject([{ event: 'service.slept-unknown' }]);
    });

    it('keeps a service of which nothing is known, then sleeps it, loudly', async () => {
      plane.activity.report(SERVICE, undefined);
      expect(await after(0, silent)).toBe('awake');
      expect(await after(30 * MINUTE - 1, silent)).toBe('awake');
      expect(await after(1, silent)).toBe('draining');
      expect(plane.notifier.told).toEqual([]);
      expect(await after(4 * MINUTE, silent)).toBe('asleep');
      expect(plane.notifier.told).toEqual([
        {
          event: 'service.slept-unknown',
          service: SERVICE,
          message: 'api was put to sleep without knowing whether anybody used it: no activity data',
          details: { unknownAfterMs: 30 * MINUTE, signal: 'connections' },
        },
      ]);
      expect(plane.telemetry.metrics).toContainEqual({ name: 'SleptUnknown', value: 1, fields: { service: SERVICE } });
      expect(actions()).toEqual(['drain: unknown-too-long', 'sleep: unknown-too-long']);
    });

    it('counts from when something was known last', async () => {
      expect(await after(0, busy)).toBe('awake');
      expect(await after(25 * MINUTE, busy)).toBe('awake');
      expect(await after(29 * MINUTE, silent)).toBe('awake');
      expect(await after(MINUTE, silent)).toBe('draining');
    });

    it('and a waiter’s look in between does not make it count anew', async () => {
      await after(0, silent);
      for (let minutes = 0; minutes < 30; minutes += 5) {
        await wake(plane)(aWake({ leaseMs: 10_000 }));
        await after(5 * MINUTE, silent);
      }
      // The last lease ended five minutes ago: only that counts anew.
      expect((await plane.projection())?.knownAt).toBe(T0);
    });

    it('when measuring fails: every service is unknown, and the tick says so', async () => {
      const outage = new Error('throttled');
      plane.activity.break(outage);
      await expect(tick(plane)()).rejects.toThrow('the tick failed for 1 of its parts');
      expect(await plane.record()).toMatchObject({ intent: 'awake' });
      expect(plane.telemetry.failures).toEqual([{ name: 'measuring.failed', cause: outage, fields: { service: '*' } }]);
      expect(plane.telemetry.values('TickFailures')).toEqual([1]);
    });
  });

  describe('sees to the nightly kill', () => {
    const eleven = Date.UTC(2026, 10, 20, 23);
    const atNight = async (lateMs: number): Promise<string> => {
      await plane.plantLease(aLease({ expiresAt: eleven + 24 * HOUR }));
      return after(eleven + lateMs - plane.clock.now(), busy);
    };

    it.each([
      [-1, 'awake'],
      [0, 'asleep'],
      [30 * MINUTE - 1, 'asleep'],
      [30 * MINUTE, 'awake'],
    ])('when its event was missed: %d ms after it, %s', async (lateMs, expected) => {
      expect(await atNight(lateMs)).toBe(expected);
    });

    it('whoever holds a lease, and says why', async () => {
      await atNight(0);
      expect(await plane.record()).toMatchObject({ reason: 'nightly-kill', by: 'nightporter' });
      expect(actions()).toEqual(['sleep: nightly-kill']);
      expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
    });

    it('but spares what was woken since', async () => {
      await plane.plant({ ...settled, wokenAt: eleven + 1 });
      expect(await atNight(MINUTE)).toBe('awake');
    });
  });

  describe('lifts a hold that has ended', () => {
    const held = (intent: 'awake' | 'asleep') => aHold({ intent, until: T0 + MINUTE });

    it.each([
      [MINUTE - 1, true],
      [MINUTE, false],
    ])('so that people see it gone: after %d ms held %s', async (afterMs, isHeld) => {
      await plane.plant(anAsleepRecord({ hold: held('asleep') }));
      plane.fleet.meddle(SERVICE, { desiredCount: 0 });
      expect(await after(afterMs, idle)).toBe('asleep');
      expect((await plane.record()).hold !== null).toBe(isHeld);
    });

    it('and decides anew', async () => {
      await plane.plant({ ...settled, hold: held('awake') });
      expect(await after(MINUTE - 1, idle)).toBe('awake');
      expect(await after(1, idle)).toBe('draining');
    });
  });

  describe('makes the fleet what the record says', () => {
    it('when somebody stopped it', async () => {
      busy();
      plane.fleet.meddle(SERVICE, { desiredCount: 0 });
      await tick(plane)();
      expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
    });

    it('when somebody started it', async () => {
      await plane.plant(anAsleepRecord());
      await tick(plane)();
      expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
      expect(await plane.record()).toMatchObject(anAsleepRecord());
    });

    it('but never pulls what a scaler has lifted', async () => {
      const scaled = aControlPlane({
        [SERVICE]: { tags: { max: '5' }, desiredCount: 5, bounds: { min: 1, max: 5, suspended: false } },
      });
      await scaled.plant(settled);
      await scaled.plantLease(aLease());
      await tick(scaled)();
      expect(scaled.fleet.writes(SERVICE)).toEqual([]);
      expect(scaled.fleet.desiredCount(SERVICE)).toBe(5);
    });
  });

  it('tells everybody who looks what it has seen', async () => {
    plane.clock.advance(30_000);
    busy();
    await tick(plane)();
    expect(await plane.projection()).toMatchObject({
      generation: 4,
      leases: 0,
      knownAt: T0 + 30_000,
      observed: { runningCount: 1, observedAt: T0 + 30_000 },
    });
    await plane.plantLease(aLease());
    await tick(plane)();
    expect(await plane.projection()).toMatchObject({ leases: null });
  });

  it('clears up the void leases of a sleeper, and no others', async () => {
    await plane.plant(anAsleepRecord({ generation: 5, voided: 5 }));
    await plane.plantLease(aLease({ holder: 'dead', generation: 4 }));
    await plane.plantLease(aLease({ holder: 'waking', generation: 5 }));
    await tick(plane)();
    expect(await plane.docs.keys('leases/')).toEqual(['leases/api/ada~waking.json']);
  });

  it('counts what is awake, and failures also when there are none', async () => {
    await tick(plane)();
    expect(plane.telemetry.values('ServicesAwake')).toEqual([1]);
    expect(plane.telemetry.values('TickFailures')).toEqual([0]);
    await plane.plant(anAsleepRecord());
    await tick(plane)();
    expect(plane.telemetry.values('ServicesAwake')).toEqual([1, 0]);
  });

  it('does nothing twice: a second one at the same instant changes nothing', async () => {
    await tick(plane)();
    const before = await plane.record();
    await tick(plane)();
    expect(await plane.record()).toEqual(before);
  });
});
