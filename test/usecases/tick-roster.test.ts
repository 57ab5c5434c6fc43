import { describe, expect, it } from 'vitest';
import { DEPARTED_KEPT_MS } from '#shared/usecases/directory.ts';
import { tick } from '#shared/usecases/tick.ts';
import { aLease, aMeasurement, anAsleepRecord, aRecord, CREATED } from '../support/builders.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { DAY, HOUR, MINUTE, T0 } from '../support/virtual-clock.ts';

const DEPARTED = { event: 'service.departed', message: 'web is no longer managed, left running', details: {} };

/** Ticks, whatever comes of it. */
const ticked = (plane: ControlPlane): Promise<unknown> => tick(plane)().catch((failure: unknown) => failure);

describe('the failure of one service', () => {
  const names = ['api', 'shop', 'web'];
  const arranged = async (): Promise<ControlPlane> => {
    const plane = aControlPlane(Object.fromEntries(names.map((service) => [service, { desiredCount: 1 }])));
    for (const service of names) {
      await plane.plant(aRecord({ service, wokenAt: T0 - HOUR, readyAt: T0 - HOUR }));
      plane.activity.report(service, aMeasurement());
    }
    return plane;
  };
  const outage = new Error('no answer');

  it.each([
    ['its record cannot be read', 'get', 'services/shop.json'],
    ['one of its leases cannot be read', 'get', 'leases/shop/ada~laptop.json'],
    ['what was seen of it cannot be read', 'get', 'observed/shop.json'],
  ])('does not stop the others, and the tick still fails: %s', async (_, op, key) => {
    const plane = await arranged();
    await plane.plantLease(aLease({ service: 'shop', expiresAt: T0 - HOUR }));
    plane.store.before = (call) => {
      if (call.op === op && call.key === key) throw outage;
    };
    const failure = await ticked(plane);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({ errors: [outage], message: 'the tick failed for 1 of its parts' });
    plane.store.before = () => undefined;
    expect((await plane.record('api')).intent).toBe('draining');
    expect((await plane.record('web')).intent).toBe('draining');
    expect((await plane.record('shop')).intent).toBe('awake');
    expect(plane.telemetry.failures).toEqual([{ name: 'tick.failed', cause: outage, fields: { service: 'shop' } }]);
    expect(plane.telemetry.values('TickFailures')).toEqual([1]);
  });

  it('may be that the fleet refuses a write', async () => {
    const plane = await arranged();
    for (const service of names) await plane.plant(anAsleepRecord({ service }));
    plane.fleet.before = ({ op, services }) => {
      if (op === 'setDesiredCount' && services[0] === 'shop') throw outage;
    };
    expect(await ticked(plane)).toMatchObject({ errors: [outage] });
    expect(names.map((service) => plane.fleet.desiredCount(service))).toEqual([0, 1, 0]);
  });

  it('may be that two fail: both are told', async () => {
    const plane = await arranged();
    plane.store.before = ({ key }) => {
      if (key === 'services/api.json' || key === 'services/web.json') throw outage;
    };
    expect(await ticked(plane)).toMatchObject({ errors: [outage, outage] });
    expect(plane.telemetry.values('TickFailures')).toEqual([2]);
    expect(plane.telemetry.values('ServicesAwake')).toEqual([1]);
  });

  it('may be that one left between the listing and the look, which is none', async () => {
    const plane = await arranged();
    plane.fleet.before = ({ op }) => {
      if (op === 'observe') plane.fleet.remove('shop');
    };
    expect(await ticked(plane)).toBeUndefined();
    expect((await plane.record('shop')).intent).toBe('awake');
  });
});

it('sixty services are looked after in one pass, with one look at the fleet and one measurement', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `service-${index}`);
  const plane = aControlPlane(Object.fromEntries(names.map((service) => [service, { desiredCount: 1 }])));
  for (const service of names) {
    await plane.plant(aRecord({ service, wokenAt: T0 - HOUR, readyAt: T0 - HOUR }));
    plane.activity.report(service, aMeasurement({ measuredAt: T0 + 5 * MINUTE }));
  }
  plane.recount();
  await tick(plane)();
  expect(plane.fleet.calls.map(({ op }) => op)).toEqual(['list', 'observe']);
  expect(plane.activity.asked).toHaveLength(1);
  plane.clock.advance(5 * MINUTE);
  await tick(plane)();
  expect(names.map((service) => plane.fleet.desiredCount(service))).toEqual(names.map(() => 0));
});

describe('a bad tag', () => {
  it('is reported by name, once, until the services change', async () => {
    const plane = aControlPlane({ api: { tags: { 'idle-after': 'soon' } } });
    await tick(plane)();
    await tick(plane)();
    const problem = {
      name: 'policy.refused',
      fields: {
        service: 'api',
        tag: 'idle-after',
        value: 'soon',
        expected: 'a duration such as 90s, 10m or 2h, 1s to 30d',
      },
    };
    expect(plane.telemetry.events).toEqual([problem]);
    plane.fleet.add('web', { createdAt: CREATED });
    await tick(plane)();
    expect(plane.telemetry.events).toEqual([problem, problem]);
  });

  it('is reported by one of two ticks', async () => {
    const plane = aControlPlane({ api: { tags: { max: 'many' } } });
    await Promise.all([tick(plane)(), tick(plane.restarted())()]);
    expect(plane.telemetry.events).toHaveLength(1);
  });
});

describe('a service that is managed no longer', () => {
  const arranged = async (): Promise<ControlPlane> => {
    const plane = aControlPlane({ api: {}, web: { desiredCount: 1 } });
    await tick(plane)();
    plane.fleet.remove('web');
    return plane;
  };

  it('is told of once, and left running', async () => {
    const plane = await arranged();
    await tick(plane)();
    await tick(plane)();
    expect(plane.notifier.told).toEqual([{ ...DEPARTED, service: 'web' }]);
    expect(plane.fleet.writes('web')).toEqual([]);
    expect(await plane.record('web')).toMatchObject({ intent: 'awake' });
  });

  it('does not exist for callers any more', async () => {
    const plane = await arranged();
    await tick(plane)();
    await expect(plane.directory.find('web')).rejects.toMatchObject({ code: 'service-not-found' });
    expect((await plane.directory.all()).map(({ service }) => service)).toEqual(['api']);
  });

  it.each([
    [DEPARTED_KEPT_MS - 1, true],
    [DEPARTED_KEPT_MS, false],
  ])('has its record kept for 30 days: after %d ms, %s', async (afterMs, isKept) => {
    const plane = await arranged();
    await plane.plantLease(aLease({ service: 'web' }));
    await tick(plane)();
    plane.clock.advance(afterMs);
    await tick(plane)();
    const kept = ['services/', 'observed/', 'leases/', 'history/'].map((prefix) => plane.docs.keys(prefix));
    const left = (await Promise.all(kept)).flat().filter((key) => key.includes('web'));
    expect(left.length > 0).toBe(isKept);
    expect(left.includes('services/web.json')).toBe(isKept);
    expect((await plane.docs.keys('services/')).includes('services/api.json')).toBe(true);
  });

  it('is dropped once, and its departure is not remembered for ever', async () => {
    const plane = await arranged();
    await tick(plane)();
    plane.clock.advance(DEPARTED_KEPT_MS);
    await tick(plane)();
    plane.recount();
    await tick(plane)();
    expect(plane.store.calls.filter(({ op }) => op === 'delete')).toEqual([]);
    expect((await plane.docs.read<{ departed: unknown[] }>('directory.json'))?.value.departed).toEqual([]);
  });

  it('goes on where it was when it comes back', async () => {
    const plane = await arranged();
    await tick(plane)();
    const before = await plane.record('web');
    plane.fleet.add('web', { createdAt: CREATED, desiredCount: 1 });
    await tick(plane)();
    expect(await plane.record('web')).toMatchObject({ generation: before.generation, intent: 'awake' });
    plane.clock.advance(31 * DAY);
    await tick(plane)();
    expect(await plane.record('web')).toBeDefined();
    expect(plane.notifier.told.filter(({ event }) => event === 'service.departed')).toHaveLength(1);
  });

  it('whose departure cannot be told makes the tick fail', async () => {
    const plane = await arranged();
    const cause = new Error('no topic');
    plane.notifier.break(cause);
    expect(await ticked(plane)).toMatchObject({ errors: [cause] });
    expect(plane.telemetry.failures).toEqual([{ name: 'farewell.failed', cause, fields: { service: '*' } }]);
  });
});

describe('a service recreated under the same name', () => {
  const arranged = async (): Promise<ControlPlane> => {
    const plane = aControlPlane({ api: { desiredCount: 1 } });
    await tick(plane)();
    await plane.plantLease(aLease({ generation: 1, expiresAt: T0 + DAY }));
    plane.clock.advance(MINUTE);
    plane.fleet.add('api', { desiredCount: 1 });
    return plane;
  };

  it('is adopted anew, and the leases of its predecessor are void', async () => {
    const plane = await arranged();
    await tick(plane)();
    const record = await plane.record();
    expect(record).toMatchObject({
      createdAt: T0 + MINUTE,
      generation: 2,
      voided: 2,
      intent: 'awake',
      wokenAt: T0 + MINUTE,
    });
    expect((await plane.leases.survey('api', record.voided, 'all')).live).toBe(0);
    expect(plane.notifier.told).toEqual([]);
  });

  it('is adopted once', async () => {
    const plane = await arranged();
    await tick(plane)();
    await tick(plane)();
    expect((await plane.record()).generation).toBe(2);
  });
});
