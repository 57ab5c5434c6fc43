import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#shared/ports/clock.ts';
import type { Notification, Notifier } from '#shared/ports/notifier.ts';

/** A notification as it is kept: one JSON line. */
export interface KeptNotification extends Notification {
  readonly at: string;
}

export interface FileNotifierOptions {
  readonly dataFolder: string;
  readonly clock: Clock;
  /** Shows the news to whoever watches the server. */
  readonly log: (notification: KeptNotification) => void;
}

/** News for the people on this machine: shown at once, and kept in `<data>/notifications.ndjson`. */
export const fileNotifier = ({ dataFolder, clock, log }: FileNotifierOptions): Notifier => ({
  notify: async (notification) => {
    const kept: KeptNotification = { at: new Date(clock.now()).toISOString(), ...notification };
    log(kept);
    await mkdir(dataFolder, { recursive: true });
    // One write in append mode: lines of the server and of the CLI never mix.
    await appendFile(join(dataFolder, 'notifications.ndjson'), `${JSON.stringify(kept)}\n`);
  },
});
