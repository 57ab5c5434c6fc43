import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emfActivity } from '#shared/adapters/local/emf-activity.ts';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import type { Measurement } from '#shared/domain/idle/evidence.ts';
import { eventually, fleetBench, hasStopped, isHealthy } from '../support/fleet-bench.ts';
import { freePort } from '../support/free-port.ts';
import { scripted } from '../support/local-services.ts';

const demo = async (name: string, more: Partial<LocalService> = {}): Promise<LocalService> =>
  scripted(name, '', { command: ['node', `infra/local/demo/${name}.ts`], port: await freePort(), ...more });

/** A fleet whose lines go where they go in the product. */
const measuredBench = async (service: LocalService) => {
  const activity = emfActivity(systemClock());
  const bench = await fleetBench([service], { onLine: activity.read, onTaskStopped: activity.taskStopped });
  const measure = async (): Promise<Measurement | undefined> =>
    (await activity.measure([{ service: service.service, signal: { kind: 'connections' }, lookBackMs: 60_000 }])).get(
      service.service,
    );
  await bench.fleet.setDesiredCount(service.service, 1);
  return { ...bench, measure };
};

describe('demo services', () => {
  it('echo greets, repeats what it was sent, and says that it is idle', async () => {
    const service = await demo('echo', { health: { path: '/health' }, environment: { GREETING: 'good evening' } });
    const { task, measure } = await measuredBench(service);
    const { endpoint } = await task('echo', isHealthy);
    const answer = await fetch(`${endpoint?.url}/a/b?c=d`, { method: 'POST', body: 'words' });
    expect(await answer.json()).toEqual({ greeting: 'good evening', method: 'POST', path: '/a/b?c=d', body: 'words' });
    const measured = await eventually(async () => {
      const measurement = await measure();
      return measurement?.inUse === false ? measurement : undefined;
    });
    expect(measured.lastActivityAt).not.toBeNull();
  });

  it('tcp is in use while a connection is open', async () => {
    const service = await demo('tcp', { health: { tcp: true } });
    const { fleet, task, measure } = await measuredBench(service);
    await task('tcp', isHealthy);
    const socket = connect(service.port ?? 0, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('ping');
    const echoed = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(echoed.toString()).toBe('ping');
    await eventually(async () => ((await measure())?.inUse ? true : undefined));
    await fleet.setDesiredCount('tcp', 0);
    await task('tcp', hasStopped);
    expect((await measure())?.inUse).toBeNull();
  });

  it('slow is unhealthy until it has booted', async () => {
    const service = await demo('slow', { health: { path: '/health' }, environment: { BOOT_SECONDS: '1' } });
    const { task } = await measuredBench(service);
    const { startedAt } = await task('slow', isHealthy);
    expect(Date.now() - (startedAt ?? NaN)).toBeGreaterThanOrEqual(1_000);
  });

  it('crash says why, in words for people', async () => {
    const { task } = await measuredBench(await demo('crash'));
    const { stoppedReason, output } = await task('crash', hasStopped);
    expect(stoppedReason).toBe('Essential container in task exited (exit code 1)');
    expect(output).toContain('fatal: the database is not there');
    expect(output).not.toContain('_aws');
  });
});
