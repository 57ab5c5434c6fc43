import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ifMissing } from './errno.ts';
import { findKeys } from './object-files.ts';

export interface SettledFilesOptions {
  /** The folder of a bucket. */
  readonly root: string;
  readonly prefix: string;
  /** How long size and times of a file must not have moved: a copy grows until it is whole. */
  readonly stillMs: number;
  /** Milliseconds that only ever go forward. */
  readonly now: () => number;
}

/** Sees files that somebody else puts into a bucket's folder, without being told by anybody. */
export interface SettledFiles {
  /** The keys that have stood still long enough, each once for each of its contents. */
  look(): Promise<readonly string[]>;
  /** Has it told again by the next look. */
  forget(key: string): void;
}

interface Seen {
  readonly stamp: string;
  readonly since: number;
  readonly isTold: boolean;
}

const stampOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [ino, size, mtimeNs, ctimeNs].join(' ');

/**
 * What lies there when it is looked at first counts as new: whoever put it there may have done so while nobody looked.
 * Standing still is what is seen here, not what a file says of itself: a copy may bring old times along.
 */
export const settledFiles = ({ root, prefix, stillMs, now }: SettledFilesOptions): SettledFiles => {
  let known: ReadonlyMap<string, Seen> = new Map();
  const forgotten = new Set<string>();

  const seeing = async (key: string, path: string): Promise<Seen | undefined> => {
    const stats = await stat(path, { bigint: true }).catch(ifMissing);
    if (!stats?.isFile()) return undefined;
    const stamp = stampOf(stats);
    const before = known.get(key);
    const isTold = before?.isTold === true && !forgotten.has(key);
    return before?.stamp === stamp ? { ...before, isTold } : { stamp, since: now(), isTold: false };
  };

  return {
    look: async () => {
      const seen = new Map<string, Seen>();
      for (const [key, path] of await findKeys(root, prefix)) {
        const found = await seeing(key, path);
        if (found) seen.set(key, found);
      }
      forgotten.clear();
      const settled = [...seen].filter(([, { since, isTold }]) => !isTold && now() - since >= stillMs);
      for (const [key, file] of settled) seen.set(key, { ...file, isTold: true });
      known = seen;
      return settled.map(([key]) => key);
    },
    forget: (key) => forgotten.add(key),
  };
};
