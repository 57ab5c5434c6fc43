import { appendFile, cp, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { settledFiles, type SettledFiles } from '#shared/adapters/local/settled-files.ts';
import { tempFolder } from '../support/temp-folder.ts';

const STILL_MS = 300;

describe('files that somebody puts into a folder', () => {
  let now = 0;
  let root = '';
  let files: SettledFiles;
  const inUploads = (name: string): string => join(root, 'uploads', 'acme', name);
  const lookAfter = (ms: number): Promise<readonly string[]> => {
    now += ms;
    return files.look();
  };

  beforeEach(async () => {
    root = await tempFolder();
    now = 0;
    await mkdir(inUploads('.'), { recursive: true });
    files = settledFiles({ root, prefix: 'uploads/', stillMs: STILL_MS, now: () => now });
  });

  it('are told of once they have stood still, and once only', async () => {
    await writeFile(inUploads('a.apkg'), 'a');
    expect(await files.look()).toEqual([]);
    expect(await lookAfter(STILL_MS - 1)).toEqual([]);
    expect(await lookAfter(1)).toEqual(['uploads/acme/a.apkg']);
    expect(await lookAfter(10 * STILL_MS)).toEqual([]);
  });

  it('are not told of while they grow', async () => {
    for (const part of ['a', 'b', 'c', 'd']) {
      await appendFile(inUploads('a.apkg'), part);
      expect(await lookAfter(STILL_MS - 1)).toEqual([]);
    }
    expect(await lookAfter(STILL_MS)).toEqual(['uploads/acme/a.apkg']);
  });

  it('have to be seen standing still, however old they say they are', async () => {
    await writeFile(inUploads('a.apkg'), 'a');
    await utimes(inUploads('a.apkg'), 1, 1);
    expect(await lookAfter(10 * STILL_MS)).toEqual([]);
    expect(await lookAfter(STILL_MS)).toEqual(['uploads/acme/a.apkg']);
  });

  it('are told of again with other bytes, and when they come back after they were gone', async () => {
    await writeFile(inUploads('a.apkg'), 'a');
    await files.look();
    expect(await lookAfter(STILL_MS)).toHaveLength(1);
    await writeFile(inUploads('a.apkg'), 'b');
    expect(await lookAfter(STILL_MS)).toEqual([]);
    expect(await lookAfter(STILL_MS)).toHaveLength(1);
    await rm(inUploads('a.apkg'));
    expect(await lookAfter(STILL_MS)).toEqual([]);
    await writeFile(inUploads('a.apkg'), 'b');
    await files.look();
    expect(await lookAfter(STILL_MS)).toHaveLength(1);
  });

  it('are told of again when somebody asks', async () => {
    await writeFile(inUploads('a.apkg'), 'a');
    await files.look();
    expect(await lookAfter(STILL_MS)).toHaveLength(1);
    files.forget('uploads/acme/a.apkg');
    expect(await lookAfter(1)).toEqual(['uploads/acme/a.apkg']);
    expect(await lookAfter(STILL_MS)).toEqual([]);
  });

  it('are found in any folder of the prefix and nowhere else, by the keys they have', async () => {
    await mkdir(inUploads('dist'));
    await mkdir(join(root, 'packages'));
    await writeFile(inUploads('Agent.APKG'), 'a');
    await writeFile(inUploads('dist/a.apkg.sha256'), 'b');
    await writeFile(join(root, 'uploads', 'stray'), 'c');
    await writeFile(join(root, 'packages', 'a.apkg'), 'd');
    await files.look();
    expect([...(await lookAfter(STILL_MS))].toSorted()).toEqual([
      'uploads/acme/Agent.APKG',
      'uploads/acme/dist/a.apkg.sha256',
      'uploads/stray',
    ]);
  });

  it('are files: no folder, no half-written copy with a leading dot, no link to nowhere', async () => {
    await mkdir(inUploads('folder.apkg'));
    await writeFile(inUploads('.a.apkg.Xy12'), 'a');
    await symlink(join(root, 'nowhere'), inUploads('link.apkg'));
    await files.look();
    expect(await lookAfter(STILL_MS)).toEqual([]);
  });

  it('may be missing altogether', async () => {
    await rm(join(root, 'uploads'), { recursive: true });
    expect(await files.look()).toEqual([]);
    await rm(root, { recursive: true });
    expect(await files.look()).toEqual([]);
  });

  it('are told of when a copy replaces them with the same bytes', async () => {
    await writeFile(join(root, 'source'), 'a');
    await cp(join(root, 'source'), inUploads('a.apkg'));
    await files.look();
    expect(await lookAfter(STILL_MS)).toHaveLength(1);
    await rm(inUploads('a.apkg'));
    await cp(join(root, 'source'), inUploads('a.apkg'));
    await files.look();
    expect(await lookAfter(STILL_MS)).toHaveLength(1);
  });
});
