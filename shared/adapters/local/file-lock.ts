import { readdir, readlink, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, ignoring } from './errno.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

/** Locks that hold between processes of one machine, and that no process can take to its grave. */
export interface FileLocks {
  /** Runs `work` while nobody else holds `name`; rejects, naming the holder, when patience runs out. */
  hold<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Clears away what dead processes left. */
  sweep(): Promise<void>;
}

/**
 * A lock is a symbolic link whose target is not a path but the text `<pid>-<start time>` of its holder:
 * made in one step, complete from the beginning, refused where there is one.
 */
export const fileLocks = (folder: string, patienceMs: number): FileLocks => {
  const inTurn = queues();
  return {
    hold: (name, work) => {
      // Begins before the queue: behind a holder that hangs, everybody gives up at the same time.
      const patience = AbortSignal.timeout(patienceMs);
      return inTurn(name, async () => {
        const path = join(folder, name);
        await acquire(path, patience);
        try {
          return await work();
        } finally {
          await unlink(path);
        }
      });
    },
    sweep: async () => {
      for (const name of await readdir(folder)) await breakIfDead(join(folder, name));
    },
  };
};

/** A process as it is written in the name of a file or the target of a lock. */
export const ownerName = ({ pid, startTime }: ProcessIdentity): string => `${pid}-${startTime}`;

/** `undefined` when the text is not of our making. */
export const parseOwner = (text: string): ProcessIdentity | undefined => {
  const [, pid, startTime] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startTime: Number(startTime) };
};

const acquire = async (path: string, patience: AbortSignal): Promise<void> => {
  for (let attempt = 0; !(await take(path)); attempt++) {
    if (patience.aborted) throw new Error(`gave up waiting for ${path}, held by ${await describeHolder(path)}`);
    await breakIfDead(path);
    await sleep(Math.random() * Math.min(2 ** attempt, 20));
  }
};

const take = async (path: string): Promise<boolean> => {
  try {
    await symlink(ownerName(await thisProcess()), path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
};

/**
 * Two that saw the same dead holder must not both remove the lock: the second would remove the one a third has taken
 * since. So a lock is broken only under a token, a lock of its own for this holder, and after looking again.
 * That is enough because the dead take no locks: once gone, a dead holder's lock does not come back.
 * The token of somebody who died breaking is broken in the same way.
 */
const breakIfDead = async (path: string): Promise<void> => {
  const owner = await ownerOf(path);
  if (owner === undefined || (await isAlive(owner))) return;
  const token = `${path}.${ownerName(owner)}`;
  if (!(await take(token))) return breakIfDead(token);
  try {
    const still = await ownerOf(path);
    if (still !== undefined && ownerName(still) === ownerName(owner)) await unlink(path);
  } finally {
    await unlink(token);
  }
};

/** `undefined` when there is no lock, or something else that is never ours to break (`EINVAL`: not a link). */
const ownerOf = async (path: string): Promise<ProcessIdentity | undefined> => {
  const target = await readlink(path).catch(ignoring('ENOENT', 'EINVAL'));
  return target === undefined ? undefined : parseOwner(target);
};

const describeHolder = async (path: string): Promise<string> => {
  const owner = await ownerOf(path);
  return owner === undefined ? 'a file that is not a lock' : `process ${owner.pid}`;
};

/** Work of this process queues here, so that per name only one of it stands at the file. */
const queues = () => {
  const tails = new Map<string, Promise<unknown>>();
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const result = (tails.get(name) ?? Promise.resolve()).then(work);
    const tail = result.catch(() => undefined);
    tails.set(name, tail);
    try {
      return await result;
    } finally {
      if (tails.get(name) === tail) tails.delete(name);
    }
  };
};
