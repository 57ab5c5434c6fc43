import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileAnnouncer } from '#shared/adapters/local/file-announcer.ts';
import type { Announcement } from '#shared/domain/registry/promotion.ts';
import { tempFolder } from '../support/temp-folder.ts';

const aPublication = (version: string): Announcement => ({
  type: 'package.published',
  id: `id of ${version}`,
  developer: 'acme',
  name: 'hello',
  version,
  sha256: 'ab'.repeat(32),
  size: 5,
  key: `packages/acme/hello/${version}/package.apkg`,
  at: '2026-11-20T10:00:00.000Z',
});

const linesOf = async (folder: string): Promise<readonly unknown[]> =>
  (await readFile(join(folder, 'notifications.ndjson'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

it('keeps each announcement as a line, as it is, after those that were there', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'notifications.ndjson'), '{"event":"service.failing"}\n');
  const { announce } = fileAnnouncer(folder);
  await announce(aPublication('1.0.0'));
  await announce(aPublication('1.0.0'));
  expect(await linesOf(folder)).toEqual([{ event: 'service.failing' }, aPublication('1.0.0'), aPublication('1.0.0')]);
});

it('mixes no lines of those who announce at once', async () => {
  const folder = await tempFolder();
  const versions = Array.from({ length: 50 }, (_, index) => `1.0.${index}`);
  await Promise.all(versions.map((version) => fileAnnouncer(folder).announce(aPublication(version))));
  const told = (await linesOf(folder)) as readonly { version: string }[];
  expect(told.map(({ version }) => version).toSorted()).toEqual(versions.toSorted());
});

it('makes the folder when it is gone, and says so when it cannot', async () => {
  const folder = await tempFolder();
  await rm(folder, { recursive: true });
  await fileAnnouncer(folder).announce(aPublication('1.0.0'));
  expect(await linesOf(folder)).toHaveLength(1);
  await expect(fileAnnouncer(join(folder, 'notifications.ndjson')).announce(aPublication('1.0.1'))).rejects.toThrow();
});
