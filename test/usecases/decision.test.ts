import { beforeEach, describe, expect, it } from 'vitest';
import { decision } from '#shared/usecases/decision.ts';
import { tick } from '#shared/usecases/tick.ts';
import {
  aCaller,
  aDrainingRecord,
  aLease,
  aMeasurement,
  anAsleepRecord,
  aRecord,
  SERVICE,
} from '../support/builders.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, MINUTE, T0 } from '../support/virtual-clock.ts';

const asked = { service: SERVICE, caller: aCaller() };
const woken = { wokenAt: T0 - HOUR, readyAt: T0 - HOUR };

describe('a decision, asked for beforehand', () => {
  let plane: ControlPlane;
  beforeEach(() => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    plane.activity.report(SERVICE, aMeasurement());
  });

  it.each([
    ['what is idle', aRecord(woken), 'drain', 'idle'],
    ['what drained long enough', aDrainingRecord({ ...woken, since: T0 - HOUR }), 'sleep', 'idle'],
    ['what failed too often', aRecord({ ...woken, failedTasks: ['a', 'b', 'c'] }), 'force', 'start-failures'],
    ['what sleeps', anAsleepRecord(), 'rest', 'asleep'],
  ])('changes nothing, and nobody: %s', async (_, record, act, because) => {
    await plane.plant(record);
    plane.recount();
    expect((await decision(plane)(asked)).decision).toMatchObject({ act, because });
    expect(plane.store.calls.filter(({ op }) => op === 'put' || op === 'delete')).toEqual([]);
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
    expect(plane.telemetry.audits).toEqual([]);
    expect(plane.notifier.told).toEqual([]);
  });

  it('shows what it rests on', async () => {
    await plane.plant(aRecord(woken));
    await plane.plantLease(aLease({ expiresAt: T0 + MINUTE }));
    await plane.plantLease(aLease({ holder: 'phone', expiresAt: T0 - MINUTE }));
    plane.fleet.deploy(SERVICE, 'api:2', T0 - 5);
    expect((await decision(plane)(asked)).evidence).toEqual({
      leasedUntil: T0 + MINUTE,
      leaseEndedAt: T0 - MINUTE,
      measurement: aMeasurement(),
      knownAt: T0,
      ...woken,
      deployingSince: T0 - 5,
      drainingSince: null,
      refusedUntil: null,
      nightlyKillAt: Date.UTC(2026, 10, 19, 23),
      nextNightlyKillAt: Date.UTC(2026, 10, 20, 23),
    });
  });

  it('is what the tick then does', async () => {
    await plane.plant(aDrainingRecord({ ...woken, since: T0 - 4 * MINUTE }));
    const { decision: told } = await decision(plane)(asked);
    await tick(plane)();
    expect(told.act).toBe('sleep');
    expect((await plane.record()).intent).toBe('asleep');
  });

  it('is unknown where nothing is measured', async () => {
    await plane.plant(aRecord({ wokenAt: T0 - HOUR, readyAt: T0 - 20 * MINUTE }));
    plane.activity.report(SERVICE, undefined);
    expect((await decision(plane)(asked)).decision).toMatchObject({ act: 'keep', because: 'unknown' });
  });

  it('is refused to who has no grant for the service, and for what is not managed', async () => {
    const caller = aCaller('ada', { services: ['web'] });
    await expect(decision(plane)({ service: SERVICE, caller })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(decision(plane)({ ...asked, service: 'nobody' })).rejects.toMatchObject({ code: 'service-not-found' });
  });
});
