import type { Standing } from '#shared/domain/registry/projections.ts';
import {
  parseReleaseKey,
  registryKeys,
  type PackageId,
  type ReleaseId,
} from '#shared/domain/registry/registry-keys.ts';
import { readStatus, type ReleaseStatus } from '#shared/domain/registry/release-status.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import type { RegistryDeps } from './deps.ts';
import { findRelease } from './release-objects.ts';

export type StandingDeps = Pick<RegistryDeps, 'registry' | 'files'>;

const AT_ONCE = 16;

/** Several at a time, in the order given. */
export const severally = async <T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(run))));
  }
  return results;
};

export const statusOf =
  ({ files }: Pick<RegistryDeps, 'files'>) =>
  async (id: ReleaseId): Promise<Versioned<ReleaseStatus> | undefined> => {
    const key = registryKeys.ofRelease(id, 'status');
    const stored = await files.read(key);
    if (!stored) return undefined;
    const status = readStatus(stored.value);
    // Never taken for “not yanked”.
    if (!status) throw new Error(`not a status: ${key}`);
    return { value: status, etag: stored.etag };
  };

/** The releases of a package and what has become of them, from the releases themselves. */
export const standingsOf =
  (deps: StandingDeps) =>
  async (id: PackageId): Promise<readonly Standing[]> => {
    const keys = await deps.files.keys(registryKeys.releasesOf(id));
    const found = keys.map(parseReleaseKey).filter((key) => key !== undefined);
    const changed = new Set(found.filter(({ file }) => file === 'status').map(({ version }) => version));
    const standings = await severally(
      found.filter(({ file }) => file === 'release'),
      async (key): Promise<readonly Standing[]> => {
        const release = await findRelease(deps)(key);
        const status = changed.has(key.version) ? (await statusOf(deps)(key))?.value : undefined;
        return release ? [{ release, status }] : [];
      },
    );
    return standings.flat();
  };
