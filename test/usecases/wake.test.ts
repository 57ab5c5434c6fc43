import { beforeEach, describe, expect, it } from 'vitest';
import type { Refusal } from '#shared/domain/errors.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { forceAsleep } from '#shared/usecases/force-asleep.ts';
import { wake } from '#shared/usecases/wake.ts';
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
import { aControlPlane, aWake, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, MINUTE, T0 } from '../support/virtual-clock.ts';

const refusal = (code: string, details?: object) =>
  expect.objectContaining({ code, ...(details && { details: expect.objectContaining(details) }) }) as Refusal;

describe('waking', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane();
    await plane.plant(anAsleepRecord());
  });

  describe('a sleeper', () => {
    it('begins a generation, answers a lease that is good for it, and sets the fleet once', async () => {
      const outcome = await wake(plane)(aWake());
      expect(outcome).toMatchObject({ did: 'woken', sighting: null });
      expect(outcome.lease).toEqual(aLease({ generation: 4, expiresAt: T0 + 10 * MINUTE }));
      expect(await plane.lease('laptop')).toMatchObject({ generation: 3 });
      expect(await plane.record()).toMatchObject({
        intent: 'awake',
        generation: 4,
        voided: 3,
        wokenAt: T0,
        since: T0,
        by: 'laptop',
        reason: 'woken by laptop',
      });
      expect(plane.fleet.writes(SERVICE)).toEqual([{ op: 'setDesiredCount', services: [SERVICE], to: 1 }]);
    });

    it('seen for the first time is adopted as it is, and then woken', async () => {
      const fresh = aControlPlane();
      expect((await wake(fresh)(aWake())).did).toBe('woken');
      expect(await fresh.record()).toMatchObject({ generation: 2, voided: 1 });
      expect(fresh.fleet.desiredCount(SERVICE)).toBe(1);
    });

    it('leaves the reason that was given, in the record and in the audit', async () => {
      await wake(plane)(aWake({ reason: 'the demo' }));
      expect((await plane.record()).reason).toBe('the demo');
      expect(plane.telemetry.audits).toEqual([
        {
          action: 'wake',
          service: SERVICE,
          subject: 'ada',
          source: '192.0.2.1',
          reason: 'the demo',
          before: { intent: 'asleep', generation: 3, held: null },
          after: { intent: 'awake', generation: 4, held: null },
        },
      ]);
    });

    it('wakes as many as the policy says, and lifts the scaler’s bounds after', async () => {
      const tags = { 'wake-count': '2', max: '5' };
      const scaled = aControlPlane({ [SERVICE]: { tags, bounds: { min: 0, max: 5, suspended: true } } });
      await wake(scaled)(aWake());
      expect(scaled.fleet.writes(SERVICE).map(({ op, to }) => [op, to])).toEqual([
        ['setDesiredCount', 2],
        ['setBounds', { min: 2, max: 5, suspended: false }],
      ]);
    });

    it('that is forced asleep before the fleet is set stays asleep, and the answer says so', async () => {
      plane.fleet.before = async ({ op, to }) => {
        if (op !== 'setDesiredCount' || to !== 1) return;
        plane.fleet.before = () => undefined;
        const managed = await plane.directory.find(SERVICE);
        await forceAsleep(plane)(managed, await plane.records.read(managed), { by: 'olga', reason: 'forced' });
      };
      const outcome = await wake(plane)(aWake());
      expect(outcome.record.value).toMatchObject({ intent: 'asleep', reason: 'forced' });
      expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
    });
  });

  describe('a service that is awake', () => {
    beforeEach(async () => {
      await plane.plant(aRecord());
      plane.fleet.meddle(SERVICE, { desiredCount: 1 });
    });

    it('joins: the fleet is not written to, and the record is not changed', async () => {
      const before = await plane.record();
      const outcome = await wake(plane)(aWake({ holder: 'phone' }));
      expect(outcome).toMatchObject({ did: 'joined', lease: { generation: 4 }, record: { value: { generation: 4 } } });
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
      expect(await plane.record()).toEqual(before);
    });

    it('tells what is known of it', async () => {
      plane.clock.advance(30_000);
      const { sighting } = await wake(plane)(aWake());
      expect(sighting?.observed).toMatchObject({ runningCount: 1, desiredCount: 1 });
    });

    it('for as long as was asked', async () => {
      expect((await wake(plane)(aWake({ leaseMs: 3 * HOUR }))).lease.expiresAt).toBe(T0 + 3 * HOUR);
    });

    it('for as long as the policy says, where nothing was asked', async () => {
      const tagged = aControlPlane({ [SERVICE]: { tags: { lease: '2h' } } });
      expect((await wake(tagged)(aWake())).lease.expiresAt).toBe(T0 + 2 * HOUR);
    });

    it.each([
      ['shorter', 20 * MINUTE, T0 + 20 * MINUTE],
      ['longer', 5 * MINUTE, T0 + 10 * MINUTE],
    ])('never shortens the lease that there is: the new one is %s', async (_, leftMs, expected) => {
      await plane.plantLease(aLease({ expiresAt: T0 + leftMs }));
      expect((await wake(plane)(aWake())).lease.expiresAt).toBe(expected);
      expect((await plane.lease('laptop'))?.expiresAt).toBe(expected);
    });

    it('takes nothing over from a lease that is void or that ran out', async () => {
      await plane.plantLease(aLease({ generation: 2, expiresAt: T0 + HOUR }));
      expect((await wake(plane)(aWake())).lease).toMatchObject({ generation: 4, expiresAt: T0 + 10 * MINUTE });
      await plane.plantLease(aLease({ expiresAt: T0 - 5_000 }));
      expect((await wake(plane)(aWake())).lease.expiresAt).toBe(T0 + 10 * MINUTE);
    });

    it('gives every holder a lease of its own', async () => {
      await wake(plane)(aWake({ subject: 'ada', holder: 'laptop' }));
      await wake(plane)(aWake({ subject: 'bob', holder: 'laptop' }));
      await wake(plane)(aWake({ subject: 'ada', holder: 'phone' }));
      expect(await plane.docs.keys('leases/')).toHaveLength(3);
    });
  });

  describe('a service that is draining', () => {
    it('calls it back: the same generation and process, and no call to write to the fleet', async () => {
      const record = aDrainingRecord({ wokenAt: T0 - HOUR, readyAt: T0 - HOUR });
      await plane.plant(record);
      plane.fleet.meddle(SERVICE, { desiredCount: 1 });
      const outcome = await wake(plane)(aWake());
      expect(outcome.did).toBe('recalled');
      expect(await plane.record()).toMatchObject({
        intent: 'awake',
        generation: record.generation,
        wokenAt: record.wokenAt,
        readyAt: record.readyAt,
      });
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
      expect(plane.telemetry.audits.map(({ before, after }) => [before['intent'], after['intent']])).toEqual([
        ['draining', 'awake'],
      ]);
    });

    it('that falls asleep between the lease and the swap begins a new generation, with a new lease', async () => {
      await plane.plant(aDrainingRecord());
      let reads = 0;
      plane.store.before = async ({ op, key }) => {
        if (op !== 'get' || key !== 'services/api.json' || (reads += 1) !== 2) return;
        plane.store.before = () => undefined;
        await plane.plant(anAsleepRecord({ generation: 5, voided: 5, revision: 50 }));
      };
      const outcome = await wake(plane)(aWake());
      expect(outcome).toMatchObject({ did: 'woken', lease: { generation: 6 } });
      expect(await plane.record()).toMatchObject({ intent: 'awake', generation: 6, voided: 5 });
      expect(await plane.lease('laptop')).toMatchObject({ generation: 5 });
      expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
    });
  });

  it('reads again when its own lease is newer than the record it has just read', async () => {
    let isOld = true;
    await plane.plant(aRecord({ generation: 2, voided: 1 }));
    await plane.plantLease(aLease({ generation: 4, expiresAt: T0 + HOUR }));
    plane.store.after = async ({ op, key }) => {
      if (op !== 'get' || key !== 'services/api.json' || !isOld) return;
      isOld = false;
      await plane.plant(aRecord());
    };
    expect((await wake(plane)(aWake())).lease).toMatchObject({ generation: 4, expiresAt: T0 + HOUR });
  });

  it('gives up on a record that never stands still, and asks to try again', async () => {
    plane.store.refuse = ({ op, key }) =>
      op === 'put' && key.startsWith('services/') ? { ok: false, because: 'precondition' } : undefined;
    await expect(wake(plane)(aWake())).rejects.toEqual(refusal('throttled', { retryAfterMs: 1_000 }));
  });

  describe('is refused', () => {
    it('for what does not exist or is not managed', async () => {
      await expect(wake(plane)(aWake({ service: 'nobody' }))).rejects.toEqual(
        refusal('service-not-found', { field: 'service' }),
      );
    });

    it('to who has no grant for the service', async () => {
      const caller = aCaller('ada', { services: ['web'] });
      await expect(wake(plane)(aWake({ caller }))).rejects.toEqual(refusal('forbidden', { field: 'service' }));
      expect((await wake(plane)(aWake({ caller: aCaller('ada', { services: ['web', SERVICE] }) }))).did).toBe('woken');
    });

    it('with force to who has no grant to force', async () => {
      await expect(wake(plane)(aWake({ force: true }))).rejects.toEqual(refusal('forbidden', { field: 'force' }));
    });

    it('under a hold asleep, before any lease is put', async () => {
      await plane.plant(anAsleepRecord({ hold: aHold({ intent: 'asleep', until: T0 + HOUR, reason: 'budget' }) }));
      const refused = wake(plane)(aWake());
      await expect(refused).rejects.toEqual(refusal('held', { retryAfterMs: HOUR }));
      await expect(refused).rejects.toThrow('held asleep until 2026-11-20T11:00:00.000Z: budget');
      expect(await plane.docs.keys('leases/')).toEqual([]);
      expect(await plane.record()).toMatchObject({ intent: 'asleep' });
    });

    it('no longer once the hold has ended', async () => {
      await plane.plant(anAsleepRecord({ hold: aHold({ intent: 'asleep', until: T0 + HOUR }) }));
      plane.clock.advance(HOUR);
      expect((await wake(plane)(aWake())).did).toBe('woken');
    });

    it('under a hold that came between lease and record, whose lease is void', async () => {
      await plane.plant(aRecord());
      let reads = 0;
      plane.store.before = async ({ op, key }) => {
        if (op !== 'get' || key !== 'services/api.json' || (reads += 1) !== 2) return;
        plane.store.before = () => undefined;
        await plane.plant(anAsleepRecord({ generation: 5, voided: 5, hold: aHold({ intent: 'asleep' }) }));
      };
      await expect(wake(plane)(aWake())).rejects.toEqual(refusal('held'));
      expect((await plane.leases.survey(SERVICE, 5, 'all')).live).toBe(0);
    });
  });

  describe('after failed starts', () => {
    const failing = (more: Partial<ServiceRecord> = {}): ServiceRecord =>
      anAsleepRecord({
        failedTasks: ['a', 'b', 'c'],
        failure: { code: 'CannotPullContainerError', message: 'no such image', output: null, count: 3, at: T0 },
        breaker: { trips: 2, until: T0 + 2 * MINUTE, taskDefinition: 'api:1' },
        ...more,
      });
    beforeEach(() => plane.plant(failing()));

    it.each([
      ['at once', 0],
      ['to the end', 2 * MINUTE - 1],
    ])('is refused, with the reason and the time left: %s', async (_, afterMs) => {
      plane.clock.advance(afterMs);
      const refused = wake(plane)(aWake());
      await expect(refused).rejects.toEqual(refusal('failing', { retryAfterMs: 2 * MINUTE - afterMs }));
      await expect(refused).rejects.toThrow('api failed to start: no such image');
      expect(await plane.docs.keys('leases/')).toEqual([]);
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
    });

    it('is tried again when the time is over, without forgetting how often it failed', async () => {
      plane.clock.advance(2 * MINUTE);
      expect((await wake(plane)(aWake())).did).toBe('woken');
      expect(await plane.record()).toMatchObject({ failedTasks: [], breaker: { trips: 2 }, failure: { count: 3 } });
    });

    it('is tried at once with another build', async () => {
      plane.fleet.deploy(SERVICE, 'api:2');
      expect((await wake(plane)(aWake())).did).toBe('woken');
    });

    it('is tried at once by force', async () => {
      expect((await wake(plane)(aWake({ force: true, caller: anOperator() }))).did).toBe('woken');
    });

    it('by force is still refused under a hold asleep', async () => {
      await plane.plant(failing({ hold: aHold({ intent: 'asleep' }) }));
      await expect(wake(plane)(aWake({ force: true, caller: anOperator() }))).rejects.toEqual(refusal('held'));
    });

    it('of a service that is awake again is not refused', async () => {
      await plane.plant(failing({ intent: 'awake', wokenAt: T0, failedTasks: [] }));
      expect((await wake(plane)(aWake())).did).toBe('joined');
    });
  });
});
