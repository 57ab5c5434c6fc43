import { fork, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import { processFleet, type ProcessFleet, type ProcessFleetOptions } from '#shared/adapters/local/process-fleet.ts';
import { readTaskFiles, taskFolder, type TaskFile } from '#shared/adapters/local/task-folder.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { identify } from '#shared/adapters/local/process-identity.ts';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import type { HostRequest } from './fleet-host.ts';
import { tempFolder } from './temp-folder.ts';

/** Polls until there is an answer; what is waited for is real processes. */
export const eventually = async <T>(
  look: () => T | undefined | Promise<T | undefined>,
  patienceMs = 8_000,
): Promise<T> => {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw new Error(`never came about: ${look.toString()}`);
    await systemClock().sleep(20);
  }
};

export interface FleetBench {
  readonly fleet: ProcessFleet;
  readonly dataFolder: string;
  readonly observe: (service: string) => Promise<Observed>;
  /** The newest task of the service, as soon as it is as wanted. */
  readonly task: (service: string, isAsWanted: (task: Task) => boolean) => Promise<Task>;
}

/** A fleet of these services for the test that runs; nothing of it is left when the test has finished. */
export const fleetBench = async (
  services: readonly LocalService[],
  options: Partial<ProcessFleetOptions> = {},
): Promise<FleetBench> => {
  const dataFolder = options.dataFolder ?? (await tempFolder());
  const fleet = await processFleet({ services, clock: systemClock(), serverEnvironment: {}, ...options, dataFolder });
  onTestFinished(() => fleet.kill());
  const observe = async (service: string): Promise<Observed> => (await fleet.observe([service])).get(service)!;
  return {
    fleet,
    dataFolder,
    observe,
    task: (service, isAsWanted) =>
      eventually(async () => {
        const newest = (await observe(service)).tasks.at(-1);
        return newest !== undefined && isAsWanted(newest) ? newest : undefined;
      }),
  };
};

export interface HostedFleet {
  readonly host: ChildProcess;
  /** What the host has on disk of its only task, once that runs. */
  readonly file: TaskFile;
  readonly taskId: string;
}

/** A fleet with one task, which has printed `words`, in a process of its own that the test may kill. */
export const hostedFleet = async (service: LocalService, words: string, dataFolder: string): Promise<HostedFleet> => {
  const host = fork(fileURLToPath(new URL('./fleet-host.ts', import.meta.url)), { env: {} });
  onTestFinished(() => void host.kill('SIGKILL'));
  host.send({ services: [service], dataFolder } satisfies HostRequest);
  const [taskId, file] = await eventually(() =>
    [...readTaskFiles(dataFolder)].find(([, { process, guard }]) => process !== null && guard !== null),
  );
  const output = join(taskFolder(dataFolder, taskId), 'output.log');
  await eventually(async () => ((await readFile(output, 'utf8')).includes(words) ? true : undefined));
  return { host, file, taskId };
};

export const runs = ({ lastStatus }: Task): boolean => lastStatus === 'RUNNING';
export const hasStopped = ({ lastStatus }: Task): boolean => lastStatus === 'STOPPED';
export const isHealthy = ({ health }: Task): boolean => health === 'HEALTHY';
export const hasPrinted =
  (words: string) =>
  (task: Task): boolean =>
    task.output?.includes(words) ?? false;

export const descendantOf = ({ output }: Task): number => Number(/descendant (\d+)/.exec(output ?? '')?.[1]);
export const hasGone = async (pid: number): Promise<true | undefined> =>
  (await identify(pid)) === undefined ? true : undefined;
