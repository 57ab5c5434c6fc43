import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { fileAnnouncer } from '#shared/adapters/local/file-announcer.ts';
import { folderRegistryStore } from '#shared/adapters/local/folder-versioned-objects.ts';
import { settledFiles } from '#shared/adapters/local/settled-files.ts';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { registryKeys } from '#shared/domain/registry/registry-keys.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { registryOn } from '#shared/usecases/registry/deps.ts';
import { processUploads } from '#shared/usecases/registry/process-uploads.ts';
import { sweep } from '#shared/usecases/registry/sweep.ts';
import type { PackagesDeps } from '../../functions/packages/endpoint.ts';
import { signedAddresses, type SignedAddresses } from './signed-addresses.ts';
import { ticker } from './ticker.ts';
import { uploadWatch } from './upload-watch.ts';

export interface LocalRegistryOptions {
  readonly dataFolder: string;
  /** The control bucket. */
  readonly store: ObjectStore;
  readonly apiKey: string;
  /** Where the server listens, once it does. */
  readonly baseUrl: () => string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly random: Random;
}

/** The registry on this machine: a folder in place of the bucket, and of its notifications. */
export interface LocalRegistry {
  readonly deps: PackagesDeps;
  readonly serveSigned: SignedAddresses['serve'];
  /** Begins to see to what is uploaded, first to what came while nobody looked. */
  start(): void;
  /** Resolves when what was begun is done. */
  close(): Promise<void>;
}

/** A copy grows until it is whole; one that pauses longer is taken for whole, and told of again when it grows on. */
const STILL_MS = 300;
const SWEEP_EVERY_MS = 15_000;

/** Not the clock of the day: that one may be set meanwhile. */
const elapsedMs = (): number => performance.now();

export const localRegistry = (options: LocalRegistryOptions): LocalRegistry => {
  const { dataFolder, apiKey, clock, telemetry } = options;
  const root = join(dataFolder, 'buckets', 'registry');
  const registry = folderRegistryStore(root);
  // Not the key itself: what can make addresses must not open everything else.
  const secret = createHmac('sha256', apiKey).update('signed addresses').digest('hex');
  const { urls, serve } = signedAddresses({ ...options, registry, secret });
  const ports = { ...options, registry, codec: nodeCodec(), yaml: yamlTree(), announcer: fileAnnouncer(dataFolder) };
  const deps = { ...registryOn(ports, { unregistered: 'allow', uploader: null }), urls };

  const ending = new AbortController();
  const watching = (): Promise<void> => {
    const files = settledFiles({ root, prefix: registryKeys.uploads, stillMs: STILL_MS, now: elapsedMs });
    return uploadWatch({ files, registry, process: processUploads(deps), clock, telemetry, ending: ending.signal });
  };
  const onFailure = (cause: unknown): void => telemetry.failure('sweep.failed', cause, {});
  const sweeping = (): Promise<void> =>
    ticker({ everyMs: SWEEP_EVERY_MS, work: sweep(deps), onFailure, clock, ending: ending.signal });
  let running: Promise<unknown> | undefined;
  return {
    deps,
    serveSigned: serve,
    start: () => {
      running = Promise.all([watching(), sweeping()]);
    },
    close: async () => {
      ending.abort();
      await running;
    },
  };
};
