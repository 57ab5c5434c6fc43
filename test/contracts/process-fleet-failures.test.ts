import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identify, isAlive } from '#shared/adapters/local/process-identity.ts';
import { restartDelayMs } from '#shared/adapters/local/service-scheduler.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { taskFolder, writeTaskFile } from '#shared/adapters/local/task-folder.ts';
import { eventually, fleetBench, hasStopped, hostedFleet, isHealthy } from '../support/fleet-bench.ts';
import { freePort } from '../support/free-port.ts';
import { DEAF, HTTP_SERVER, scripted } from '../support/local-services.ts';
import { tempFolder } from '../support/temp-folder.ts';

const STOP_TIMEOUT_MS = 600;

describe('a task that fails', () => {
  it.each([
    ['command', { command: ['no-such-program'] }, 'CannotStartContainerError: command not found: no-such-program'],
    [
      'folder',
      { workingFolder: '/no/such/folder' },
      'CannotStartContainerError: working folder not found: /no/such/folder',
    ],
  ])('says that its %s is missing', async (_, wrong, stoppedReason) => {
    const { fleet, task } = await fleetBench([scripted('wrong', '', wrong)]);
    await fleet.setDesiredCount('wrong', 1);
    expect(await task('wrong', hasStopped)).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason,
      startedAt: null,
    });
  });

  it.each([
    ['exit code 3', 'console.error("no database"); process.exitCode = 3;'],
    ['SIGKILL', 'console.error("no database"); process.kill(process.pid, "SIGKILL")'],
  ])('tells how it ended, with its last lines: %s', async (how, script) => {
    const { fleet, task } = await fleetBench([scripted('crash', script)]);
    await fleet.setDesiredCount('crash', 1);
    const { stopCode, stoppedReason, output } = await task('crash', hasStopped);
    expect(stopCode).toBe('EssentialContainerExited');
    expect(stoppedReason).toBe(`Essential container in task exited (${how})`);
    expect(output?.trim()).toBe('no database');
  });

  it('is started again later each time', async () => {
    const { fleet, observe } = await fleetBench([scripted('crash', 'process.exitCode = 1')]);
    await fleet.setDesiredCount('crash', 1);
    const [first, second, third] = await eventually(async () => {
      const { tasks } = await observe('crash');
      return tasks.length === 3 ? tasks : undefined;
    });
    expect(second!.createdAt - first!.stoppedAt!).toBeGreaterThanOrEqual(999);
    expect(third!.createdAt - second!.stoppedAt!).toBeGreaterThanOrEqual(1_999);
  });

  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 60_000],
    [99, 60_000],
  ])('after %i failures in a row waits %i ms', (failures, delayMs) => {
    expect(restartDelayMs(failures)).toBe(delayMs);
  });

  it('does not start where somebody else listens, and names the port', async () => {
    const port = await freePort();
    const stranger = createServer((_, response) => response.end()).listen(port, '127.0.0.1');
    onTestFinished(() => void stranger.close());
    const { fleet, task } = await fleetBench([scripted('web', HTTP_SERVER, { port, health: { path: '/' } })]);
    await fleet.setDesiredCount('web', 1);
    const { stopCode, stoppedReason, health } = await task('web', hasStopped);
    expect({ stopCode, health }).toEqual({ stopCode: 'TaskFailedToStart', health: 'UNKNOWN' });
    expect(stoppedReason).toBe(`CannotStartContainerError: port ${port} is already in use by another process`);
  });

  it('is stopped and replaced when it was healthy and is no more', { timeout: 20_000 }, async () => {
    const sickens = `const sickAt = Date.now() + 500;
      require('node:http').createServer((_, response) => {
        response.statusCode = Date.now() < sickAt ? 200 : 500;
        response.end();
      }).listen(port, '127.0.0.1');
      process.on('SIGTERM', () => { console.log('heard SIGTERM'); process.exit(0); });`;
    const service = scripted('web', sickens, { port: await freePort(), health: { path: '/health' } });
    const { fleet, task, observe } = await fleetBench([service]);
    await fleet.setDesiredCount('web', 1);
    const first = await task('web', isHealthy);
    await eventually(async () => ((await observe('web')).tasks.length > 1 ? true : undefined), 12_000);
    const replaced = (await observe('web')).tasks.find(({ id }) => id === first.id);
    expect(replaced).toMatchObject({ health: 'UNHEALTHY', output: 'heard SIGTERM' });
    expect(replaced?.stoppedReason).toBe(
      'Task failed container health checks (GET /health answered 500, 3 times in a row)',
    );
  });

  it('is stopped and replaced when it is never healthy, and says what the last probe saw', async () => {
    const elsewhere = `require('node:http').createServer((_, response) => {
        response.writeHead(302, { location: '/login' }).end();
      }).listen(port, '127.0.0.1');
      process.on('SIGTERM', () => { console.log('heard SIGTERM'); process.exit(0); });`;
    const tags = { 'boot-limit': '1s' };
    const service = scripted('web', elsewhere, { port: await freePort(), health: { path: '/health' }, tags });
    const { fleet, task, observe } = await fleetBench([service]);
    await fleet.setDesiredCount('web', 1);
    const first = await task('web', ({ startedAt }) => startedAt !== null);
    await task('web', ({ id, lastStatus }) => id !== first.id && lastStatus === 'RUNNING');
    const replaced = (await observe('web')).tasks.find(({ id }) => id === first.id);
    expect(replaced).toMatchObject({
      health: 'UNHEALTHY',
      output: 'heard SIGTERM',
      // Under the scheduler's own code it would not count as a failure to start, and the breaker would never trip.
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'Task failed container health checks (GET /health answered 302)',
    });
    expect(replaced!.stoppedAt! - replaced!.startedAt!).toBeGreaterThanOrEqual(1_000);
  });
});

describe('a server that is killed', () => {
  const deaf = scripted('deaf', DEAF, { stopTimeoutMs: STOP_TIMEOUT_MS });

  it('leaves no task behind, gracefully where the task listens', async () => {
    const dataFolder = await tempFolder();
    const lastWords = `const { writeFileSync } = require('node:fs');
      process.on('SIGTERM', () => { writeFileSync(process.env.WORDS, 'goodbye'); process.exit(0); });
      setInterval(() => console.log('still here'), 10);`;
    const words = join(dataFolder, 'words');
    const service = scripted('polite', lastWords, { environment: { WORDS: words } });
    const { host, file } = await hostedFleet(service, 'still here', dataFolder);
    host.kill('SIGKILL');
    await eventually(async () => ((await isAlive(file.process!)) ? undefined : true));
    expect(await readFile(words, 'utf8')).toBe('goodbye');
    await eventually(async () => ((await isAlive(file.guard!)) ? undefined : true));
  });

  it('leaves none behind that hears nothing either, within its stop timeout', async () => {
    const dataFolder = await tempFolder();
    const { host, file } = await hostedFleet(deaf, 'deaf', dataFolder);
    host.kill('SIGKILL');
    await eventually(async () => ((await isAlive(file.process!)) ? undefined : true), STOP_TIMEOUT_MS + 1_500);
  });

  it('is tidied up after by the next one, when the guards were killed too', async () => {
    const dataFolder = await tempFolder();
    const { host, file, taskId } = await hostedFleet(deaf, 'deaf', dataFolder);
    host.kill('SIGSTOP'); // so that it cannot act on the end of the guard
    process.kill(file.guard!.pid, 'SIGKILL');
    host.kill('SIGKILL');
    await systemClock().sleep(100);
    expect(await isAlive(file.process!)).toBe(true);
    const { fleet } = await fleetBench([], { dataFolder });
    expect(fleet.leftovers).toEqual([{ service: 'deaf', taskId, pid: file.process!.pid }]);
    expect(await isAlive(file.process!)).toBe(false);
    expect((await fleetBench([], { dataFolder })).fleet.leftovers).toEqual([]);
  });

  it('makes the next one end nobody who merely has the pid of a task', async () => {
    const dataFolder = await tempFolder();
    const innocent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      detached: true,
      stdio: 'ignore',
    });
    onTestFinished(() => void innocent.kill('SIGKILL'));
    const { pid, startTime } = (await identify(innocent.pid!))!;
    const file = {
      service: 'web',
      createdAt: 0,
      stopTimeoutMs: 100,
      process: { pid, startTime: startTime - 1 },
      guard: null,
    };
    writeTaskFile(taskFolder(dataFolder, 'task'), file);
    expect((await fleetBench([], { dataFolder })).fleet.leftovers).toEqual([]);
    expect(await isAlive({ pid, startTime })).toBe(true);
  });
});
