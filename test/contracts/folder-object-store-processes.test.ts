import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { folderObjectStore } from '#shared/adapters/local/folder-object-store.ts';
import type { StoredObject } from '#shared/ports/object-store.ts';
import { startChild } from '../support/child-process.ts';
import { plantLock, reusedPid } from '../support/planted-locks.ts';
import { tempFolder } from '../support/temp-folder.ts';

const script = 'object-store-child.ts';

const countInProcesses = async (root: string, processes: number, times: number): Promise<string> => {
  const children = Array.from({ length: processes }, () => startChild(script, 'count', root, String(times)));
  const exits = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(exits).toEqual(children.map(() => [0, null]));
  const counter = await folderObjectStore(root).get('counter');
  return new TextDecoder().decode(counter?.body);
};

describe('a folder between processes', () => {
  it.each([
    [2, 60],
    [4, 30],
  ])('loses no update of %d processes that each add to one counter %d times', async (processes, times) => {
    expect(await countInProcesses(await tempFolder(), processes, times)).toBe(String(processes * times));
  });

  it('loses none when all of them find the lock of a dead process first', async () => {
    const root = await tempFolder();
    await plantLock(root, 'counter', reusedPid);
    expect(await countInProcesses(root, 4, 15)).toBe('60');
  });

  it('gives a reader the metadata of the very bytes it reads, while another process replaces both', async () => {
    const root = await tempFolder();
    startChild(script, 'alternate', root);
    const store = folderObjectStore(root);
    await expect.poll(() => store.get('a')).toBeDefined();
    for (let read = 0; read < 120; read++) {
      const object = await store.get('a');
      const [revision] = Buffer.from(object?.body.subarray(0, 20) ?? [])
        .toString()
        .split(' ');
      expect(object?.metadata).toEqual({ revision });
    }
  });

  it('is whole after each of 20 kills in the middle of writing, and goes on', { timeout: 20_000 }, async () => {
    const root = await tempFolder();
    let survivors = 0;
    for (let kill = 0; kill < 20; kill++) {
      await churnAndKill(root);
      const store = folderObjectStore(root, { lockPatienceMs: 1_000 });
      const { objects } = await store.list('');
      for (const { key } of objects) expectWhole(await store.get(key));
      survivors += objects.length;
      expect(await readdir(join(root, '.tmp'))).toEqual([]);
      expect(await readdir(join(root, '.locks'))).toEqual([]);
      for (const key of ['a', 'B', 'c/d']) {
        const current = await store.get(key);
        if (current) expect(await store.delete(key, current)).toMatchObject({ ok: true });
      }
    }
    expect(survivors).toBeGreaterThan(0);
  });

  it('serves a writer on while others are killed beside it', { timeout: 20_000 }, async () => {
    const root = await tempFolder();
    const counting = countInProcesses(root, 2, 100);
    for (let kill = 0; kill < 5; kill++) {
      const victim = startChild(script, 'count', root, '1000000');
      await sleep(100 + randomInt(100));
      victim.kill('SIGKILL');
      await once(victim, 'exit');
    }
    expect(Number(await counting)).toBeGreaterThanOrEqual(200);
  });
});

const churnAndKill = async (root: string): Promise<void> => {
  const child = startChild(script, 'churn', root);
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  await sleep(randomInt(60));
  child.kill('SIGKILL');
  await exited;
};

/** An object that was written completely: the metadata belongs to the body, and nothing of the body is missing. */
const expectWhole = (object: StoredObject | undefined): void => {
  const { revision, filling } = JSON.parse(new TextDecoder().decode(object?.body));
  expect(filling).toHaveLength(100_000);
  expect(object?.metadata).toEqual(Number(revision) % 3 === 0 ? {} : { revision });
};
