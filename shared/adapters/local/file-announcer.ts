import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Announcer } from '#shared/ports/announcer.ts';

/** News of packages, kept with all other news in `<data>/notifications.ndjson`: each line is one announcement. */
export const fileAnnouncer = (dataFolder: string): Announcer => ({
  announce: async (announcement) => {
    await mkdir(dataFolder, { recursive: true });
    // One write in append mode: lines of several writers never mix.
    await appendFile(join(dataFolder, 'notifications.ndjson'), `${JSON.stringify(announcement)}\n`);
  },
});
