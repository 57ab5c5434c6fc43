import type { ObjectStore, ObjectSummary } from '#shared/ports/object-store.ts';
import { findKeys, openFile } from './object-files.ts';
import { compareKeys, isKey } from './object-path.ts';
import type { EtagIn } from './remembered-etags.ts';

const largestPage = 1000;

/** Lists what lies in the folder of a bucket. */
export const objectListing = (root: string, etagIn: EtagIn): ObjectStore['list'] => {
  const summarise = async (key: string, path: string): Promise<ObjectSummary | undefined> => {
    await using file = await openFile(path);
    if (file === undefined) return undefined;
    const stats = await file.stat({ bigint: true });
    const etag = await etagIn(file, path);
    return { key, etag, size: Number(stats.size), modifiedAt: Number(stats.ctimeMs) };
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
