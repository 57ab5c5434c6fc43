import { beforeEach, describe, expect, it } from 'vitest';
import { PROJECTION_FRESH_MS } from '#shared/domain/lifecycle/timing.ts';
import { status } from '#shared/usecases/status.ts';
import { taskChanged } from '#shared/usecases/task-changed.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { SERVICE } from '../support/builders.ts';
import { aControlPlane, aStatus, aWake, type ControlPlane } from '../support/control-plane.ts';
import { MINUTE, T0 } from '../support/virtual-clock.ts';

describe('the tick gives up on what does not start', () => {
  let plane: ControlPlane;
  const after = async (durationMs: number): Promise<string> => {
    plane.clock.advance(durationMs);
    await tick(plane)();
    return (await plane.record()).intent;
  };

  beforeEach(async () => {
    plane = aControlPlane({
      [SERVICE]: { bootMs: 10_000, crashAfterMs: 20_000, stoppedReason: 'CannotPullContainerError: no such image' },
    });
    await wake(plane)(aWake());
  });

  it('after three failures, with the reason and a notification', async () => {
    expect(await after(59_999)).toBe('awake');
    expect((await plane.record()).failedTasks).toHaveLength(2);
    expect(await after(1)).toBe('asleep');
    const message = 'failed to start 3 times: CannotPullContainerError: no such image';
    expect(await plane.record()).toMatchObject({
      reason: message,
      by: 'nightporter',
      failure: { code: 'CannotPullContainerError', count: 3 },
      breaker: { trips: 1, until: T0 + 2 * MINUTE, taskDefinition: 'api:1' },
    });
    expect(plane.fleet.desiredCount(SERVICE)).toBe(0);
    expect(plane.notifier.told).toEqual([
      {
        event: 'service.failing',
        service: SERVICE,
        message: `api ${message}; put to sleep`,
        details: { failure: expect.objectContaining({ count: 3 }), retryAt: '2026-11-20T10:02:00.000Z' },
      },
    ]);
    expect(plane.telemetry.audits.filter(({ action }) => action === 'sleep')).toMatchObject([{ reason: message }]);
  });

  it('and tells of it at the next tick, when nobody could be told at once', async () => {
    await after(59_999);
    plane.notifier.break(new Error('no topic'));
    plane.clock.advance(1);
    await expect(tick(plane)()).rejects.toThrow(/the tick failed/);
    expect(await plane.record()).toMatchObject({ intent: 'asleep', news: { event: 'service.failing' } });
    plane.notifier.break(undefined);
    await tick(plane)();
    expect(plane.notifier.told).toMatchObject([{ event: 'service.failing', service: SERVICE }]);
    expect((await plane.record()).news).toBeNull();
    await tick(plane)();
    expect(plane.notifier.told).toHaveLength(1);
  });

  it('and a caller who finds out first is answered, whether or not people can be told', async () => {
    await after(59_999);
    plane.clock.advance(PROJECTION_FRESH_MS);
    plane.notifier.break(new Error('no topic'));
    const { record } = await status(plane)(aStatus());
    expect(record.value).toMatchObject({ intent: 'asleep', news: { event: 'service.failing' } });
    plane.notifier.break(undefined);
    await taskChanged(plane)(SERVICE);
    expect(plane.notifier.told).toMatchObject([{ event: 'service.failing', service: SERVICE }]);
  });

  it('although somebody holds a lease, which is void then', async () => {
    await after(MINUTE);
    const { voided } = await plane.record();
    expect((await plane.leases.survey(SERVICE, voided, 'all')).live).toBe(0);
    await expect(wake(plane)(aWake())).rejects.toMatchObject({ code: 'failing', details: { retryAfterMs: MINUTE } });
  });

  it('unless somebody else was faster: then there is no news to tell', async () => {
    const trips: number[] = [];
    plane.store.before = async ({ op, key }) => {
      if (op !== 'put' || key !== 'services/api.json') return;
      const { failedTasks, intent, ...rest } = await plane.record();
      if (failedTasks.length < 3 || trips.length > 0) return;
      trips.push(1);
      await plane.plant({ ...rest, failedTasks, intent, revision: rest.revision + 1, reason: 'moved' });
    };
    expect(await after(MINUTE)).toBe('awake');
    expect(await plane.record()).toMatchObject({ reason: 'moved', breaker: null });
    expect(plane.notifier.told).toEqual([]);
    expect(await after(1)).toBe('asleep');
    expect(plane.notifier.told).toHaveLength(1);
  });

  it('for twice as long when it fails again', async () => {
    await after(MINUTE);
    plane.clock.advance(MINUTE);
    await wake(plane)(aWake());
    await after(MINUTE);
    expect(await plane.record()).toMatchObject({ intent: 'asleep', breaker: { trips: 2, until: T0 + 5 * MINUTE } });
    await expect(wake(plane)(aWake())).rejects.toMatchObject({ details: { retryAfterMs: 2 * MINUTE } });
  });

  it('and forgets it all when it has been ready for a minute', async () => {
    await after(25_000);
    plane.fleet.behave(SERVICE, { crashAfterMs: null });
    // The task that crashes now is the last one that was to.
    await after(15_000);
    expect((await plane.record()).failedTasks.length).toBeGreaterThan(0);
    await after(10_000);
    await after(MINUTE);
    expect(await plane.record()).toMatchObject({ intent: 'awake', failedTasks: [], failure: null, breaker: null });
  });
});
