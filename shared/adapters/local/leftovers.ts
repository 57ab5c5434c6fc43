import type { Clock } from '#shared/ports/clock.ts';
import { killGroup, signalGroup } from './process-group.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { readTaskFiles, taskFolder, writeTaskFile, type TaskFile } from './task-folder.ts';

/** A process of an earlier server, ended by this one. */
export interface Leftover {
  readonly service: string;
  readonly taskId: string;
  readonly pid: number;
}

const POLL_MS = 50;
const GUARD_SLACK_MS = 1_000;

/**
 * Ends the task processes that a server which was killed left behind, gracefully, and says which those were. To be
 * called by the one server that owns the data folder, before it starts anything: the ports are taken until then.
 */
export const reapLeftovers = async (dataFolder: string, clock: Clock): Promise<readonly Leftover[]> => {
  const reaped = [...readTaskFiles(dataFolder)].map(async ([taskId, file]): Promise<Leftover[]> => {
    const { service, process } = file;
    if (process === null) return [];
    // A pid alone may long be somebody else's: only the very process that was started here is ended.
    const wasAlive = await isAlive(process);
    if (wasAlive) await end(process, file, clock);
    writeTaskFile(taskFolder(dataFolder, taskId), { ...file, process: null, guard: null });
    return wasAlive ? [{ service, taskId, pid: process.pid }] : [];
  });
  return (await Promise.all(reaped)).flat();
};

const end = async (process: ProcessIdentity, { guard, stopTimeoutMs }: TaskFile, clock: Clock): Promise<void> => {
  // A guard that lives is stopping its task already; a second SIGTERM would tell many programs to give up at once.
  const isGuarded = guard !== null && (await isAlive(guard));
  if (!isGuarded) signalGroup(process.pid, 'SIGTERM');
  await untilGone(process, stopTimeoutMs + (isGuarded ? GUARD_SLACK_MS : 0), clock);
  if (await isAlive(process)) await killGroup(process.pid);
};

const untilGone = async (process: ProcessIdentity, patienceMs: number, clock: Clock): Promise<void> => {
  const giveUpAt = clock.now() + patienceMs;
  while ((await isAlive(process)) && clock.now() < giveUpAt) await clock.sleep(POLL_MS);
};
