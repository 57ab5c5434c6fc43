import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderObjectStore } from '#shared/adapters/local/folder-object-store.ts';
import { identify } from '#shared/adapters/local/process-identity.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import { lockPath, plantLock, reusedPid, unusedPid } from '../support/planted-locks.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { objectStoreContract } from './object-store.contract.ts';

objectStoreContract({
  name: 'folder',
  make: async () => folderObjectStore(await tempFolder()),
  refuses: { nestedKeys: true, longSegments: true },
});

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = await tempFolder();
  store = folderObjectStore(root, { lockPatienceMs: 100 });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const textAt = async (key: string): Promise<string | undefined> => {
  const object = await store.get(key);
  return object && new TextDecoder().decode(object.body);
};

/** What `cp` does. */
const drop = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

const allKeys = async (): Promise<readonly string[]> => (await store.list('')).objects.map(({ key }) => key);

describe('the folder can be looked at', () => {
  it.each([
    ['services/echo.json', 'services/echo.json'],
    ['leases/echo/ada~laptop 1.json', 'leases/echo/ada~laptop 1.json'],
    ['uploads/ada/MyAgent.apkg', 'uploads/ada/%4Dy%41gent.apkg'],
    ['../.git', '%2E./%2Egit'],
    ['a//b/', 'a/%/b/%'],
    ['caf\u00e9', 'caf%C3%A9'],
  ])('keeps %j in the plain file %j', async (key, path) => {
    await store.put(key, bytes('one'), 'absent', { author: 'ada' });
    expect(await readFile(join(root, path), 'utf8')).toBe('one');
    expect(await textAt(key)).toBe('one');
    expect(await allKeys()).toEqual([key]);
  });
});

describe('a file that somebody puts there', () => {
  const key = 'uploads/Ada/MyAgent.apkg';

  it.each([
    ['under the name they typed', 'uploads/Ada/MyAgent.apkg'],
    ['under the store’s own name', 'uploads/%41da/%4Dy%41gent.apkg'],
    ['into a folder with the store’s own name', 'uploads/%41da/MyAgent.apkg'],
  ])('is an object: %s', async (_, path) => {
    await drop(path, 'dropped');
    const [summary, ...others] = (await store.list('uploads/Ada/')).objects;
    expect(others).toEqual([]);
    expect(summary).toMatchObject({ key, size: 7 });
    expect(await store.get(key)).toMatchObject({ etag: summary?.etag, metadata: {} });
    expect(await store.put(key, bytes('replaced'), { etag: summary?.etag ?? '' })).toMatchObject({ ok: true });
    expect(await textAt(key)).toBe('replaced');
    expect(await allKeys()).toEqual([key]);
    expect(await store.delete(key, { etag: (await store.get(key))?.etag ?? '' })).toMatchObject({ ok: true });
    expect(await allKeys()).toEqual([]);
  });

  it('gives way to the store’s own, and is deleted with it', async () => {
    const stored = await store.put(key, bytes('stored'), 'absent');
    await drop(key, 'dropped');
    expect(await textAt(key)).toBe('stored');
    expect((await store.list('')).objects).toMatchObject([{ key, size: 6 }]);
    if (stored.ok) await store.delete(key, stored);
    expect(await store.get(key)).toBeUndefined();
    expect(await allKeys()).toEqual([]);
  });

  it('has no metadata, even on top of an object that had some', async () => {
    await store.put('a', bytes('stored'), 'absent', { author: 'ada' });
    await drop('a', 'dropped');
    expect(await store.get('a')).toMatchObject({ body: Buffer.from('dropped'), metadata: {} });
  });

  it('may have a name that the store would have had to make longer than a file name can be', async () => {
    const long = 'A'.repeat(200);
    await drop(long, 'dropped');
    expect(await allKeys()).toEqual([long]);
    const etag = (await store.get(long))?.etag ?? '';
    expect(await store.delete(long, { etag })).toMatchObject({ ok: true });
    await expect(store.put(long, bytes('one'), 'absent')).rejects.toThrow(/longer/);
  });

  it('is no object with a leading dot, as a folder or as a link to nothing', async () => {
    await drop('.DS_Store', 'hidden');
    await drop('a/.b.swp', 'hidden');
    await mkdir(join(root, 'empty'));
    await symlink('nowhere', join(root, 'link'));
    expect(await allKeys()).toEqual([]);
    for (const name of ['.DS_Store', 'a/.b.swp', 'empty', 'link']) expect(await store.get(name)).toBeUndefined();
  });

  it('shows its new content in a listing although size and time of change were made to look the same', async () => {
    const asOf = new Date('2024-01-01');
    await drop('a', 'one');
    await utimes(join(root, 'a'), asOf, asOf);
    const [before] = (await store.list('')).objects;
    await drop('a', 'two');
    await utimes(join(root, 'a'), asOf, asOf);
    const [after] = (await store.list('')).objects;
    expect(after?.size).toBe(before?.size);
    expect(after?.etag).not.toBe(before?.etag);
    expect(after?.etag).toBe((await store.get('a'))?.etag);
  });

  it('is as old as it has lain there, whatever age it was given', async () => {
    const putAt = Date.now();
    await drop('a', 'one');
    await utimes(join(root, 'a'), new Date('2024-01-01'), new Date('2024-01-01'));
    const [listed] = (await store.list('')).objects;
    for (const modifiedAt of [listed?.modifiedAt, (await store.get('a'))?.modifiedAt]) {
      expect(modifiedAt).toBeGreaterThan(putAt - 1_000);
    }
  });

  it('shows its new content in a listing that remembers the old', async () => {
    store = folderObjectStore(root, { now: () => Date.now() + 60_000 });
    await drop('a', 'one');
    const [before] = (await store.list('')).objects;
    expect((await store.list('')).objects).toEqual([before]);
    await drop('a', 'longer');
    expect((await store.list('')).objects).toMatchObject([{ etag: (await store.get('a'))?.etag, size: 6 }]);
  });
});

describe('what cannot be read', () => {
  it('is not taken for nothing', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const misplaced = folderObjectStore(file);
    await expect(misplaced.get('a')).rejects.toThrow();
    await expect(misplaced.list('')).rejects.toThrow();
  });

  it('is tried again when the cause is gone', async () => {
    await writeFile(join(root, '.locks'), '');
    await expect(store.get('a')).rejects.toThrow();
    await rm(join(root, '.locks'));
    expect(await store.get('a')).toBeUndefined();
  });

  it('is reported when the metadata is damaged', async () => {
    await store.put('a', bytes('one'), 'absent', { author: 'ada' });
    const [name = ''] = await readdir(join(root, '.meta'));
    await writeFile(join(root, '.meta', name), '{');
    await expect(store.get('a')).rejects.toThrow();
  });
});

describe('what dead processes left', () => {
  it.each([
    ['whose pid nobody has', unusedPid],
    ['whose pid another process has now', reusedPid],
  ])('does not hold up a write: the lock of one %s', async (_, owner) => {
    await store.list('');
    await plantLock(root, 'a', owner);
    expect(await store.put('a', bytes('one'), 'absent')).toMatchObject({ ok: true });
    expect(await readdir(join(root, '.locks'))).toEqual([]);
  });

  it('is swept when a store is opened, and nothing else', async () => {
    const alive = await identify(process.pid);
    const kept = [`${alive?.pid}-${alive?.startTime}.1`, 'README', 'x.y'].toSorted();
    for (const name of [`${reusedPid}.1`, `${unusedPid}.2`, ...kept]) await drop(`.tmp/${name}`, 'half');
    await plantLock(root, 'a', reusedPid);
    await drop('.locks/README', 'foreign');
    await store.list('');
    expect((await readdir(join(root, '.tmp'))).toSorted()).toEqual(kept);
    expect(await readdir(join(root, '.locks'))).toEqual(['README']);
  });

  it('cannot be told from a foreign file in the place of a lock: only writes to that key fail, and say why', async () => {
    await store.put('a', bytes('one'), 'absent');
    await writeFile(lockPath(root, 'a'), 'foreign');
    await expect(store.put('a', bytes('two'), 'absent')).rejects.toThrow(/not a lock/);
    expect(await textAt('a')).toBe('one');
    expect(await store.put('b', bytes('two'), 'absent')).toMatchObject({ ok: true });
    expect(await readdir(join(root, '.tmp'))).toEqual([]);
  });
});
