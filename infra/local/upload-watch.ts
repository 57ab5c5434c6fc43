import type { SettledFiles } from '#shared/adapters/local/settled-files.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import type { VersionedObjects } from '#shared/ports/versioned-objects.ts';
import type { EventOutcome, UploadEvent } from '#shared/usecases/registry/upload-event.ts';

export interface UploadWatchOptions {
  readonly files: SettledFiles;
  readonly registry: Pick<VersionedObjects, 'stat'>;
  readonly process: (events: readonly UploadEvent[]) => Promise<readonly EventOutcome[]>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly ending: AbortSignal;
}

const EVERY_MS = 100;
/** Looking takes at most about one fifth of the time, however many files lie there. */
const REST = 4;
const BATCH = 10;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

interface Retry {
  readonly attempts: number;
  readonly dueAt: number;
}

/**
 * What the bucket's notifications and their queue are elsewhere: tells of each file that has come to rest under
 * uploads/, and again, later and later, of what could not be dealt with. Resolves when `ending` was aborted.
 */
export const uploadWatch = async (options: UploadWatchOptions): Promise<void> => {
  const { files, registry, process, clock, telemetry, ending } = options;
  const retries = new Map<string, Retry>();

  const retryLater = (key: string): void => {
    const attempts = (retries.get(key)?.attempts ?? 0) + 1;
    const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS);
    retries.set(key, { attempts, dueAt: clock.now() + pauseMs });
  };

  /** `undefined`: it is gone again, or cannot be looked at now. */
  const eventOf = async (key: string): Promise<UploadEvent | undefined> => {
    try {
      const found = await registry.stat(key);
      if (!found) return undefined;
      const { versionId, size, etag, modifiedAt } = found;
      return { key, versionId, size, etag, principal: null, at: modifiedAt, sequencer: null };
    } catch (cause) {
      telemetry.failure('upload.unseen', cause, { key });
      retryLater(key);
      return undefined;
    }
  };

  const handle = async (keys: readonly string[]): Promise<void> => {
    const events = (await Promise.all(keys.map(eventOf))).filter((event) => event !== undefined);
    if (events.length === 0) return;
    const outcomes = await process(events).catch((cause: unknown) => {
      telemetry.failure('upload.failed', cause, { keys: events.map(({ key }) => key) });
      return [];
    });
    for (const [index, { key }] of events.entries()) {
      if (outcomes[index] === 'done') retries.delete(key);
      else retryLater(key);
    }
  };

  /** Answers how long looking took. */
  const round = async (): Promise<number> => {
    const startedAt = performance.now();
    for (const [key, { attempts, dueAt }] of retries) {
      if (clock.now() < dueAt) continue;
      files.forget(key);
      retries.set(key, { attempts, dueAt: Infinity });
    }
    const keys = await files.look();
    const tookMs = performance.now() - startedAt;
    for (let first = 0; first < keys.length && !ending.aborted; first += BATCH) {
      await handle(keys.slice(first, first + BATCH));
    }
    // What was due and was not seen is gone: what comes in its place is not to wait as long.
    for (const [key, { dueAt }] of retries) if (dueAt === Infinity && !keys.includes(key)) retries.delete(key);
    return tookMs;
  };

  while (!ending.aborted) {
    const tookMs = await round().catch((cause: unknown) => {
      telemetry.failure('upload.unseen', cause, {});
      return LAST_RETRY_MS / REST;
    });
    await clock.sleep(Math.max(EVERY_MS, tookMs * REST), ending).catch(() => undefined);
  }
};
