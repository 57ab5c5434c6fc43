import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore, StoredObject, WriteCondition, WriteOutcome } from '#shared/ports/object-store.ts';
import { hasCode, ifMissing } from './errno.ts';
import { fileLocks } from './file-lock.ts';
import { etagAt, etagOf, openFile, pathsOf } from './object-files.ts';
import { objectListing } from './object-listing.ts';
import { type Metadata, metadataFiles } from './object-metadata.ts';
import { canonicalPath, isKey } from './object-path.ts';
import { rememberedEtags } from './remembered-etags.ts';
import { tempFiles } from './temp-files.ts';

export interface FolderObjectStoreOptions {
  /** How long a write waits for another on the same key. */
  readonly lockPatienceMs?: number;
  /** The clock of the machine that keeps the files. */
  readonly now?: () => number;
}

interface Change {
  readonly key: string;
  /** The new bytes, complete, in a file that may be moved. */
  readonly staged: string;
  readonly etag: string;
  readonly metadata: Metadata;
}

/** An object without its bytes: however many they are, few are in memory at a time. */
export interface StoredFile extends Omit<StoredObject, 'body'> {
  readonly size: number;
}

export interface FolderObjectStore extends ObjectStore {
  stat(key: string): Promise<StoredFile | undefined>;
}

interface Copy {
  readonly path: string;
  readonly etag: string;
}

const refused: WriteOutcome = { ok: false, because: 'precondition' };
const readsWithoutLock = 3;

/**
 * A bucket that is a folder: the object `a/b.json` is the file `a/b.json`, and a file somebody puts there is an object.
 * Safe between processes of one machine and against their sudden death. Names with a leading dot are internal.
 *
 * Unlike S3 it refuses a key that is a folder of another (`a` beside `a/b`) and parts of keys that, escaped, are longer
 * than 255 bytes.
 */
export const folderObjectStore = (
  root: string,
  { lockPatienceMs = 10_000, now = Date.now }: FolderObjectStoreOptions = {},
): FolderObjectStore => {
  const folders = { temp: join(root, '.tmp'), locks: join(root, '.locks'), metadata: join(root, '.meta') };
  const temp = tempFiles(folders.temp);
  const locks = fileLocks(folders.locks, lockPatienceMs);
  const metadataOf = metadataFiles(folders.metadata, temp);
  const etagIn = rememberedEtags(now);
  const listing = objectListing(root, etagIn);

  const open = async (): Promise<void> => {
    for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
    await locks.sweep();
    await temp.sweep();
  };
  let opening: Promise<void> | undefined;
  const ready = () =>
    (opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));

  /** What the key holds now: more than one copy only when somebody has put a file beside the store's own. */
  const copiesOf = async (key: string): Promise<readonly Copy[]> => {
    const copies: Copy[] = [];
    for (const path of await pathsOf(root, key)) {
      const etag = await etagAt(path);
      if (etag !== undefined) copies.push({ path, etag });
    }
    return copies;
  };

  const replace = async ({ key, staged, etag, metadata }: Change, condition: WriteCondition): Promise<WriteOutcome> => {
    const [current] = await copiesOf(key);
    if (!allows(condition, current?.etag)) return refused;
    const path = current?.path ?? join(root, canonicalPath(key));
    const known = await metadataOf.read(nameOf(key));
    const kept = current === undefined ? {} : { [current.etag]: known[current.etag] ?? {} };
    await refusingNestedKeys(key, () => mkdir(dirname(path), { recursive: true }));
    await metadataOf.write(nameOf(key), { ...kept, [etag]: metadata });
    await refusingNestedKeys(key, () => rename(staged, path));
    return { ok: true, etag };
  };

  const remove = async (key: string, etag: string): Promise<WriteOutcome> => {
    const copies = await copiesOf(key);
    if (copies[0] !== undefined && copies[0].etag !== etag) return refused;
    // The one that counts goes last: no other may come to light in between.
    for (const { path } of copies.toReversed()) await rm(path);
    await metadataOf.write(nameOf(key), {});
    return { ok: true, etag };
  };

  /** What is taken of a file, with the metadata it had while it lay there; `overtaken`: it was replaced meanwhile. */
  const takeAt = async <T extends Taken>(path: string, key: string, take: Take<T>): Promise<Found<T>> => {
    await using file = await openFile(path);
    if (file === undefined) return undefined;
    // Not when it was last written, which a copy may bring along: since when it lies here as it does.
    const { ino, ctimeMs } = await file.stat();
    const taken = await take(file, path);
    const metadata = (await metadataOf.read(nameOf(key)))[taken.etag] ?? {};
    // The open file keeps its number: the same number at the path is the same file.
    if ((await stat(path).catch(ifMissing))?.ino !== ino) return 'overtaken';
    return { ...taken, metadata, modifiedAt: Math.floor(ctimeMs) };
  };

  const takeOnce = async <T extends Taken>(key: string, take: Take<T>): Promise<Found<T>> => {
    for (const path of await pathsOf(root, key)) {
      const found = await takeAt(path, key, take);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const taken = async <T extends Taken>(key: string, take: Take<T>): Promise<Kept<T> | undefined> => {
    requireKey(key);
    await ready();
    for (let attempt = 0; attempt < readsWithoutLock; attempt++) {
      const found = await takeOnce(key, take);
      if (found !== 'overtaken') return found;
    }
    const found = await locks.hold(nameOf(key), () => takeOnce(key, take));
    if (found === 'overtaken') throw new Error(`${key} was replaced from outside while it was read`);
    return found;
  };

  return {
    get: (key) => taken(key, bytesOf),
    stat: (key) =>
      taken(key, async (file, path) => ({ etag: await etagIn(file, path), size: (await file.stat()).size })),
    put: async (key, body, condition, metadata = {}) => {
      requireKey(key);
      await ready();
      const staged = await temp.write(body);
      const change = { key, staged, etag: etagOf(body), metadata };
      try {
        return await locks.hold(nameOf(key), () => replace(change, condition));
      } finally {
        await rm(staged, { force: true });
      }
    },
    delete: async (key, { etag }) => {
      requireKey(key);
      await ready();
      return locks.hold(nameOf(key), () => remove(key, etag));
    },
    list: async (prefix, page) => {
      await ready();
      return listing(prefix, page);
    },
  };
};

interface Taken {
  readonly etag: string;
}
type Take<T extends Taken> = (file: FileHandle, path: string) => Promise<T>;
type Kept<T extends Taken> = T & Pick<StoredObject, 'metadata' | 'modifiedAt'>;
type Found<T extends Taken> = Kept<T> | 'overtaken' | undefined;

const bytesOf = async (file: FileHandle) => {
  const body = await file.readFile();
  return { body, etag: etagOf(body) };
};

/** The name under which the store's own files speak of a key: one for each, and free of its slashes. */
const nameOf = (key: string): string => createHash('sha256').update(key).digest('hex');

const allows = (condition: WriteCondition, current: string | undefined): boolean =>
  condition === 'absent' ? current === undefined : current === condition.etag;

const requireKey = (key: string): void => {
  if (!isKey(key)) throw new Error(`not a key: ${JSON.stringify(key)}; a key has 1 to 1024 bytes`);
};

const refusingNestedKeys = async (key: string, change: () => Promise<unknown>): Promise<void> => {
  try {
    await change();
  } catch (cause) {
    if (!hasCode(cause, 'EISDIR', 'ENOTDIR', 'EEXIST')) throw cause;
    throw new Error(`a folder cannot keep the key ${key}: one of the keys there is a folder of another`, { cause });
  }
};
