import { beforeEach, describe, expect, it } from 'vitest';
import { kill } from '#shared/usecases/kill.ts';
import { aCaller, aDrainingRecord, aHold, aLease, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aKill, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, T0 } from '../support/virtual-clock.ts';

describe('a kill', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(aRecord());
  });

  describe('by force', () => {
    const forced = (grant = {}) => aKill({ force: true, caller: aCaller('olga', { force: true, ...grant }) });
    beforeEach(async () => {
      await plane.plantLease(aLease({ holder: 'laptop' }));
      await plane.plantLease(aLease({ holder: 'phone' }));
    });

    it('ends everybody’s session at once', async () => {
      expect(await kill(plane)(forced())).toMatchObject({
        did: 'killed',
        changed: true,
        remaining: 0,
        message: 'stopping; forced, every lease is void',
      });
      const { voided, intent, reason } = await plane.record();
      expect({ intent, reason }).toEqual({ intent: 'asleep', reason: 'forced by laptop' });
      expect(await plane.leases.survey(SERVICE, voided, 'all')).toMatchObject({ live: 0, expired: 0 });
      expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
      expect(plane.telemetry.audits).toMatchObject([{ before: { intent: 'awake' }, after: { intent: 'asleep' } }]);
    });

    it('needs the grant for it', async () => {
      const before = await plane.record();
      await expect(kill(plane)(aKill({ force: true }))).rejects.toMatchObject({
        code: 'forbidden',
        details: { field: 'force' },
      });
      expect(await plane.record()).toEqual(before);
    });

    it('under a hold awake needs the grant for holds, too', async () => {
      await plane.plant(aRecord({ hold: aHold({ until: T0 + HOUR, reason: 'the fair' }) }));
      const refused = kill(plane)(forced());
      await expect(refused).rejects.toMatchObject({ code: 'held' });
      await expect(refused).rejects.toThrow('held awake until 2026-11-20T11:00:00.000Z: the fair');
      expect(await kill(plane)(forced({ hold: true }))).toMatchObject({ did: 'killed' });
      expect(await plane.record()).toMatchObject({ intent: 'asleep', hold: null });
    });

    it('is not held up by a hold that has ended', async () => {
      await plane.plant(aRecord({ hold: aHold({ until: T0 }) }));
      expect(await kill(plane)(forced())).toMatchObject({ did: 'killed' });
    });

    it('tries again when the record moves meanwhile', async () => {
      let isFirst = true;
      plane.store.before = async ({ op, key }) => {
        if (op !== 'put' || key !== 'services/api.json' || !isFirst) return;
        isFirst = false;
        await plane.plant(aDrainingRecord({ revision: 20 }));
      };
      expect(await kill(plane)(forced())).toMatchObject({ did: 'killed', changed: true });
      expect(await plane.record()).toMatchObject({ intent: 'asleep', revision: 21 });
    });
  });

  describe('under a hold awake', () => {
    it('ends the lease and says that the service is held', async () => {
      await plane.plant(aRecord({ hold: aHold({ reason: 'the fair' }) }));
      await plane.plantLease(aLease());
      expect(await kill(plane)(aKill())).toMatchObject({
        did: 'released',
        changed: false,
        remaining: 0,
        message: 'held awake: the fair',
      });
      expect(await plane.lease('laptop')).toBeUndefined();
      expect(await plane.record()).toMatchObject({ intent: 'awake', hold: { intent: 'awake' } });
    });

    it('that has ended is like any other', async () => {
      await plane.plant(aRecord({ hold: aHold({ until: T0 }) }));
      await plane.plantLease(aLease());
      expect((await kill(plane)(aKill())).did).toBe('killed');
    });
  });
});
