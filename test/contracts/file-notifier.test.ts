import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileNotifier, type KeptNotification } from '#shared/adapters/local/file-notifier.ts';
import { systemClock } from '#shared/adapters/system-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const news = { event: 'service.failing', service: 'crash', message: 'crash does not start', details: { count: 3 } };
const clock = { ...systemClock(), now: () => Date.UTC(2026, 0, 2) };
const kept = { at: '2026-01-02T00:00:00.000Z', ...news };

describe('file notifier', () => {
  it('shows the news and keeps them as lines, in a folder that need not exist', async () => {
    const dataFolder = join(await tempFolder(), 'data');
    const shown: KeptNotification[] = [];
    const notifier = fileNotifier({ dataFolder, clock, log: (notification) => shown.push(notification) });
    await notifier.notify(news);
    await notifier.notify(news);
    const lines = (await readFile(join(dataFolder, 'notifications.ndjson'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([kept, kept]);
    expect(shown).toEqual([kept, kept]);
  });

  it('fails when the news cannot be kept', async () => {
    const notADirectory = '/dev/null';
    await expect(
      fileNotifier({ dataFolder: notADirectory, clock, log: () => undefined }).notify(news),
    ).rejects.toThrow();
  });
});
