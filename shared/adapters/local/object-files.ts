import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from './errno.ts';
import { decodeName, encodeSegment, spellings } from './object-path.ts';

/** The ETag of these bytes. */
export const etagOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

/** Larger than this a file is not held in memory only to tell what it is. */
const CHUNK_BYTES = 1024 * 1024;

/** The ETag of an open file, however large. */
export const etagOfFile = async (file: FileHandle): Promise<string> => {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, (await file.stat()).size + 1));
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
};

/** A plain file, open for reading; `undefined` when there is none at the path. */
export const openFile = async (path: string): Promise<FileHandle | undefined> => {
  const file = await open(path).catch(ifMissing);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
};

/** The ETag of what lies at the path now. */
export const etagAt = async (path: string): Promise<string | undefined> => {
  await using file = await openFile(path);
  return file && (await etagOfFile(file));
};

/** The paths at which a key may lie, the one that counts first. Whether anything lies there is for the caller to see. */
export const pathsOf = async (root: string, key: string): Promise<readonly string[]> => {
  let paths = [root];
  for (const segment of key.split('/')) {
    const longer: string[] = [];
    for (const path of paths) longer.push(...(await spelledIn(path, segment)));
    paths = longer;
  }
  return paths;
};

/** Names other than the store's own are looked up by their exact spelling: the file system may be lenient about it. */
const spelledIn = async (folder: string, segment: string): Promise<readonly string[]> => {
  const names = spellings(segment);
  const canonical = encodeSegment(segment);
  const isForeign = names.some((name) => name !== canonical);
  const present = isForeign ? ((await readdir(folder).catch(ifMissing)) ?? []) : [];
  return names.filter((name) => name === canonical || present.includes(name)).map((name) => join(folder, name));
};

/** Every key with the prefix, and where it lies. */
export const findKeys = async (root: string, prefix: string): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  const walk = async (folder: string, keyOfFolder: string): Promise<void> => {
    for (const { entry, segment } of await segmentsIn(folder)) {
      const key = keyOfFolder + segment;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (overlaps(`${key}/`, prefix)) await walk(path, `${key}/`);
      } else if (key.startsWith(prefix) && !found.has(key)) found.set(key, path);
    }
  };
  await walk(root, '');
  return found;
};

const overlaps = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

interface Named {
  readonly entry: Dirent;
  readonly segment: string;
}

/** The store's own spellings come first, as in `pathsOf`: of two files for one key the same one counts. */
const segmentsIn = async (folder: string): Promise<readonly Named[]> => {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(ifMissing)) ?? [];
  const named = entries.flatMap((entry): Named[] => {
    const segment = decodeName(entry.name);
    return segment === undefined ? [] : [{ entry, segment }];
  });
  const isForeign = ({ entry, segment }: Named) => encodeSegment(segment) !== entry.name;
  return [...named.filter((each) => !isForeign(each)), ...named.filter(isForeign)];
};
