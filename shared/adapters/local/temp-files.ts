import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerName, parseOwner } from './file-lock.ts';
import { isAlive, thisProcess } from './process-identity.ts';

/** Files on their way to where they belong, by `rename`. Their names tell whose they are. */
export interface TempFiles {
  /** Writes a new file, through to the disk, and returns its path. */
  write(bytes: Uint8Array | string): Promise<string>;
  /** Removes what dead processes left, and nothing else. */
  sweep(): Promise<void>;
}

export const tempFiles = (folder: string): TempFiles => ({
  write: async (bytes) => {
    const path = join(folder, `${ownerName(await thisProcess())}.${randomUUID()}`);
    // Flushed, because after a power cut a renamed file could otherwise be an empty one.
    await writeFile(path, bytes, { flag: 'wx', flush: true });
    return path;
  },
  sweep: async () => {
    for (const name of await readdir(folder)) {
      const owner = parseOwner(name.split('.', 1)[0] ?? '');
      if (owner !== undefined && !(await isAlive(owner))) await rm(join(folder, name), { force: true });
    }
  },
});
