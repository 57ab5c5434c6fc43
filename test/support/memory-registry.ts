import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { registryOn, type RegistrySettings } from '#shared/usecases/registry/deps.ts';
import { processUploads } from '#shared/usecases/registry/process-uploads.ts';
import type { PackagesDeps } from '../../functions/packages/endpoint.ts';
import { signedAddresses, type SignedAddresses } from '../../infra/local/signed-addresses.ts';
import { memoryRegistryStore, type MemoryRegistryStore } from './memory-registry-store.ts';
import { recordedAnnouncements, type RecordedAnnouncements } from './recorders.ts';

export interface MemoryRegistryPorts {
  /** The control bucket. */
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly random: Random;
}

/** A registry over memory, for whoever asks it through the API. */
export interface MemoryRegistry {
  readonly deps: PackagesDeps;
  readonly registry: MemoryRegistryStore;
  readonly announcer: RecordedAnnouncements;
  readonly serveSigned: SignedAddresses['serve'];
  /** Has what lies there processed, as the event of it would. */
  process(key: string): Promise<void>;
  /** Puts it into the bucket, whatever lies there, and has it processed. */
  upload(key: string, body: Uint8Array | string): Promise<void>;
}

const LOCALLY: RegistrySettings = { unregistered: 'allow', uploader: null };

export const memoryRegistry = (ports: MemoryRegistryPorts, settings = LOCALLY): MemoryRegistry => {
  const registry = memoryRegistryStore({ now: ports.clock.now });
  const announcer = recordedAnnouncements();
  const { urls, serve } = signedAddresses({
    secret: 'a secret of the tests',
    baseUrl: () => 'http://localhost',
    registry,
    clock: ports.clock,
  });
  const deps = {
    ...registryOn({ ...ports, registry, announcer, codec: nodeCodec(), yaml: yamlTree() }, settings),
    urls,
  };
  const process = async (key: string): Promise<void> => {
    const { versionId = '', size = 0, etag = '', modifiedAt: at = 0 } = (await registry.stat(key)) ?? {};
    await processUploads(deps)([{ key, versionId, size, etag, principal: null, at, sequencer: null }]);
  };
  return {
    deps,
    registry,
    announcer,
    serveSigned: serve,
    process,
    upload: async (key, body) => {
      const present = await registry.stat(key);
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      await registry.put(key, bytes, present ? { etag: present.etag } : 'absent');
      await process(key);
    },
  };
};
