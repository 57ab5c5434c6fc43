import { describe, expect, it } from 'vitest';
import type { SettledFiles } from '#shared/adapters/local/settled-files.ts';
import type { ObjectVersion } from '#shared/ports/versioned-objects.ts';
import type { EventOutcome, UploadEvent } from '#shared/usecases/registry/upload-event.ts';
import { uploadWatch } from '../../infra/local/upload-watch.ts';
import { recordedTelemetry } from '../support/recorders.ts';
import { MINUTE, SECOND, T0, virtualClock } from '../support/virtual-clock.ts';

const keysOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `uploads/acme/${index}.apkg`);

/** A folder in which these files lie still from the beginning. */
const settledFrom = (keys: readonly string[]): SettledFiles => {
  const due = new Set(keys);
  return {
    look: async () => {
      const told = [...due];
      due.clear();
      return told;
    },
    forget: (key) => due.add(key),
  };
};

const versionOf = (key: string): ObjectVersion => ({
  key,
  versionId: `version of ${key}`,
  etag: `etag of ${key}`,
  size: 5,
  modifiedAt: T0 - MINUTE,
  metadata: {},
  sha256: null,
});

type Process = (events: readonly UploadEvent[]) => Promise<readonly EventOutcome[]>;

/** Watches for as long as told, and answers the batches that were handed over and when. */
const watched = async (
  keys: readonly string[],
  forMs: number,
  process: Process,
  stat = async (key: string): Promise<ObjectVersion | undefined> => versionOf(key),
  files = settledFrom(keys),
) => {
  const clock = virtualClock();
  const telemetry = recordedTelemetry();
  const ending = new AbortController();
  const batches: { readonly afterMs: number; readonly events: readonly UploadEvent[] }[] = [];
  const watching = uploadWatch({
    files,
    registry: { stat },
    process: (events) => {
      batches.push({ afterMs: clock.now() - T0, events });
      return process(events);
    },
    clock,
    telemetry,
    ending: ending.signal,
  });
  await clock.sleep(forMs);
  ending.abort();
  await watching;
  return { batches, telemetry, keys: batches.map(({ events }) => events.map(({ key }) => key)) };
};

const allDone: Process = async (events) => events.map(() => 'done');

describe('the watch over the uploads folder', () => {
  it('hands over each file as the event that a bucket would have sent', async () => {
    const { batches, telemetry } = await watched(['uploads/acme/a.apkg'], MINUTE, allDone);
    expect(batches.map(({ events }) => events)).toEqual([
      [
        {
          key: 'uploads/acme/a.apkg',
          versionId: 'version of uploads/acme/a.apkg',
          etag: 'etag of uploads/acme/a.apkg',
          size: 5,
          principal: null,
          at: T0 - MINUTE,
          sequencer: null,
        },
      ],
    ]);
    expect(telemetry.failures).toEqual([]);
  });

  it('hands over at most ten at once, and all of them', async () => {
    const { keys } = await watched(keysOf(25), SECOND, allDone);
    expect(keys.map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(keys.flat()).toEqual(keysOf(25));
  });

  it('says nothing of a file that is gone again', async () => {
    const { batches, telemetry } = await watched(['uploads/acme/a.apkg'], MINUTE, allDone, async () => undefined);
    expect(batches).toEqual([]);
    expect(telemetry.failures).toEqual([]);
  });

  it('hands over again, later each time, what has to be tried again, and nothing else', async () => {
    let failures = 3;
    const { batches, keys } = await watched(keysOf(2), 5 * MINUTE, async (events) =>
      events.map(({ key }) => (key === 'uploads/acme/1.apkg' && failures-- > 0 ? 'retry' : 'done')),
    );
    expect(keys).toEqual([keysOf(2), ...Array.from({ length: 3 }, () => ['uploads/acme/1.apkg'])]);
    const pauses = batches.map(({ afterMs }, index) => afterMs - (batches[index - 1]?.afterMs ?? afterMs));
    for (const [index, leastMs] of [0, SECOND, 2 * SECOND, 4 * SECOND].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(leastMs);
      expect(pauses[index]).toBeLessThan(leastMs + SECOND);
    }
  });

  it('forgets how often it tried what is gone: what comes in its place is tried again as soon', async () => {
    const [key = ''] = keysOf(1);
    const settled = settledFrom([key]);
    let [looks, looksSinceGone] = [0, 0];
    // Six times it cannot be done, then it is gone, and somewhat later somebody puts another one there.
    const stat = async () => ((looks += 1) === 7 ? undefined : versionOf(key));
    const look = async () => {
      if (looks === 7 && (looksSinceGone += 1) === 10) settled.forget(key);
      return settled.look();
    };
    const retry: Process = async () => ['retry'];
    const { batches } = await watched([key], 5 * MINUTE, retry, stat, { ...settled, look });
    const pauses = batches.map(({ afterMs }, index) => afterMs - (batches[index - 1]?.afterMs ?? afterMs));
    expect(pauses[7]).toBeLessThan(2 * SECOND);
  });

  it('never gives up on what fails, and never waits longer than a minute', async () => {
    const { batches } = await watched(keysOf(1), 10 * MINUTE, async () => ['retry']);
    expect(batches.length).toBeGreaterThan(12);
  });

  it('outlives a processor that throws, tells of it once for each time, and hands everything over again', async () => {
    const broken = new Error('the disk is full');
    let isBroken = true;
    const { keys, telemetry } = await watched(keysOf(2), MINUTE, async (events) => {
      if (!isBroken) return allDone(events);
      isBroken = false;
      throw broken;
    });
    expect(keys).toEqual([keysOf(2), keysOf(2)]);
    expect(telemetry.failures).toEqual([{ name: 'upload.failed', cause: broken, fields: { keys: keysOf(2) } }]);
  });

  it('does not let one file that cannot be looked at stop the others', async () => {
    const broken = new Error('no permission');
    let isBroken = true;
    const { keys, telemetry } = await watched(keysOf(2), MINUTE, allDone, async (key) => {
      if (key !== 'uploads/acme/0.apkg' || !isBroken) return versionOf(key);
      isBroken = false;
      throw broken;
    });
    expect(keys).toEqual([['uploads/acme/1.apkg'], ['uploads/acme/0.apkg']]);
    expect(telemetry.failures).toMatchObject([{ name: 'upload.unseen', cause: broken }]);
  });
});
