import { beforeEach, describe, expect, it } from 'vitest';
import { hold, unhold } from '#shared/usecases/hold.ts';
import {
  aCaller,
  aDrainingRecord,
  aHold,
  aLease,
  anAsleepRecord,
  anOperator,
  aRecord,
  SERVICE,
} from '../support/builders.ts';
import { aControlPlane, aHoldOf, type ControlPlane } from '../support/control-plane.ts';
import { DAY, HOUR, T0 } from '../support/virtual-clock.ts';

describe('a hold', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(aRecord());
  });

  it('awake pins what is awake, without a new generation or a write to the fleet', async () => {
    const { record, sighting } = await hold(plane)(aHoldOf('awake'));
    expect(record.value).toMatchObject({
      intent: 'awake',
      generation: 4,
      hold: { intent: 'awake', until: T0 + HOUR, by: 'olga', reason: 'demo' },
    });
    expect(sighting).not.toBeNull();
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it('awake wakes a sleeper', async () => {
    await plane.plant(anAsleepRecord());
    plane.fleet.meddle(SERVICE, { desiredCount: 0 });
    const { record, sighting } = await hold(plane)(aHoldOf('awake'));
    expect(record.value).toMatchObject({
      intent: 'awake',
      generation: 4,
      voided: 3,
      by: 'olga',
      reason: 'held awake: demo',
    });
    expect(sighting).toBeNull();
    expect(plane.fleet.writes(SERVICE)).toEqual([{ op: 'setDesiredCount', services: [SERVICE], to: 1 }]);
  });

  it('awake calls back what is draining', async () => {
    await plane.plant(aDrainingRecord());
    expect((await hold(plane)(aHoldOf('awake'))).record.value).toMatchObject({ intent: 'awake', generation: 4 });
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it.each([aRecord(), aDrainingRecord()])('asleep ends every session', async (record) => {
    await plane.plant(record);
    await plane.plantLease(aLease());
    const { record: after } = await hold(plane)(aHoldOf('asleep'));
    expect(after.value).toMatchObject({ intent: 'asleep', generation: 5, voided: 5, hold: { intent: 'asleep' } });
    expect((await plane.leases.survey(SERVICE, after.value.voided, 'all')).live).toBe(0);
    expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
  });

  it('asleep voids what a wake had begun on a sleeper', async () => {
    await plane.plant(anAsleepRecord());
    await plane.plantLease(aLease({ generation: 3 }));
    const { record } = await hold(plane)(aHoldOf('asleep'));
    expect(record.value).toMatchObject({ intent: 'asleep', generation: 4, voided: 4 });
    expect((await plane.leases.survey(SERVICE, 4, 'all')).live).toBe(0);
  });

  it('replaces the hold there was, whichever it was', async () => {
    await hold(plane)(aHoldOf('asleep'));
    await hold(plane)(aHoldOf('awake', { until: T0 + 2 * HOUR, reason: 'after all' }));
    expect(await plane.record()).toMatchObject({
      intent: 'awake',
      hold: { intent: 'awake', until: T0 + 2 * HOUR, reason: 'after all' },
    });
    expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
  });

  it('leaves an audit event: who, why, before and after', async () => {
    await hold(plane)(aHoldOf('asleep', { reason: 'budget' }));
    expect(plane.telemetry.audits).toMatchObject([
      {
        action: 'hold',
        subject: 'olga',
        reason: 'budget',
        before: { intent: 'awake', held: null },
        after: { intent: 'asleep', held: 'asleep' },
      },
    ]);
  });

  it('overrules whoever changes the record meanwhile', async () => {
    let isFirst = true;
    plane.store.before = async ({ op, key }) => {
      if (op !== 'put' || key !== 'services/api.json' || !isFirst) return;
      isFirst = false;
      await plane.plant(aDrainingRecord({ revision: 20 }));
    };
    await hold(plane)(aHoldOf('awake'));
    expect(await plane.record()).toMatchObject({ intent: 'awake', revision: 21 });
  });

  it.each([
    ['now', 0, false],
    ['a moment ago', -1, false],
    ['in a moment', 1, true],
    ['in 366 days', 366 * DAY, true],
    ['a moment later than that', 366 * DAY + 1, false],
  ])('ends in the future, and not too far in it: %s', async (_, aheadMs, isTaken) => {
    const held = hold(plane)(aHoldOf('awake', { until: T0 + aheadMs }));
    if (isTaken) await expect(held).resolves.toBeDefined();
    else await expect(held).rejects.toMatchObject({ code: 'invalid-input', details: { field: 'until' } });
    expect((await plane.record()).hold !== null).toBe(isTaken);
  });

  it('needs the grant, for the service and for holds', async () => {
    const forbidden = { code: 'forbidden' };
    await expect(hold(plane)(aHoldOf('awake', { caller: aCaller('ada', { force: true }) }))).rejects.toMatchObject(
      forbidden,
    );
    const elsewhere = aCaller('ada', { hold: true, services: ['web'] });
    await expect(hold(plane)(aHoldOf('awake', { caller: elsewhere }))).rejects.toMatchObject(forbidden);
    await expect(unhold(plane)({ service: SERVICE, caller: aCaller('ada', { force: true }) })).rejects.toMatchObject(
      forbidden,
    );
    await expect(unhold(plane)({ service: SERVICE, caller: elsewhere })).rejects.toMatchObject(forbidden);
    expect((await plane.record()).hold).toBeNull();
  });

  it('gives up on a record that never stands still', async () => {
    plane.store.refuse = ({ op, key }) =>
      op === 'put' && key.startsWith('services/') ? { ok: false, because: 'precondition' } : undefined;
    await expect(hold(plane)(aHoldOf('awake'))).rejects.toMatchObject({
      code: 'throttled',
      details: { retryAfterMs: 1_000 },
    });
  });
});

describe('lifting a hold', () => {
  it.each(['awake', 'asleep'] as const)(
    'leaves the service as it is, for the next tick to decide: %s',
    async (intent) => {
      const plane = aControlPlane();
      const held = { hold: aHold({ intent }) };
      const before = intent === 'awake' ? aRecord(held) : anAsleepRecord(held);
      await plane.plant(before);
      plane.recount();
      await unhold(plane)({ service: SERVICE, caller: anOperator() });
      expect(await plane.record()).toMatchObject({ ...before, hold: null, revision: before.revision + 1 });
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
      expect(plane.telemetry.audits).toMatchObject([
        { action: 'unhold', subject: 'olga', before: { held: intent }, after: { held: null } },
      ]);
    },
  );

  it('that there is not changes nothing', async () => {
    const plane = aControlPlane();
    await plane.plant(aRecord());
    const before = await plane.record();
    await unhold(plane)({ service: SERVICE, caller: anOperator() });
    expect(await plane.record()).toEqual(before);
    expect(plane.telemetry.audits).toEqual([]);
  });

  it('that has ended by itself is no news', async () => {
    const plane = aControlPlane();
    await plane.plant(aRecord({ hold: aHold({ until: T0 }) }));
    await unhold(plane)({ service: SERVICE, caller: anOperator() });
    expect((await plane.record()).hold).toBeNull();
    expect(plane.telemetry.audits).toEqual([]);
  });
});
