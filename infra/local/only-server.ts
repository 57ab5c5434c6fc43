import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoring } from '#shared/adapters/local/errno.ts';
import { fileLocks, parseOwner } from '#shared/adapters/local/file-lock.ts';
import { isAlive } from '#shared/adapters/local/process-identity.ts';

const LOCK = 'server.lock';
/** Long enough to take over from a process that is just going, short enough to be told of one that is not. */
const PATIENCE_MS = 300;

/** Who serves the data folder now; `undefined`: nobody that lives. */
const holderOf = async (dataFolder: string): Promise<number | undefined> => {
  const target = await readlink(join(dataFolder, LOCK)).catch(ignoring('ENOENT', 'EINVAL'));
  const owner = target === undefined ? undefined : parseOwner(target);
  return owner !== undefined && (await isAlive(owner)) ? owner.pid : undefined;
};

/**
 * Runs `work` as the only server of the data folder. A lock that a dead server left is taken over.
 * Answers the pid of the other one, without running anything, when there is one.
 */
export const asOnlyServer = async (dataFolder: string, work: () => Promise<void>): Promise<number | undefined> => {
  let hasBegun = false;
  const begin = (): Promise<void> => {
    hasBegun = true;
    return work();
  };
  try {
    await fileLocks(dataFolder, PATIENCE_MS).hold(LOCK, begin);
    return undefined;
  } catch (cause) {
    const holder = hasBegun ? undefined : await holderOf(dataFolder);
    if (holder === undefined) throw cause;
    return holder;
  }
};
