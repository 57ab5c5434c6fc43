import { beforeEach, describe, expect, it } from 'vitest';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { History } from '#shared/domain/lifecycle/history.ts';
import { heartbeat } from '#shared/usecases/heartbeat.ts';
import { history } from '#shared/usecases/history.ts';
import { hold, unhold } from '#shared/usecases/hold.ts';
import { kill } from '#shared/usecases/kill.ts';
import { taskChanged } from '#shared/usecases/task-changed.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { aCaller, aLease, aMeasurement, anAsleepRecord, anOperator, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aHeartbeat, aHoldOf, aKill, aWake, type ControlPlane } from '../support/control-plane.ts';
import { MINUTE, SECOND, T0 } from '../support/virtual-clock.ts';

/** More than the fleet of the tests needs. */
const BOOT_MS = 31 * SECOND;
const KEY = controlKeys.history(SERVICE);
const woken = { wokenAt: T0 - MINUTE, readyAt: T0 - MINUTE };

let plane: ControlPlane;
let look: () => Promise<void>;
beforeEach(() => {
  plane = aControlPlane();
  look = tick(plane);
});

/** What happened, oldest first. */
const told = async (): Promise<readonly string[]> => {
  const { passages } = await history(plane)({ service: SERVICE, caller: aCaller(), limit: 100, after: null });
  return passages.toReversed().map(({ did, by, reason }) => `${did} by ${by}: ${reason}`);
};

const kept = async (): Promise<readonly string[]> =>
  ((await plane.docs.read<History>(KEY))?.value.passages ?? []).map(({ did }) => did);

const writes = (): number => plane.store.calls.filter(({ op, key }) => op === 'put' && key === KEY).length;
const touched = (): number => plane.store.calls.filter(({ key }) => key === KEY).length;

describe('the history of a service', () => {
  it('tells of a session from its wake to its sleep, with the boot', async () => {
    await wake(plane)(aWake());
    plane.clock.advance(BOOT_MS);
    await taskChanged(plane)(SERVICE);
    await look();
    await kill(plane)(aKill());
    await look();
    expect(await told()).toEqual([
      'adopted by nightporter: found at zero',
      'woken by laptop: woken by laptop',
      'ready by nightporter: it came up',
      'decided by nightporter: leased',
      'drained by laptop: left by laptop',
      'slept by laptop: left by laptop',
    ]);
    const { passages } = await history(plane)({ service: SERVICE, caller: aCaller(), limit: 100, after: null });
    expect(passages.find(({ did }) => did === 'ready')?.boot).toMatchObject({ askedAt: T0, startedMs: 0 });
  });

  it('is complete before any tick has come, and the same after it', async () => {
    await wake(plane)(aWake());
    await hold(plane)(aHoldOf('asleep'));
    await unhold(plane)({ service: SERVICE, caller: anOperator() });
    const before = await told();
    expect(before).toEqual([
      'adopted by nightporter: found at zero',
      'woken by laptop: woken by laptop',
      'slept by olga: held asleep: demo',
      'unheld by olga: the hold was lifted',
    ]);
    expect(await kept()).toEqual([]);
    await look();
    expect(await told()).toEqual(before);
    expect(await kept()).toEqual(['adopted', 'woken', 'slept', 'unheld']);
  });

  it('costs a wake and a heartbeat nothing', async () => {
    await wake(plane)(aWake());
    await heartbeat(plane)(aHeartbeat());
    await kill(plane)(aKill());
    expect(touched()).toBe(0);
  });

  it('costs a tick one reading and one writing for each change, and nothing while all stays as it is', async () => {
    await plane.plant(aRecord(woken));
    plane.fleet.meddle(SERVICE, { desiredCount: 1 });
    await plane.plantLease(aLease({ expiresAt: T0 + MINUTE }));
    await look();
    expect(touched()).toBe(2);
    for (let visit = 0; visit < 3; visit += 1) await look();
    // Another container, that remembers nothing.
    await tick(plane.restarted())();
    expect(touched()).toBe(2);
    plane.clock.advance(2 * MINUTE);
    plane.activity.report(SERVICE, aMeasurement({ measuredAt: T0 + 2 * MINUTE, inUse: true, lastUseAt: T0 }));
    await look();
    expect(touched()).toBe(4);
    expect(await told()).toEqual(['decided by nightporter: leased', 'decided by nightporter: grace']);
  });

  it('tells the same reason once, although nobody remembers that it was told', async () => {
    await plane.plant(aRecord(woken));
    plane.fleet.meddle(SERVICE, { desiredCount: 1 });
    await look();
    const present = await plane.docs.read(controlKeys.projection(SERVICE));
    await plane.docs.drop(controlKeys.projection(SERVICE), present?.etag ?? '');
    await look();
    expect(await kept()).toEqual(['decided']);
    expect(writes()).toBe(1);
  });

  it('says nothing of those that rest', async () => {
    await plane.plant(anAsleepRecord());
    await look();
    await look();
    expect(touched()).toBe(0);
    expect(await told()).toEqual([]);
  });

  it('that cannot be written holds nobody up: it is told, and written the next time', async () => {
    await wake(plane)(aWake());
    plane.clock.advance(BOOT_MS);
    plane.store.before = ({ op, key }) => {
      if (op === 'put' && key === KEY) throw new Error('out of order');
    };
    await look();
    expect((await plane.record()).readyAt).toBe(T0 + BOOT_MS);
    expect(plane.telemetry.failures.map(({ name }) => name)).toEqual(['history.failed']);
    expect(await plane.projection()).toMatchObject({ observed: { observedAt: T0 + BOOT_MS } });
    plane.store.before = () => undefined;
    await look();
    expect(await kept()).toEqual(['adopted', 'woken', 'ready', 'decided']);
  });

  it('that is damaged is begun anew', async () => {
    await wake(plane)(aWake());
    await plane.docs.swap(KEY, null, { passages: 'none' });
    await look();
    expect(await kept()).toEqual(['adopted', 'woken', 'decided']);
  });

  it('is refused to who has no grant for the service, and of what is not managed', async () => {
    const asked = { service: SERVICE, caller: aCaller('ada', { services: ['web'] }), limit: 1, after: null };
    await expect(history(plane)(asked)).rejects.toMatchObject({ code: 'forbidden' });
    const nobody = { ...asked, service: 'nobody', caller: aCaller() };
    await expect(history(plane)(nobody)).rejects.toMatchObject({ code: 'service-not-found' });
  });
});
