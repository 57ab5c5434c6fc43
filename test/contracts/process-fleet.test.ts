import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { taskFolder } from '#shared/adapters/local/task-folder.ts';
import {
  descendantOf,
  eventually,
  fleetBench,
  hasGone,
  hasPrinted,
  hasStopped,
  isHealthy,
  runs,
} from '../support/fleet-bench.ts';
import { freePort } from '../support/free-port.ts';
import { DEAF, HTTP_SERVER, scripted, WITH_DESCENDANT } from '../support/local-services.ts';
import { fleetContract } from './fleet.contract.ts';

const STOP_TIMEOUT_MS = 600;

fleetContract({
  name: 'processes',
  make: async () => {
    const sound = scripted('sound', HTTP_SERVER, { port: await freePort(), health: { path: '/' } });
    const { fleet } = await fleetBench([sound, scripted('crashing', 'process.exitCode = 1')]);
    return { fleet, sound: 'sound', crashing: 'crashing', letPass: (durationMs) => systemClock().sleep(durationMs) };
  },
});

describe('a task', () => {
  it('is told its port, and is reached there', async () => {
    const port = await freePort();
    const { fleet, task } = await fleetBench([scripted('web', HTTP_SERVER, { port, health: { path: '/' } })]);
    await fleet.setDesiredCount('web', 1);
    const { endpoint } = await task('web', isHealthy);
    expect(endpoint).toEqual({ host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` });
    expect(await (await fetch(endpoint?.url ?? '')).text()).toBe('ok');
  });

  it('has no URL when only its port is checked', async () => {
    const port = await freePort();
    const { fleet, task } = await fleetBench([scripted('raw', HTTP_SERVER, { port, health: { tcp: true } })]);
    await fleet.setDesiredCount('raw', 1);
    expect((await task('raw', isHealthy)).endpoint).toEqual({ host: '127.0.0.1', port, url: null });
  });

  it('sees its own environment, PATH and HOME, and nothing else of the server’s', async () => {
    const { fleet, task } = await fleetBench(
      [scripted('spy', 'console.log(JSON.stringify(process.env))', { environment: { GREETING: 'hello' } })],
      { serverEnvironment: { PATH: '/bin', HOME: '/home/ada', NIGHTPORTER_API_KEY: 'secret' } },
    );
    await fleet.setDesiredCount('spy', 1);
    const { output } = await task('spy', hasStopped);
    expect(JSON.parse(output ?? '')).toEqual({ PATH: '/bin', HOME: '/home/ada', GREETING: 'hello' });
  });

  it('tells its changes, its lines and its end, in this order', async () => {
    const told: string[] = [];
    const { fleet, task } = await fleetBench([scripted('brief', 'console.log("one"); console.error("two")')], {
      onLine: (_, line) => told.push(line),
      onTaskStopped: () => told.push('stopped'),
      onTaskChange: (service) => told.push(service),
    });
    await fleet.setDesiredCount('brief', 1);
    await task('brief', hasStopped);
    expect(told.slice(-3)).toEqual(['one', 'stopped', 'brief']);
  });

  it('leaves its output in the data folder', async () => {
    const { fleet, task, dataFolder } = await fleetBench([
      scripted('brief', 'console.log("one"); console.error("two")'),
    ]);
    await fleet.setDesiredCount('brief', 1);
    const { id, output } = await task('brief', hasStopped);
    const kept = await readFile(join(taskFolder(dataFolder, id), 'output.log'), 'utf8');
    expect([output, kept].map((text) => text?.trim().split('\n').toSorted())).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });

  it('shows only its last lines, without the metrics', async () => {
    const script = `for (let i = 1; i <= 30; i += 1) console.log('line ' + i); console.log('{"_aws":{}}');`;
    const { fleet, task } = await fleetBench([scripted('chatty', script)]);
    await fleet.setDesiredCount('chatty', 1);
    const lines = (await task('chatty', hasStopped)).output?.split('\n');
    expect(lines).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 11}`));
  });
});

describe('a task that is stopped', () => {
  it('hears SIGTERM once and may finish its work', async () => {
    const script = `process.on('SIGTERM', () => {
      console.log('goodbye');
      setTimeout(() => process.exit(0), 200);
    }); setInterval(() => {}, 1000); console.log('ready');`;
    const { fleet, task } = await fleetBench([scripted('polite', script)]);
    await fleet.setDesiredCount('polite', 1);
    await task('polite', hasPrinted('ready'));
    await fleet.setDesiredCount('polite', 0);
    await fleet.setDesiredCount('polite', 0);
    const { output, stopCode, stoppedReason } = await task('polite', hasStopped);
    expect(output).toBe('ready\ngoodbye');
    expect({ stopCode, stoppedReason }).toEqual({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Scaling activity initiated (desired count 0)',
    });
  });

  it('is killed after its stop timeout and not before, when it hears nothing', async () => {
    const { fleet, task } = await fleetBench([scripted('deaf', DEAF, { stopTimeoutMs: STOP_TIMEOUT_MS })]);
    await fleet.setDesiredCount('deaf', 1);
    await task('deaf', hasPrinted('deaf'));
    const askedAt = Date.now();
    await fleet.setDesiredCount('deaf', 0);
    const { stoppedAt, output } = await task('deaf', hasStopped);
    expect(output).toBe('deaf\nheard SIGTERM');
    expect(stoppedAt! - askedAt).toBeGreaterThanOrEqual(STOP_TIMEOUT_MS);
    expect(stoppedAt! - askedAt).toBeLessThan(STOP_TIMEOUT_MS + 1_500);
  });

  it('takes its descendants along', async () => {
    const { fleet, task } = await fleetBench([scripted('parent', WITH_DESCENDANT)]);
    await fleet.setDesiredCount('parent', 1);
    const descendant = descendantOf(await task('parent', hasPrinted('descendant')));
    await fleet.setDesiredCount('parent', 0);
    await task('parent', hasStopped);
    await eventually(() => hasGone(descendant));
  });

  it('leaves the port to the next one, which waits for it', async () => {
    const slowToStop = `${HTTP_SERVER} process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300));`;
    const service = scripted('web', slowToStop, { port: await freePort(), health: { path: '/' } });
    const { fleet, task, observe } = await fleetBench([service]);
    await fleet.setDesiredCount('web', 1);
    const first = await task('web', isHealthy);
    await fleet.setDesiredCount('web', 0);
    await fleet.setDesiredCount('web', 1);
    const second = await task('web', ({ id, health }) => id !== first.id && health === 'HEALTHY');
    const stopped = (await observe('web')).tasks.find(({ id }) => id === first.id);
    expect(second.createdAt).toBeGreaterThanOrEqual(stopped?.stoppedAt ?? NaN);
  });

  it('is gone with all others once the fleet is closed, and nothing starts after that', async () => {
    const { fleet, task } = await fleetBench([
      scripted('one', 'setInterval(() => {}, 1000)'),
      scripted('two', 'process.exit(1)'),
    ]);
    await Promise.all([fleet.setDesiredCount('one', 1), fleet.setDesiredCount('two', 1)]);
    await Promise.all([task('one', runs), task('two', hasStopped)]);
    await fleet.close();
    const tasks = [...(await fleet.observe(['one', 'two'])).values()].flatMap((observed) => observed.tasks);
    expect(tasks.every(hasStopped)).toBe(true);
    await expect(fleet.setDesiredCount('one', 1)).rejects.toThrow('closed');
  });
});

describe('a service', () => {
  it('without a port runs as many tasks as are wanted', async () => {
    const { fleet, observe } = await fleetBench([scripted('worker', 'setInterval(() => {}, 1000)')]);
    const counted = (count: number) => async (): Promise<true | undefined> =>
      (await observe('worker')).runningCount === count ? true : undefined;
    await fleet.setDesiredCount('worker', 2);
    await eventually(counted(2));
    await fleet.setDesiredCount('worker', 1);
    await eventually(counted(1));
  });

  it('with a port runs one task at most', async () => {
    const service = scripted('web', HTTP_SERVER, { port: await freePort(), health: { path: '/' } });
    const { fleet, task, observe } = await fleetBench([service]);
    await fleet.setDesiredCount('web', 2);
    await task('web', isHealthy);
    expect((await observe('web')).tasks).toHaveLength(1);
  });

  it('has no bounds, for there is no autoscaler', async () => {
    const { fleet, observe } = await fleetBench([scripted('web', '')]);
    expect((await observe('web')).bounds).toBeNull();
    await expect(fleet.setBounds('web', { min: 0, max: 1, suspended: true })).rejects.toThrow('no autoscaler');
  });
});
