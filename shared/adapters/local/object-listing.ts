import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ObjectStore, ObjectSummary } from '#shared/ports/object-store.ts';
import { etagOf, findKeys, openFile } from './object-files.ts';
import { compareKeys, isKey } from './object-path.ts';

const largestPage = 1000;
/** A file that changed this recently may change again without its time stamps showing it. */
const unsettledMs = 2_000;
const mostRemembered = 10_000;

/** Lists what lies in the folder of a bucket. */
export const objectListing = (root: string, now: () => number): ObjectStore['list'] => {
  const etagIn = rememberingEtags(now);

  const summarise = async (key: string, path: string): Promise<ObjectSummary | undefined> => {
    await using file = await openFile(path);
    if (file === undefined) return undefined;
    const stats = await file.stat({ bigint: true });
    const etag = await etagIn(file, path, stats);
    return { key, etag, size: Number(stats.size), modifiedAt: Number(stats.mtimeMs) };
  };

  return async (prefix, { after = '', limit = largestPage } = {}) => {
    requireLimit(limit);
    const found = [...(await findKeys(root, prefix))]
      .filter(([key]) => isKey(key) && compareKeys(key, after) > 0)
      .toSorted(([a], [b]) => compareKeys(a, b));
    const onPage = found.slice(0, limit);
    const objects: ObjectSummary[] = [];
    for (const [key, path] of onPage) {
      const summary = await summarise(key, path);
      // What has vanished since it was found is not there.
      if (summary !== undefined) objects.push(summary);
    }
    return { objects, next: found.length > limit ? onPage.at(-1)?.[0] : undefined };
  };
};

const requireLimit = (limit: number): void => {
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage)
    throw new RangeError(`a page has 1 to ${largestPage} objects, not ${limit}`);
};

/** Spares a listing from reading every byte of every file each time: of what has not changed, the ETag is remembered. */
const rememberingEtags = (now: () => number) => {
  const remembered = new Map<string, { readonly stamp: string; readonly etag: string }>();
  return async (file: FileHandle, path: string, stats: BigIntStats): Promise<string> => {
    const stamp = [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
    const known = remembered.get(path);
    if (known?.stamp === stamp) return known.etag;
    const etag = etagOf(await file.readFile());
    if (now() - Number(stats.ctimeMs) > unsettledMs) {
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(path, { stamp, etag });
    }
    return etag;
  };
};
