import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive } from '#shared/adapters/local/process-identity.ts';
import { readTaskFiles, type TaskFile } from '#shared/adapters/local/task-folder.ts';
import { descendantOf, eventually, fleetBench, hasGone, hasPrinted, hasStopped } from '../support/fleet-bench.ts';
import { freePort } from '../support/free-port.ts';
import { DEAF, scripted, WITH_DESCENDANT } from '../support/local-services.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Nothing can be written about any task from now on: as with a full disk, but for root too. */
const loseTaskFolders = async (dataFolder: string): Promise<void> => {
  await rm(join(dataFolder, 'tasks'), { recursive: true });
  await writeFile(join(dataFolder, 'tasks'), '');
};

const runningFile = (dataFolder: string): Promise<TaskFile> =>
  eventually(() => [...readTaskFiles(dataFolder).values()].find(({ guard }) => guard !== null));

describe('a fleet that cannot write down what becomes of its tasks', () => {
  it('starts, restarts and closes them all the same, and says what is wrong', async () => {
    const failures: string[] = [];
    const script = 'console.log("hello"); setInterval(() => {}, 1000);';
    const { fleet, task, dataFolder, observe } = await fleetBench([scripted('worker', script)], {
      onFailure: (service, cause) => failures.push(`${service}: ${String(cause)}`),
    });
    await fleet.setDesiredCount('worker', 1);
    const first = await task('worker', hasPrinted('hello'));
    const file = await runningFile(dataFolder);
    await loseTaskFolders(dataFolder);
    process.kill(file.process!.pid, 'SIGKILL');
    await task('worker', ({ id, lastStatus }) => id !== first.id && lastStatus === 'RUNNING');
    await fleet.close();
    const { tasks } = await observe('worker');
    expect(tasks.every(hasStopped)).toBe(true);
    expect(tasks[0]?.stoppedReason).toBe('Essential container in task exited (SIGKILL)');
    expect(tasks[1]?.output).toMatch(/^nightporter: E/);
    expect(failures[0]).toMatch(/^worker: Error: E/);
  });

  it('is not ended by a listener that fails', async () => {
    const fail = (): never => {
      throw new Error('not listening');
    };
    const failures: unknown[] = [];
    const { fleet, task } = await fleetBench([scripted('worker', 'console.log("hello")')], {
      onTaskChange: fail,
      onLine: fail,
      onTaskStopped: fail,
      onFailure: (service) => failures.push(service),
    });
    await fleet.setDesiredCount('worker', 1);
    expect((await task('worker', hasStopped)).output).toContain('nightporter: not listening');
    await fleet.close();
    expect(failures).toContain('worker');
  });

  it('gives up a task whose health cannot even be asked for', async () => {
    const service = scripted('web', 'setInterval(() => {}, 1000)', {
      port: await freePort(),
      health: { path: '/not a path' },
    });
    const { fleet, task, observe } = await fleetBench([service]);
    await fleet.setDesiredCount('web', 1);
    const { id } = await task('web', ({ startedAt }) => startedAt !== null);
    const stopped = await eventually(async () =>
      (await observe('web')).tasks.find((each) => each.id === id && hasStopped(each)),
    );
    expect(stopped).toMatchObject({ stopCode: 'TaskFailedToStart', health: 'UNHEALTHY' });
  });
});

describe('a task whose guard no longer acts', () => {
  it('is not blamed when its guard is killed: it is ended and replaced', async () => {
    const { fleet, task, dataFolder, observe } = await fleetBench([scripted('parent', WITH_DESCENDANT)]);
    await fleet.setDesiredCount('parent', 1);
    const first = await task('parent', hasPrinted('descendant'));
    const file = await eventually(() => [...readTaskFiles(dataFolder).values()].find(({ guard }) => guard !== null));
    process.kill(file.guard!.pid, 'SIGKILL');
    await task('parent', ({ id, lastStatus }) => id !== first.id && lastStatus === 'RUNNING');
    const lost = (await observe('parent')).tasks.find(({ id }) => id === first.id);
    expect(lost).toMatchObject({
      stopCode: 'InfrastructureHealth',
      stoppedReason: 'Task killed because its guard ended (SIGKILL)',
    });
    expect(await isAlive(file.process!)).toBe(false);
    await eventually(() => hasGone(descendantOf(first)));
  });

  it.each([
    ['close', 300],
    ['kill', 600_000],
  ] as const)('is ended by %s', async (how, stopTimeoutMs) => {
    const dataFolder = await tempFolder();
    const { fleet, task } = await fleetBench([scripted('deaf', DEAF, { stopTimeoutMs })], { dataFolder });
    await fleet.setDesiredCount('deaf', 1);
    await task('deaf', hasPrinted('deaf'));
    const file = await runningFile(dataFolder);
    process.kill(file.guard!.pid, 'SIGSTOP');
    const askedAt = performance.now();
    await fleet[how]();
    expect(performance.now() - askedAt).toBeLessThan(6_000);
    expect(await isAlive(file.process!)).toBe(false);
    expect(await isAlive(file.guard!)).toBe(false);
  });
});
