import { readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fileLocks } from '#shared/adapters/local/file-lock.ts';
import { reusedPid, unusedPid } from '../support/planted-locks.ts';
import { tempFolder } from '../support/temp-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await tempFolder();
});

/** Work that lasts until it is told to end. */
const openEnded = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
};

describe('a file lock', () => {
  it('is held by one at a time, through one set of locks or several', async () => {
    const ours = fileLocks(folder, 5_000);
    const theirs = fileLocks(folder, 5_000);
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await readdir(folder);
      inside--;
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ours : theirs).hold('a', work)));
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not keep other names waiting', async () => {
    const locks = fileLocks(folder, 100);
    const { work, end } = openEnded();
    const held = locks.hold('a', work);
    expect(await locks.hold('b', async () => 'done')).toBe('done');
    end();
    await held;
  });

  it('is given back when the work fails, and passes on what it throws', async () => {
    const locks = fileLocks(folder, 100);
    const failing = locks.hold('a', () => Promise.reject(new Error('no luck')));
    const next = locks.hold('a', async () => 'done');
    await expect(failing).rejects.toThrow('no luck');
    expect(await next).toBe('done');
  });

  it('names its holder to everybody who gives up, after one time of patience for all', async () => {
    const { work, end } = openEnded();
    const held = fileLocks(folder, 100).hold('a', work);
    await expect.poll(() => readdir(folder)).toEqual(['a']);
    const impatient = fileLocks(folder, 100);
    const waiting = Array.from({ length: 20 }, () => impatient.hold('a', async () => 'done'));
    const outcomes = await Promise.race([Promise.allSettled(waiting), rejectAfter(1_500)]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: { message: expect.stringContaining(`process ${process.pid}`) } });
    end();
    await held;
  });

  it.each([
    ['a dead process', [['a', reusedPid]]],
    [
      'a dead process whose lock another died breaking',
      [
        ['a', reusedPid],
        [`a.${reusedPid}`, unusedPid],
      ],
    ],
    [
      'a line of them',
      [
        ['a', reusedPid],
        [`a.${reusedPid}`, unusedPid],
        [`a.${reusedPid}.${unusedPid}`, reusedPid],
      ],
    ],
  ])('is taken from %s', async (_, planted) => {
    for (const [name = '', owner = ''] of planted) await symlink(owner, join(folder, name));
    const sets = Array.from({ length: 8 }, () => fileLocks(folder, 5_000));
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await readlink(join(folder, 'a'));
      inside--;
    };
    await Promise.all(sets.map((locks) => locks.hold('a', work)));
    await fileLocks(folder, 100).sweep();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not taken from anybody by a sweep while they live', async () => {
    const locks = fileLocks(folder, 100);
    const { work, end } = openEnded();
    const held = locks.hold('a', work);
    await expect.poll(() => readdir(folder)).toEqual(['a']);
    await locks.sweep();
    expect(await readdir(folder)).toEqual(['a']);
    end();
    await held;
  });
});

const rejectAfter = (durationMs: number): Promise<never> =>
  new Promise((_, reject) => setTimeout(reject, durationMs, new Error('too late')).unref());
