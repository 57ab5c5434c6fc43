import { beforeEach, describe, expect, it } from 'vitest';
import { taskChanged } from '#shared/usecases/task-changed.ts';
import { anAsleepRecord, aRecord, SERVICE } from '../support/builders.ts';
import { aControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { MINUTE, T0 } from '../support/virtual-clock.ts';

describe('a change of a task', () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1 } });
    await plane.plant(aRecord());
  });

  it('shows everybody the service as it is now', async () => {
    plane.clock.advance(30_000);
    const { sighting } = await taskChanged(plane)(SERVICE);
    expect(sighting?.observed).toMatchObject({ runningCount: 1, observedAt: T0 + 30_000 });
    expect(await plane.projection()).toMatchObject({
      observed: { runningCount: 1 },
      readiness: { 'api-1': T0 + 30_000 },
    });
    expect(await plane.record()).toMatchObject({ readyAt: T0 + 30_000, bootsMs: [30_000] });
  });

  it('that comes twice teaches nothing twice', async () => {
    plane.clock.advance(30_000);
    await taskChanged(plane)(SERVICE);
    const before = await plane.record();
    await taskChanged(plane)(SERVICE);
    expect(await plane.record()).toEqual(before);
  });

  it('does not wait for three seconds to pass', async () => {
    await taskChanged(plane)(SERVICE);
    plane.clock.advance(1);
    await taskChanged(plane)(SERVICE);
    expect((await plane.projection())?.observed?.observedAt).toBe(T0 + 1);
  });

  it.each([
    ['starts what should run', aRecord(), 0, 1],
    ['stops what a late write has started', anAsleepRecord(), 1, 0],
  ])('%s, without any grace', async (_, record, found, wanted) => {
    await plane.plant(record);
    plane.fleet.meddle(SERVICE, { desiredCount: found });
    await taskChanged(plane)(SERVICE);
    expect(plane.fleet.desiredCount(SERVICE)).toBe(wanted);
  });

  it('leaves alone what is as it should be', async () => {
    await taskChanged(plane)(SERVICE);
    expect(plane.fleet.writes(SERVICE)).toEqual([]);
  });

  it('gives a service up that failed for the third time', async () => {
    plane.fleet.behave(SERVICE, { bootMs: Infinity });
    plane = aControlPlane({ [SERVICE]: { desiredCount: 1, crashAfterMs: 10_000 } });
    await plane.plant(aRecord());
    plane.clock.advance(20_000);
    await taskChanged(plane)(SERVICE);
    expect(await plane.record()).toMatchObject({
      intent: 'awake',
      failedTasks: ['api-1', 'api-2'],
      failure: { count: 2 },
    });
    plane.clock.advance(10_000);
    await taskChanged(plane)(SERVICE);
    expect(await plane.record()).toMatchObject({
      intent: 'asleep',
      breaker: { trips: 1, until: T0 + 30_000 + MINUTE },
    });
    expect(plane.notifier.told.map(({ event }) => event)).toEqual(['service.failing']);
    await taskChanged(plane)(SERVICE);
    expect(plane.notifier.told).toHaveLength(1);
  });

  it('of a service that is not managed is refused', async () => {
    await expect(taskChanged(plane)('nobody')).rejects.toMatchObject({ code: 'service-not-found' });
  });
});
