import { beforeEach, describe, expect, it } from 'vitest';
import { nightlyKill } from '#shared/usecases/nightly-kill.ts';
import { wake } from '#shared/usecases/wake.ts';
import { aHold, aLease, aRecord } from '../support/builders.ts';
import { aControlPlane, aWake, type ControlPlane } from '../support/control-plane.ts';
import { HOUR, MINUTE, T0 } from '../support/virtual-clock.ts';

const ELEVEN = T0 + 13 * HOUR;

describe('the nightly kill', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    const running = { desiredCount: 1 };
    plane = aControlPlane({
      api: running,
      spared: { ...running, tags: { 'nightly-kill': 'spare-leased' } },
      exempt: { ...running, tags: { 'nightly-kill': 'no' } },
    });
    for (const service of ['api', 'spared', 'exempt']) {
      await plane.plant(aRecord({ service }));
      await plane.plantLease(aLease({ service, expiresAt: ELEVEN + 10 * HOUR }));
    }
    plane.clock.advance(13 * HOUR);
  });

  const intents = async (): Promise<readonly string[]> =>
    Promise.all(['api', 'spared', 'exempt'].map(async (service) => (await plane.record(service)).intent));

  it('ends what was awake, leased or not, as each policy says', async () => {
    await nightlyKill(plane)(ELEVEN);
    expect(await intents()).toEqual(['asleep', 'awake', 'awake']);
    expect(await plane.record('api')).toMatchObject({
      by: 'nightporter',
      reason: 'nightly-kill',
      generation: 5,
      voided: 5,
    });
    expect(plane.fleet.writes('api')).toEqual([{ op: 'setDesiredCount', services: ['api'], to: 0 }]);
    expect(plane.telemetry.audits).toMatchObject([
      {
        action: 'sleep',
        service: 'api',
        reason: 'nightly-kill',
        before: { intent: 'awake' },
        after: { intent: 'asleep' },
      },
    ]);
    expect(plane.telemetry.values('NightlyKillDropped')).toEqual([0]);
  });

  it('ends what is to be spared while leased once nobody holds it', async () => {
    await plane.plantLease(aLease({ service: 'spared', expiresAt: ELEVEN - MINUTE }));
    await nightlyKill(plane)(ELEVEN);
    expect(await intents()).toEqual(['asleep', 'asleep', 'awake']);
  });

  it.each([
    ['just in time', 30 * MINUTE - 1, 'asleep', 0],
    ['too late', 30 * MINUTE, 'awake', 1],
    ['hours late', 9 * HOUR, 'awake', 1],
    ['too early, by a clock that runs ahead', -1, 'awake', 1],
  ])('delivered %s', async (_, lateMs, expected, dropped) => {
    plane.clock.advance(lateMs);
    await nightlyKill(plane)(ELEVEN);
    expect((await intents())[0]).toBe(expected);
    expect(plane.telemetry.values('NightlyKillDropped')).toEqual([dropped]);
  });

  it('delivered twice ends nothing twice, and spares who came in between', async () => {
    await nightlyKill(plane)(ELEVEN);
    plane.clock.advance(MINUTE);
    await wake(plane)(aWake());
    await nightlyKill(plane)(ELEVEN);
    expect(await plane.record('api')).toMatchObject({ intent: 'awake', generation: 6 });
    expect(plane.fleet.desiredCount('api')).toBe(1);
    expect(plane.telemetry.audits.filter(({ action }) => action === 'sleep')).toHaveLength(1);
  });

  it('spares what is held awake', async () => {
    await plane.plant(aRecord({ hold: aHold({ until: ELEVEN + 1 }) }));
    await nightlyKill(plane)(ELEVEN);
    expect((await intents())[0]).toBe('awake');
  });

  it('tries again when the record moves meanwhile, and decides anew', async () => {
    let isFirst = true;
    plane.store.before = async ({ op, key }) => {
      if (op !== 'put' || key !== 'services/api.json' || !isFirst) return;
      isFirst = false;
      await plane.plant(aRecord({ revision: 40, hold: aHold({ until: ELEVEN + HOUR }) }));
    };
    await nightlyKill(plane)(ELEVEN);
    expect((await intents())[0]).toBe('awake');
    await plane.plant(aRecord());
    isFirst = false;
    await nightlyKill(plane)(ELEVEN);
    expect((await intents())[0]).toBe('asleep');
  });

  it('of one service that fails does not stop the others, and is loud', async () => {
    const outage = new Error('no answer');
    plane.fleet.add('web', { desiredCount: 1 });
    await plane.plant(aRecord({ service: 'web', createdAt: ELEVEN }));
    plane.store.before = ({ key }) => {
      if (key === 'services/api.json') throw outage;
    };
    const failure: unknown = await nightlyKill(plane)(ELEVEN).catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ errors: [outage], message: 'the nightly kill failed for 1 services' });
    expect((await plane.record('web')).intent).toBe('asleep');
  });
});
