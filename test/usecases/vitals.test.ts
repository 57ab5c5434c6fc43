import { describe, expect, it } from 'vitest';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { hold } from '#shared/usecases/hold.ts';
import { kill } from '#shared/usecases/kill.ts';
import { status } from '#shared/usecases/status.ts';
import { taskChanged } from '#shared/usecases/task-changed.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { anOperator, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, aHoldOf, aKill, aStatus, aWake, type ControlPlane } from '../support/control-plane.ts';
import type { FleetSeed } from '../support/memory-fleet.ts';
import { MINUTE, SECOND, T0 } from '../support/virtual-clock.ts';

/** What was told of the service since somebody last asked, as pairs of wanted and missing seconds. */
const listening = ({ telemetry }: ControlPlane) => {
  let heard = 0;
  return () => {
    const news = telemetry.told.slice(heard);
    heard = telemetry.told.length;
    return news.map(({ AwakeWanted, NotReadySeconds }) => [AwakeWanted, NotReadySeconds]);
  };
};

const asleepAtFirst = async (seed: FleetSeed = {}) => {
  const plane = aControlPlane({ [SERVICE]: { desiredCount: 0, ...seed } });
  await tick(plane)();
  const told = listening(plane);
  told();
  return { plane, told };
};

const BOOT_MS = 30 * SECOND;
const comeUp = ({ clock }: ControlPlane): void => clock.advance(BOOT_MS);

describe('the vitals of a service', () => {
  it('tell of a wake from both sides, once, however many join', async () => {
    const { plane, told } = await asleepAtFirst();
    await wake(plane)(aWake());
    await wake(plane)(aWake({ holder: 'phone' }));
    expect(told()).toEqual([[[0, 1], [1]]]);
    expect(plane.telemetry.told.every(({ service }) => service === SERVICE)).toBe(true);
  });

  it('tell by every task event for how long it has been missing, and then that it is ready', async () => {
    const { plane, told } = await asleepAtFirst();
    await wake(plane)(aWake());
    told();
    plane.clock.advance(20 * SECOND);
    await taskChanged(plane)(SERVICE);
    expect(told()).toEqual([[[1], [20]]]);
    plane.clock.advance(10 * SECOND);
    await taskChanged(plane)(SERVICE);
    expect(told()).toEqual([[[1], [0]]]);
  });

  it.each(['kill', 'forced kill', 'hold'])('tell that it sleeps: %s', async (how) => {
    const { plane, told } = await asleepAtFirst();
    await wake(plane)(aWake());
    told();
    if (how === 'hold') await hold(plane)(aHoldOf('asleep'));
    else await kill(plane)(aKill(how === 'kill' ? {} : { force: true, caller: anOperator() }));
    expect(told()).toEqual([[[1, 0], [0]]]);
  });

  it('tell at every tick of who is awake, and of a sleeper once', async () => {
    const { plane, told } = await asleepAtFirst();
    const look = tick(plane);
    await wake(plane)(aWake());
    comeUp(plane);
    told();
    for (let n = 0; n < 2; n += 1) {
      plane.clock.advance(2 * MINUTE);
      await look();
    }
    expect(told()).toEqual([
      [[1], [0]],
      [[1], [0]],
    ]);
    await kill(plane)(aKill());
    told();
    for (let n = 0; n < 4; n += 1) {
      plane.clock.advance(5 * MINUTE);
      await look();
    }
    expect(told()).toEqual([[[0], [0]]]);
    await tick(plane.restarted())();
    expect(told()).toEqual([]);
  });

  it('count on from the first look that missed it, by whoever looks', async () => {
    const { plane, told } = await asleepAtFirst({ crashAfterMs: 3 * MINUTE });
    await wake(plane)(aWake());
    comeUp(plane);
    await taskChanged(plane)(SERVICE);
    plane.fleet.behave(SERVICE, { bootMs: Infinity });
    plane.clock.advance(3 * MINUTE);
    await taskChanged(plane)(SERVICE);
    told();
    plane.clock.advance(30 * SECOND);
    await tick(plane.restarted())();
    plane.clock.advance(30 * SECOND);
    await taskChanged(plane)(SERVICE);
    expect(told()).toEqual([
      [[1], [30]],
      [[1], [60]],
    ]);
  });

  it('cost a waiter nothing while nothing changes', async () => {
    const { plane, told } = await asleepAtFirst();
    await wake(plane)(aWake());
    told();
    await status(plane)(aStatus({ waitMs: 25 * SECOND }));
    expect(told()).toEqual([]);
    comeUp(plane);
    await status(plane)(aStatus());
    plane.clock.advance(4 * SECOND);
    await status(plane)(aStatus());
    expect(told()).toEqual([[[1], [0]]]);
  });

  it('are told by a tick that a waiter has overtaken, as the waiter saw it', async () => {
    const { plane, told } = await asleepAtFirst();
    await wake(plane)(aWake());
    comeUp(plane);
    await status(plane)(aStatus());
    told();
    const { activity } = plane;
    const overtaken = {
      ...plane,
      activity: {
        measure: async (queries: Parameters<typeof activity.measure>[0]) => {
          plane.clock.advance(4 * SECOND);
          await status(plane)(aStatus());
          return activity.measure(queries);
        },
      },
    };
    await tick(overtaken)();
    expect(told()).toEqual([[[1], [0]]]);
  });

  it('tell that a service that was given up sleeps', async () => {
    const { plane, told } = await asleepAtFirst({ crashAfterMs: 10 * SECOND });
    await wake(plane)(aWake());
    told();
    for (let n = 0; n < 3; n += 1) {
      plane.clock.advance(11 * SECOND);
      await taskChanged(plane)(SERVICE);
    }
    expect((await plane.record()).intent).toBe('asleep');
    expect(told().at(-1)).toEqual([[1, 0], [0]]);
  });

  it('read a note that an earlier version wrote', async () => {
    const plane = aControlPlane();
    const told = listening(plane);
    await plane.plant(aRecord({ wokenAt: T0, readyAt: T0 }));
    await taskChanged(plane)(SERVICE);
    const { notReadySince: _, ...old } = (await plane.projection()) ?? ({} as never);
    const key = controlKeys.projection(SERVICE);
    await plane.docs.swap(key, (await plane.docs.read(key))?.etag ?? null, old);
    told();
    plane.clock.advance(10 * SECOND);
    await tick(plane)();
    expect(told()).toEqual([[[1], [1]]]);
  });
});
