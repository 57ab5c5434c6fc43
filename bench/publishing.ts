import { developerRows, developersText } from '#shared/domain/registry/developers-index.ts';
import {
  packageRow,
  registryDocument,
  registryText,
  type RegistryDocument,
} from '#shared/domain/registry/projections.ts';
import { registryKeys } from '#shared/domain/registry/registry-keys.ts';
import type { Release } from '#shared/domain/registry/release.ts';
import type { RegistryStore } from '#shared/usecases/registry/deps.ts';
import { builtPackage, sha256Of } from '../test/support/registry/built-package.ts';
import { encode, registryBench, type RegistryBench } from '../test/support/registry/registry-bench.ts';

const VERSIONS = ['1.0.0', '1.1.0', '2.0.0'];
const PACKAGES_EACH = 10;
const BATCH = 10;

export interface Publishing {
  readonly packages: number;
  /** Of how many packages at once; what follows is for each of them. */
  readonly batch: number;
  readonly what: 'a new package' | 'a new version';
  readonly reads: number;
  readonly readBytes: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly cpuMs: number;
}

type Traffic = Pick<Publishing, 'reads' | 'readBytes' | 'writes' | 'writtenBytes'>;

interface Meter {
  readonly through: (store: RegistryStore) => RegistryStore;
  /** Since it was last asked. */
  readonly take: () => Traffic;
}

const meter = (): Meter => {
  const nothing: Traffic = { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0 };
  let traffic = nothing;
  const read = <T extends { readonly body: Uint8Array } | undefined>(found: T): T => {
    traffic = { ...traffic, reads: traffic.reads + 1, readBytes: traffic.readBytes + (found?.body.length ?? 0) };
    return found;
  };
  const written = (body: Uint8Array): void => {
    traffic = { ...traffic, writes: traffic.writes + 1, writtenBytes: traffic.writtenBytes + body.length };
  };
  return {
    through: (store) => ({
      ...store,
      get: async (key) => read(await store.get(key)),
      getVersion: async (key, versionId) => read(await store.getVersion(key, versionId)),
      put: (key, body, condition, metadata) => {
        written(body);
        return store.put(key, body, condition, metadata);
      },
      putProven: (key, body, proof) => {
        written(body);
        return store.putProven(key, body, proof);
      },
    }),
    take: () => {
      const taken = traffic;
      traffic = nothing;
      return taken;
    },
  };
};

const releaseOf = (developer: string, name: string, version: string): Release => ({
  developer,
  name,
  version,
  sha256: sha256Of(`${developer}/${name}/${version}`),
  size: 1_000,
  publishedAt: 0,
  signature: null,
  upload: { key: `uploads/${developer}/${name}.apkg`, versionId: 'v' },
  validator: '1',
});

const registryOf = (packages: number): RegistryDocument =>
  registryDocument(
    Array.from({ length: packages }, (_, index) => {
      const id = { developer: `developer-${Math.floor(index / PACKAGES_EACH)}`, name: `package-${index}` };
      const releases = VERSIONS.map((version) => releaseOf(id.developer, id.name, version));
      return packageRow(
        id,
        releases.map((release) => ({ release, status: undefined })),
      );
    }),
  );

/** A registry in which so many packages are known already. */
const stage = (packages: number, { through }: Meter): RegistryBench => {
  const bench = registryBench({ through });
  const document = registryOf(packages);
  const texts = {
    [registryKeys.registry]: registryText(document),
    [registryKeys.developers]: developersText(undefined, developerRows(new Map(), document)),
  };
  for (const [key, text] of Object.entries(texts)) bench.bucket.put('bench', key, { body: encode(text) }, 'absent');
  return bench;
};

const namesOf = (batch: number): readonly string[] =>
  Array.from({ length: batch }, (_, index) => `new-${batch}-${index}`);

/** Publishes a batch of packages in one go, each of them in this version. */
export const measurePublishing = async (packages: number): Promise<readonly Publishing[]> => {
  const traffic = meter();
  const bench = stage(packages, traffic);
  const publish = async (batch: number, version: string): Promise<Publishing> => {
    const names = namesOf(batch);
    const uploads = names.flatMap((name) =>
      bench.upload(`ada/${name}-${version}.apkg`, builtPackage({ name, version })),
    );
    traffic.take();
    const before = process.cpuUsage();
    const outcomes = await bench.process(...uploads);
    const { user, system } = process.cpuUsage(before);
    if (outcomes.includes('retry')) throw new Error(`publishing ${names.join(', ')} failed`);
    for (const name of names) {
      const code = await bench.code(`ada/${name}-${version}.apkg`);
      if (code !== 'PUBLISHED') throw new Error(`${name} ${version}: ${code}`);
    }
    const { reads, readBytes, writes, writtenBytes } = traffic.take();
    return {
      packages,
      batch,
      what: version === '1.0.0' ? 'a new package' : 'a new version',
      reads: reads / batch,
      readBytes: readBytes / batch,
      writes: writes / batch,
      writtenBytes: writtenBytes / batch,
      cpuMs: (user + system) / 1_000 / batch,
    };
  };
  // What is compiled on the way is not what a package costs.
  await publish(2, '1.0.0');
  return [
    await publish(1, '1.0.0'),
    await publish(1, '1.1.0'),
    await publish(BATCH, '1.0.0'),
    await publish(BATCH, '1.1.0'),
  ];
};
