import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagesClient } from '#shared/adapters/aws/clients.ts';
import { s3ObjectStore } from '#shared/adapters/aws/s3-object-store.ts';

/** Where the registry's objects are read; `undefined` for one that is not there. */
export type ReadObject = (key: string) => Promise<Uint8Array | undefined>;

const inFolder =
  (folder: string): ReadObject =>
  (key) =>
    readFile(join(folder, key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });

const inBucket = (bucket: string): ReadObject => {
  const objects = s3ObjectStore({ s3: packagesClient(), bucket });
  return async (key) => (await objects.get(key))?.body;
};

const INDEX = 'index/registry.json';

/** By the address of its index: `s3://bucket/…` on AWS, a path in local mode. Nothing else changes between the two. */
export const registryAt = (url: string): ReadObject => {
  if (!url.endsWith(`/${INDEX}`)) throw new Error(`REGISTRY_URL has to end in /${INDEX}, and is ${url}`);
  const [, bucket] = /^s3:\/\/([a-z0-9.-]+)\//.exec(url) ?? [];
  return bucket === undefined ? inFolder(url.slice(0, -INDEX.length)) : inBucket(bucket);
};

/** A version that the index offers. */
export interface Offered {
  readonly developer: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly key: string;
}

interface IndexedPackage extends Pick<Offered, 'developer' | 'name'> {
  readonly latest: string | null;
  readonly versions: readonly Pick<Offered, 'version' | 'sha256' | 'key'>[];
}

/** The latest of each package; a yanked one is never that. An index that is not there yet offers nothing. */
export const offeredBy = async (read: ReadObject): Promise<readonly Offered[]> => {
  const index = await read(INDEX);
  if (index === undefined) return [];
  const { packages } = JSON.parse(new TextDecoder().decode(index)) as { readonly packages: readonly IndexedPackage[] };
  return packages.flatMap(({ developer, name, latest, versions }) =>
    versions
      .filter(({ version }) => version === latest)
      .map(({ version, sha256, key }) => ({ developer, name, version, sha256, key })),
  );
};
