import { beforeEach, describe, expect, it } from 'vitest';
import { kill } from '#shared/usecases/kill.ts';
import { aCaller, aDrainingRecord, aLease, anAsleepRecord, anOperator, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aKill, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, T0 } from '../support/virtual-clock.ts';

describe('a kill', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(aRecord());
  });

  const intents = (): readonly unknown[] =>
    plane.telemetry.audits.map(({ before, after }) => [before['intent'], after['intent']]);
  /** Runs once, before the leases are listed for the so-manieth time. */
  const beforeListing = (count: number, change: () => Promise<void>): void => {
    let listings = 0;
    plane.store.before = async ({ op }) => {
      if (op !== 'list' || (listings += 1) !== count) return;
      plane.store.before = () => undefined;
      await change();
    };
  };

  describe('by the last holder', () => {
    beforeEach(() => plane.plantLease(aLease()));

    it('puts the service to sleep at once', async () => {
      const outcome = await kill(plane)(aKill());
      expect(outcome).toMatchObject({ did: 'killed', changed: true, remaining: 0, sighting: null });
      expect(outcome.message).toBe('stopping; nobody holds it any more');
      expect(await plane.record()).toMatchObject({
        intent: 'asleep',
        generation: 5,
        voided: 5,
        by: 'laptop',
        reason: 'left by laptop',
      });
      expect(plane.fleet.writes(SERVICE)).toEqual([{ op: 'setDesiredCount', services: [SERVICE], to: 0 }]);
      expect(await plane.lease('laptop')).toBeUndefined();
    });

    it('passes through draining: nobody goes from awake to asleep in one step', async () => {
      const seen: string[] = [];
      plane.store.after = async ({ op, key }) => {
        if (op === 'put' && key === 'services/api.json') seen.push((await plane.record()).intent);
      };
      await kill(plane)(aKill());
      expect(seen).toEqual(['draining', 'asleep']);
    });

    it('leaves one audit event, with the reason given', async () => {
      await kill(plane)(aKill({ reason: 'done' }));
      expect(plane.telemetry.audits).toMatchObject([{ action: 'kill', subject: 'ada', reason: 'done' }]);
      expect(intents()).toEqual([['awake', 'asleep']]);
      expect((await plane.record()).reason).toBe('done');
    });

    it('suspends the scaler before it sets zero', async () => {
      const scaled = aControlPlane({ [SERVICE]: { desiredCount: 1, bounds: { min: 1, max: 1, suspended: false } } });
      await scaled.plant(aRecord());
      await scaled.plantLease(aLease());
      await kill(scaled)(aKill());
      expect(scaled.fleet.writes(SERVICE).map(({ op }) => op)).toEqual(['setBounds', 'setDesiredCount']);
    });

    it('when the service was draining already puts it to sleep, too', async () => {
      await plane.plant(aDrainingRecord());
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'killed', changed: true });
    });

    it('gives way to a holder who comes while it drains, and calls the service back', async () => {
      beforeListing(2, () => plane.plantLease(aLease({ holder: 'phone' })));
      const outcome = await kill(plane)(aKill());
      expect(outcome).toMatchObject({
        did: 'released',
        changed: false,
        remaining: 1,
        message: '1 other lease remains',
      });
      expect(await plane.record()).toMatchObject({ intent: 'awake', generation: 4, reason: 'others remain' });
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
    });

    it('loses the swap to whoever called the service back, and looks again', async () => {
      beforeListing(2, async () => {
        await plane.plantLease(aLease({ holder: 'phone' }));
        await plane.plant(aRecord({ revision: 30 }));
      });
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'released', remaining: 1 });
      expect(await plane.record()).toMatchObject({ intent: 'awake', revision: 30 });
    });

    it('finds the service asleep when somebody else was faster, and claims nothing', async () => {
      beforeListing(1, () => plane.plant(anAsleepRecord({ generation: 5, voided: 5 })));
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'killed', changed: false });
      expect((await plane.record()).generation).toBe(5);
    });

    it('leaves the decision to the tick when the lease was renewed while it was being ended', async () => {
      let isFirst = true;
      plane.store.before = async ({ op }) => {
        if (op !== 'delete' || !isFirst) return;
        isFirst = false;
        await plane.plantLease(aLease({ expiresAt: T0 + HOUR }));
      };
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'released', remaining: 1 });
      expect(await plane.record()).toMatchObject({ intent: 'awake' });
    });
  });

  describe('is personal', () => {
    it('ends one session of two, and says how many are left', async () => {
      await plane.plantLease(aLease({ holder: 'laptop' }));
      await plane.plantLease(aLease({ holder: 'phone' }));
      const before = await plane.record();
      expect(await kill(plane)(aKill())).toMatchObject({
        did: 'released',
        changed: false,
        remaining: 1,
        message: '1 other lease remains',
      });
      expect(await plane.record()).toEqual(before);
      expect(await plane.lease('phone')).toBeDefined();
      expect(await plane.lease('laptop')).toBeUndefined();
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
    });

    it('leaves it to whoever stays to call back what the tick lets drain', async () => {
      const draining = aDrainingRecord();
      await plane.plant(draining);
      await plane.plantLease(aLease({ holder: 'phone' }));
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'released', remaining: 1 });
      expect(await plane.record()).toMatchObject(draining);
    });

    it('counts those that are left', async () => {
      for (const holder of ['laptop', 'phone', 'tablet']) await plane.plantLease(aLease({ holder }));
      expect(await kill(plane)(aKill())).toMatchObject({ remaining: 2, message: '2 other leases remain' });
      expect(await kill(plane)(aKill({ holder: 'phone' }))).toMatchObject({ did: 'released', remaining: 1 });
      expect(await kill(plane)(aKill({ holder: 'tablet' }))).toMatchObject({ did: 'killed', remaining: 0 });
    });

    it('never ends a lease of the same name under another subject', async () => {
      await plane.plantLease(aLease({ subject: 'ada' }));
      expect(await kill(plane)(aKill({ subject: 'bob' }))).toMatchObject({ did: 'released', remaining: 1 });
      expect(await plane.lease('laptop', 'ada')).toBeDefined();
    });
  });

  describe('does not cut anybody off', () => {
    const expired = { expiresAt: T0 - 5_000 };

    it('whose lease merely ran out: the service drains, and the tick decides by activity', async () => {
      await plane.plantLease(aLease({ holder: 'laptop' }));
      await plane.plantLease(aLease({ holder: 'phone', ...expired }));
      const outcome = await kill(plane)(aKill());
      expect(outcome).toMatchObject({ did: 'released', changed: false, remaining: 0 });
      expect(outcome.message).toBe('no lease remains; it will sleep once it is idle');
      expect(await plane.record()).toMatchObject({ intent: 'draining', since: T0 });
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
    });

    it('but ends at once what only void leases are left of', async () => {
      await plane.plantLease(aLease({ holder: 'laptop' }));
      await plane.plantLease(aLease({ holder: 'phone', generation: 2, ...expired }));
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'killed' });
    });

    it('when the killer’s own lease had run out', async () => {
      await plane.plantLease(aLease(expired));
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'released', remaining: 0 });
      expect((await plane.record()).intent).toBe('draining');
    });

    it('holds the killer’s lease for live until five seconds after its end', async () => {
      await plane.plantLease(aLease({ expiresAt: T0 - 4_999 }));
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'killed' });
    });

    it('when the killer held none', async () => {
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'released', remaining: 0 });
      expect((await plane.record()).intent).toBe('draining');
    });

    it('when the killer’s lease was void', async () => {
      await plane.plantLease(aLease({ generation: 2 }));
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'released' });
      expect((await plane.record()).intent).toBe('draining');
    });

    it('and does not begin the draining anew', async () => {
      const draining = aDrainingRecord({ since: T0 - 60_000 });
      await plane.plant(draining);
      expect(await kill(plane)(aKill())).toMatchObject({ did: 'released', remaining: 0 });
      expect(await plane.record()).toMatchObject({ since: T0 - 60_000, revision: draining.revision });
    });
  });

  describe('that comes late', () => {
    it.each([
      [3, 'released'],
      [4, 'killed'],
      [null, 'killed'],
    ])('for a session that a newer one has followed does nothing: generation %s, %s', async (generation, did) => {
      await plane.plantLease(aLease({ generation: 4 }));
      expect((await kill(plane)(aKill({ generation }))).did).toBe(did);
    });

    it('is not one for the session that woke the service: its lease is of the generation before', async () => {
      await plane.plantLease(aLease({ generation: 3 }));
      expect(await kill(plane)(aKill({ generation: 3 }))).toMatchObject({ did: 'killed', changed: true });
    });

    it('leaves everything as it was, and no audit event', async () => {
      await plane.plantLease(aLease({ generation: 4 }));
      const before = await plane.record();
      const outcome = await kill(plane)(aKill({ generation: 2 }));
      expect(outcome).toMatchObject({ did: 'released', changed: false, remaining: null });
      expect(outcome.message).toBe('late: that session has ended, and a newer one goes on');
      expect(await plane.record()).toEqual(before);
      expect(await plane.lease('laptop')).toBeDefined();
      expect(plane.telemetry.audits).toEqual([]);
    });

    it('for a session that was voided does nothing to the one that somebody else has begun', async () => {
      const before = await plane.record();
      expect(await kill(plane)(aKill({ generation: 2 }))).toMatchObject({ did: 'released', changed: false });
      expect(await plane.record()).toEqual(before);
    });
  });

  describe('of a sleeper', () => {
    it('is killed, and nothing changes', async () => {
      const before = anAsleepRecord();
      await plane.plant(before);
      plane.fleet.meddle(SERVICE, { desiredCount: 0 });
      expect(await kill(plane)(aKill())).toMatchObject({
        did: 'killed',
        changed: false,
        remaining: 0,
        message: 'it was asleep already',
      });
      expect(await plane.record()).toMatchObject(before);
      expect(plane.fleet.writes(SERVICE)).toEqual([]);
    });

    it.each([false, true])('heals a fleet that was left running: forced %s', async (force) => {
      await plane.plant(anAsleepRecord());
      const outcome = await kill(plane)(aKill({ force, caller: anOperator() }));
      expect(outcome).toMatchObject({ did: 'killed', changed: false, message: 'it was asleep already' });
      expect(await plane.record()).toMatchObject(anAsleepRecord());
      expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
    });
  });

  it.each([false, true])(
    'gives up on a record that never stands still, and asks to try again: forced %s',
    async (force) => {
      await plane.plantLease(aLease());
      plane.store.refuse = ({ op, key }) =>
        op === 'put' && key.startsWith('services/') ? { ok: false, because: 'precondition' } : undefined;
      await expect(kill(plane)(aKill({ force, caller: aCaller('ada', { force: true }) }))).rejects.toMatchObject({
        code: 'throttled',
        details: { retryAfterMs: 1_000 },
      });
    },
  );

  it('is refused to who has no grant for the service, and for what is not managed', async () => {
    await expect(kill(plane)(aKill({ caller: aCaller('ada', { services: [] }) }))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(kill(plane)(aKill({ service: 'nobody' }))).rejects.toMatchObject({ code: 'service-not-found' });
  });

  it('tells how the service is that goes on', async () => {
    plane.clock.advance(30_000);
    await plane.plantLease(aLease({ holder: 'phone', expiresAt: T0 + HOUR }));
    const { sighting } = await kill(plane)(aKill());
    expect(sighting?.observed.runningCount).toBe(1);
  });
});
