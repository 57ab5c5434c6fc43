import { describe, expect, it } from 'vitest';
import { hold, unhold } from '#shared/usecases/hold.ts';
import { kill } from '#shared/usecases/kill.ts';
import { nightlyKill } from '#shared/usecases/nightly-kill.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { anOperator, anAsleepRecord, CREATED, SERVICE } from '../support/builders.ts';
import { aControlPlane, aHoldOf, aKill, aWake, type ControlPlane } from '../support/control-plane.ts';
import type { FleetSeed } from '../support/memory-fleet.ts';
import { DAY, HOUR, MINUTE, T0 } from '../support/virtual-clock.ts';

/** The tick comes every five minutes, when it comes. */
const TICK = 5 * MINUTE;
const OFFICE = { awake: 'Mon-Fri 08:00-18:00' };

/** A service with these tags that nobody ever uses but by a lease, seen for the first time at zero. */
const house = (tags: Readonly<Record<string, string>>, seed: FleetSeed = {}) => {
  const plane = aControlPlane({ [SERVICE]: { ...seed, tags: { signal: 'leases', ...tags } } });
  const look = tick(plane);
  const goTo = (instant: string): void => plane.clock.advance(Date.parse(instant) - plane.clock.now());
  const intent = async (): Promise<string> => (await plane.record()).intent;
  return {
    plane,
    goTo,
    intent,
    /** One tick at an instant, whatever was missed before it. */
    at: async (instant: string): Promise<string> => {
      goTo(instant);
      await look();
      return intent();
    },
    /** Every tick up to an instant; tells each change of what should be, with the tick that made it. */
    until: async (instant: string): Promise<readonly string[]> => {
      const changes: string[] = [];
      let before = (await plane.docs.read('services/api.json')) ? await intent() : 'unknown';
      while (plane.clock.now() <= Date.parse(instant)) {
        await look();
        const now = await intent();
        if (now !== before) changes.push(`${new Date(plane.clock.now()).toISOString().slice(0, 16)} ${now}`);
        before = now;
        plane.clock.advance(TICK);
      }
      return changes;
    },
  };
};

const actions = ({ telemetry }: ControlPlane): readonly string[] =>
  telemetry.audits.map(({ action, reason, subject }) => `${subject} ${action}: ${reason}`);

describe('a service with office hours', () => {
  it('is woken at the first tick of the day, by the same steps as by a caller, and without a lease', async () => {
    const { plane, at } = house(OFFICE);
    expect(await at('2026-11-23T07:59:59.999Z')).toBe('asleep');
    plane.recount();
    expect(await at('2026-11-23T08:00:00.000Z')).toBe('awake');
    expect(await plane.record()).toMatchObject({
      by: 'nightporter',
      reason: 'scheduled-awake',
      generation: 2,
      wokenAt: Date.parse('2026-11-23T08:00Z'),
    });
    expect(plane.fleet.writes(SERVICE)).toEqual([{ op: 'setDesiredCount', services: [SERVICE], to: 1 }]);
    expect(actions(plane)).toEqual(['nightporter wake: scheduled-awake']);
    expect(plane.telemetry.audits).toMatchObject([{ before: { intent: 'asleep' }, after: { intent: 'awake' } }]);
    expect((await plane.leases.survey(SERVICE, 0, 'all')).live).toBe(0);
    plane.clock.advance(TICK);
    await tick(plane)();
    expect(plane.fleet.writes(SERVICE)).toHaveLength(1);
    expect(plane.notifier.told).toEqual([]);
  });

  it('stays awake all day although nobody comes, and sleeps in the evening, when idleness is confirmed', async () => {
    const { goTo, until } = house(OFFICE);
    goTo('2026-11-23T07:00Z');
    expect(await until('2026-11-24T08:00Z')).toEqual([
      '2026-11-23T07:00 asleep',
      '2026-11-23T08:00 awake',
      '2026-11-23T18:00 draining',
      '2026-11-23T18:05 asleep',
      '2026-11-24T08:00 awake',
    ]);
  });

  it('rests on holidays, and on the days that it does not name', async () => {
    const { goTo, until } = house({ ...OFFICE, holidays: '2026-12-24/2026-12-25' });
    goTo('2026-12-23T19:00Z');
    expect(await until('2026-12-28T08:00Z')).toEqual(['2026-12-23T19:00 asleep', '2026-12-28T08:00 awake']);
  });

  it('may have hours of their own on holidays', async () => {
    const { goTo, until } = house({ awake: 'Mon-Fri 08:00-18:00 Hol 10:00-12:00', holidays: '2026-12-24' });
    goTo('2026-12-23T19:00Z');
    expect(await until('2026-12-25T07:00Z')).toEqual([
      '2026-12-23T19:00 asleep',
      '2026-12-24T10:00 awake',
      '2026-12-24T12:00 draining',
      '2026-12-24T12:05 asleep',
    ]);
  });

  it('is woken at once where the tags come in the middle of the day', async () => {
    expect(await house(OFFICE).at('2026-11-23T12:00Z')).toBe('awake');
  });

  it('that rests costs a tick nothing more than any sleeper', async () => {
    const { plane } = house(OFFICE);
    plane.clock.advance(9 * HOUR);
    const look = tick(plane);
    await look();
    await look();
    plane.recount();
    await look();
    const scheduled = plane.count();
    const free = aControlPlane({ [SERVICE]: { tags: { signal: 'leases' } } });
    const lookThere = tick(free);
    await lookThere();
    await lookThere();
    free.recount();
    await lookThere();
    expect(scheduled).toBe(free.count());
  });

  it('is healed by the next tick when the one that woke it died before it told the fleet', async () => {
    const { plane, at } = house(OFFICE);
    await at('2026-11-23T07:00Z');
    const dying = { ...plane, fleet: { ...plane.fleet, setDesiredCount: () => Promise.reject(new Error('died')) } };
    plane.clock.advance(HOUR);
    await expect(tick(dying)()).rejects.toThrow(/the tick failed/);
    expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
    expect((await plane.record()).intent).toBe('awake');
    plane.clock.advance(TICK);
    await tick(plane)();
    expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
  });

  it('and a caller who comes at the same moment are one start', async () => {
    const { plane, at } = house(OFFICE);
    await at('2026-11-23T07:59Z');
    plane.clock.advance(MINUTE);
    await Promise.all([tick(plane)(), wake(plane)(aWake()), wake(plane)(aWake({ holder: 'phone' }))]);
    expect(await plane.record()).toMatchObject({ intent: 'awake', generation: 2 });
    expect(plane.fleet.writes(SERVICE)).toHaveLength(1);
  });
});

describe('somebody at work outdoes the schedule', () => {
  const NIGHT = { asleep: 'Mon-Fri 18:00-08:00 Sat-Sun 00:00-24:00' };

  it('on-demand wakes work while it is asleep by schedule, and it sleeps again without grace when they end', async () => {
    const { plane, at, goTo } = house({ ...NIGHT, 'grace-after-wake': '2h' });
    await at('2026-11-21T12:00Z');
    expect((await wake(plane)(aWake())).did).toBe('woken');
    expect(await at('2026-11-21T12:09Z')).toBe('awake');
    goTo('2026-11-21T12:10:05Z');
    expect(await at('2026-11-21T12:11Z')).toBe('draining');
    expect(await at('2026-11-21T12:15Z')).toBe('asleep');
    expect((await plane.record()).reason).toBe('scheduled-asleep');
  });

  it('a session that goes on past the end of the day is not cut off', async () => {
    const { plane, at } = house({ ...OFFICE, ...NIGHT });
    await at('2026-11-23T08:00Z');
    await at('2026-11-23T17:59Z');
    await wake(plane)(aWake({ leaseMs: HOUR }));
    expect(await at('2026-11-23T18:58Z')).toBe('awake');
    expect(await at('2026-11-23T19:00Z')).toBe('draining');
  });

  it('the last to leave within a window leaves it running, and is told until when', async () => {
    const { plane, at } = house(OFFICE);
    await at('2026-11-23T08:00Z');
    await wake(plane)(aWake());
    const left = await kill(plane)(aKill());
    expect(left).toMatchObject({
      did: 'released',
      remaining: 0,
      message: 'awake by its schedule until 2026-11-23T18:00:00.000Z',
    });
    expect(await plane.record()).toMatchObject({ intent: 'awake', reason: 'scheduled-awake' });
    expect(plane.fleet.desiredCount(SERVICE)).toBe(1);
  });

  it('and where it is always awake, is told that', async () => {
    const { plane, at } = house({ awake: '00:00-24:00' });
    await at('2026-11-23T08:00Z');
    await wake(plane)(aWake());
    expect((await kill(plane)(aKill())).message).toBe('always awake by its schedule');
  });
});

describe('what somebody wanted is not undone by the schedule', () => {
  it('a service that was forced asleep sleeps until the next window, unless somebody wakes it', async () => {
    const { plane, at, until } = house(OFFICE);
    await at('2026-11-23T08:00Z');
    plane.clock.advance(2 * HOUR);
    await kill(plane)(aKill({ caller: anOperator(), force: true }));
    expect(await until('2026-11-24T09:00Z')).toEqual(['2026-11-24T08:00 awake']);
    await kill(plane)(aKill({ caller: anOperator(), force: true }));
    expect((await wake(plane)(aWake())).did).toBe('woken');
    plane.clock.advance(HOUR);
    await tick(plane)();
    expect((await plane.record()).intent).toBe('awake');
  });

  it('a hold asleep lasts as long as it says, and then the schedule counts again', async () => {
    const { plane, at } = house(OFFICE);
    await at('2026-11-23T08:00Z');
    await hold(plane)(aHoldOf('asleep', { until: Date.parse('2026-11-23T14:00Z') }));
    expect(await at('2026-11-23T13:59Z')).toBe('asleep');
    expect(await at('2026-11-23T14:00Z')).toBe('awake');
    await hold(plane)(aHoldOf('asleep', { until: Date.parse('2026-11-23T17:00Z') }));
    await unhold(plane)({ service: SERVICE, caller: anOperator() });
    expect(await at('2026-11-23T14:05Z')).toBe('awake');
  });

  it('a hold awake outlasts the windows', async () => {
    const { plane, at } = house(OFFICE);
    await at('2026-11-23T08:00Z');
    await at('2026-11-23T08:05Z');
    await hold(plane)(aHoldOf('awake', { until: Date.parse('2026-11-23T22:00Z') }));
    expect(await at('2026-11-23T21:59Z')).toBe('awake');
    expect(await at('2026-11-23T22:00Z')).toBe('draining');
  });
});

describe('a service that does not start', () => {
  const BROKEN = { bootMs: 10_000, crashAfterMs: 20_000, stoppedReason: 'CannotPullContainerError: no such image' };

  it('is tried by the schedule like by everybody: given up, told of, and tried again when the wait is over', async () => {
    const { plane, at } = house(OFFICE, BROKEN);
    expect(await at('2026-11-23T08:00Z')).toBe('awake');
    expect(await at('2026-11-23T08:05Z')).toBe('asleep');
    const until = (await plane.record()).breaker?.until ?? NaN;
    expect(until).toBe(Date.parse('2026-11-23T08:06Z'));
    expect(plane.notifier.told).toMatchObject([{ event: 'service.failing' }]);
    expect(await at(new Date(until - 1).toISOString())).toBe('asleep');
    expect(plane.fleet.writes(SERVICE)).toHaveLength(2);
    expect(await at(new Date(until).toISOString())).toBe('awake');
    expect(await at('2026-11-23T08:11Z')).toBe('asleep');
    expect((await plane.record()).breaker).toMatchObject({ trips: 2, until: Date.parse('2026-11-23T08:13Z') });
    expect(plane.notifier.told).toHaveLength(2);
  });

  it('is tried at once when it would run something else', async () => {
    const { plane, at } = house(OFFICE, BROKEN);
    await at('2026-11-23T08:00Z');
    await at('2026-11-23T08:05Z');
    plane.fleet.behave(SERVICE, { crashAfterMs: null });
    plane.fleet.deploy(SERVICE, 'api:2');
    expect(await at('2026-11-23T08:05:30Z')).toBe('awake');
  });
});

describe('closing time', () => {
  const ELEVEN = '2026-11-23T23:00Z';

  it('ends a window that goes on, which begins anew when it is over', async () => {
    const { plane, at } = house({ awake: 'Mon 20:00-02:00' });
    await at('2026-11-23T20:00Z');
    expect(await at(ELEVEN)).toBe('asleep');
    expect(await at('2026-11-23T23:29:59Z')).toBe('asleep');
    expect(await at('2026-11-23T23:30Z')).toBe('awake');
    await nightlyKill(plane)(Date.parse(ELEVEN));
    expect((await plane.record()).intent).toBe('awake');
  });

  it('does not touch it where the service is exempt', async () => {
    const { plane, at } = house({ awake: 'Mon 20:00-02:00', 'nightly-kill': 'no' });
    await at('2026-11-23T20:00Z');
    expect(await at(ELEVEN)).toBe('awake');
    await nightlyKill(plane)(Date.parse(ELEVEN));
    expect((await plane.record()).intent).toBe('awake');
  });

  it('spares a window that begins in its half hour, however late it is delivered', async () => {
    const { plane, at } = house({ awake: 'Mon 23:10-02:00' });
    expect(await at('2026-11-23T23:05Z')).toBe('asleep');
    expect(await at('2026-11-23T23:10Z')).toBe('awake');
    await nightlyKill(plane)(Date.parse(ELEVEN));
    expect((await plane.record()).intent).toBe('awake');
  });
});

describe('what others complain of in schedulers', () => {
  it('missed tick: a wake that was due while no tick came is made by the next one', async () => {
    const { at } = house(OFFICE);
    await at('2026-11-23T07:00Z');
    expect(await at('2026-11-23T11:17Z')).toBe('awake');
  });

  it('missed tick: a sleep that was due while no tick came is made by the next ones', async () => {
    const { at } = house({ ...OFFICE, asleep: 'Mon-Fri 18:00-08:00' });
    await at('2026-11-23T08:00Z');
    expect(await at('2026-11-24T03:40Z')).toBe('draining');
    expect(await at('2026-11-24T03:45Z')).toBe('asleep');
  });

  it('missed tick: what began and ended while no tick came is not made up for', async () => {
    const { plane, at } = house({ awake: 'Mon 08:00-09:00' });
    await at('2026-11-23T07:00Z');
    expect(await at('2026-11-23T09:00Z')).toBe('asleep');
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it('midnight: a window that ends there ends there, whichever tick comes first', async () => {
    const { at } = house({ awake: 'Mon 20:00-24:00', 'nightly-kill': 'no' });
    await at('2026-11-23T20:00Z');
    await at('2026-11-23T20:05Z');
    expect(await at('2026-11-23T23:59:59.999Z')).toBe('awake');
    expect(await at('2026-11-24T00:03Z')).toBe('draining');
  });

  it('midnight: windows that meet there are one, without a restart in between', async () => {
    const { goTo, until } = house({ awake: 'Mon 20:00-24:00 Tue 00:00-02:00', 'nightly-kill': 'no' });
    goTo('2026-11-23T20:00Z');
    expect(await until('2026-11-24T02:05Z')).toEqual([
      '2026-11-23T20:00 awake',
      '2026-11-24T02:00 draining',
      '2026-11-24T02:05 asleep',
    ]);
  });

  it('overnight: a window is of the day on which it begins', async () => {
    const { goTo, until } = house({ awake: 'Fri 22:00-06:00', 'nightly-kill': 'no' });
    goTo('2026-11-20T21:00Z');
    expect(await until('2026-11-21T23:00Z')).toEqual([
      '2026-11-20T21:00 asleep',
      '2026-11-20T22:00 awake',
      '2026-11-21T06:00 draining',
      '2026-11-21T06:05 asleep',
    ]);
  });

  it('overnight: a holiday does not cut off the night that began the day before', async () => {
    const { goTo, until } = house({ awake: 'Mon-Sun 22:00-06:00', holidays: '2026-12-25', 'nightly-kill': 'no' });
    goTo('2026-12-24T22:00Z');
    expect(await until('2026-12-26T22:00Z')).toEqual([
      '2026-12-24T22:00 awake',
      '2026-12-25T06:00 draining',
      '2026-12-25T06:05 asleep',
      '2026-12-26T22:00 awake',
    ]);
  });

  it('another midnight: an afternoon that goes past midnight in UTC is one afternoon', async () => {
    const { goTo, until } = house({ awake: 'Mon-Fri 13:00-20:00 America/New_York', 'nightly-kill': 'no' });
    goTo('2026-11-20T17:00Z');
    expect(await until('2026-11-21T19:00Z')).toEqual([
      '2026-11-20T17:00 asleep',
      '2026-11-20T18:00 awake',
      '2026-11-21T01:00 draining',
      '2026-11-21T01:05 asleep',
    ]);
  });

  it('DST: eight in the morning is eight on the wall, on the day the clocks go forward, and before and after', async () => {
    const { goTo, until } = house({ awake: 'Sat-Mon 08:00-09:00 Europe/Zurich' });
    goTo('2027-03-27T06:00Z');
    const changes = await until('2027-03-29T08:00Z');
    expect(changes.filter((change) => change.endsWith('awake'))).toEqual([
      '2027-03-27T07:00 awake',
      '2027-03-28T06:00 awake',
      '2027-03-29T06:00 awake',
    ]);
  });

  it('DST: a night is one night, on the day the clocks go back: it neither ends twice nor begins twice', async () => {
    const { goTo, until } = house({ awake: 'Sat 22:00-02:30 Europe/Zurich', 'nightly-kill': 'no' });
    goTo('2027-10-30T20:00Z');
    expect(await until('2027-10-31T04:00Z')).toEqual([
      '2027-10-30T20:00 awake',
      '2027-10-31T00:30 draining',
      '2027-10-31T00:35 asleep',
    ]);
  });

  it('the weekend: Saturday and Sunday are one sleep', async () => {
    const { plane, goTo, until } = house({ ...OFFICE, asleep: 'Sat-Sun 00:00-24:00' });
    goTo('2026-11-20T17:00Z');
    await until('2026-11-23T08:00Z');
    expect(plane.fleet.writes(SERVICE).map(({ to }) => to)).toEqual([1, 0, 1]);
  });

  it('one time zone for all: each service goes by its own, else by the house’s', async () => {
    const tags = { signal: 'leases', awake: '08:00-09:00' };
    const plane = aControlPlane({
      here: { tags },
      east: { tags: { ...tags, 'time-zone': 'Asia/Kathmandu' } },
      west: { tags: { ...tags, awake: '08:00-09:00 America/New_York' } },
    });
    const awakeAt = async (instant: string): Promise<readonly string[]> => {
      plane.clock.advance(Date.parse(instant) - plane.clock.now());
      await tick(plane)();
      const records = await Promise.all(['here', 'east', 'west'].map((service) => plane.record(service)));
      return records.filter(({ intent }) => intent === 'awake').map(({ service }) => service);
    };
    expect(await awakeAt('2026-11-23T02:15Z')).toEqual(['east']);
    expect(await awakeAt('2026-11-23T08:00Z')).toEqual(['here']);
    expect(await awakeAt('2026-11-23T13:00Z')).toEqual(['west']);
  });

  it('the wrong number: it wakes as many as its policy says, whatever ran before', async () => {
    const { plane, at } = house({ ...OFFICE, 'wake-count': '2', max: '5' });
    await at('2026-11-23T08:00Z');
    plane.fleet.meddle(SERVICE, { desiredCount: 4 });
    await at('2026-11-23T18:00Z');
    await at('2026-11-23T18:05Z');
    expect(await at('2026-11-24T08:00Z')).toBe('awake');
    expect(plane.fleet.desiredCount(SERVICE)).toBe(2);
  });

  it('a bad word: it is reported by name, and the service is on demand', async () => {
    const { plane, at } = house({ awake: 'weekdays' });
    expect(await at('2026-11-23T12:00Z')).toBe('asleep');
    expect(plane.telemetry.events).toContainEqual({
      name: 'policy.refused',
      fields: {
        service: SERVICE,
        tag: 'awake',
        value: 'weekdays',
        expected: 'windows such as Mon-Fri 08:00-18:30 Europe/Zurich',
      },
    });
  });

  it('a long time asleep: a record that an older version wrote is woken by its schedule all the same', async () => {
    const { plane, at } = house(OFFICE);
    const { dismissedAt: _, ...older } = anAsleepRecord({ createdAt: CREATED, since: T0 - 30 * DAY });
    await plane.plant(older);
    expect(await at('2026-11-23T08:00Z')).toBe('awake');
  });
});
