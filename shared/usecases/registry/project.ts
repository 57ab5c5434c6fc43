import { listsAll } from '#shared/domain/registry/developers-listed.ts';
import { developerRows, developersText } from '#shared/domain/registry/developers-index.ts';
import {
  indexText,
  latestText,
  lostBetween,
  packageRow,
  registryDocument,
  registryText,
  withPackages,
  type PackageRow,
  type RegistryDocument,
} from '#shared/domain/registry/projections.ts';
import { parseReleaseKey, registryKeys, type PackageId } from '#shared/domain/registry/registry-keys.ts';
import { readIndex, readRegistry } from '#shared/domain/registry/read-projections.ts';
import { signingKeys } from './developers.ts';
import type { RegistryDeps } from './deps.ts';
import { failureOf, type Failed } from './failed.ts';
import { readText, replaceText } from './replace-text.ts';
import { severally, standingsOf } from './standings.ts';

export type ProjectDeps = Pick<RegistryDeps, 'registry' | 'files' | 'docs' | 'clock' | 'random' | 'telemetry'>;

/** Nothing is written: whoever saw less than there was would make everybody forget it. */
const requireNothingLost = (before: readonly PackageRow[], after: readonly PackageRow[]): void => {
  const lost = lostBetween(before, after);
  if (lost.length > 0) throw new Error(`the index would lose ${lost.slice(0, 5).join(', ')}`);
};

/** index.json and latest of one package. */
const projectPackage =
  (deps: ProjectDeps) =>
  async (id: PackageId): Promise<void> => {
    const key = registryKeys.ofPackage(id, 'index');
    await replaceText(deps)(key, async (before) => {
      const row = packageRow(id, await standingsOf(deps)(id));
      const known = before === undefined ? undefined : readIndex(id, before);
      requireNothingLost(known ? [known] : [], [row]);
      return row.versions.length > 0 ? indexText(row) : before;
    });
    await replaceText(deps, 'may come again')(registryKeys.ofPackage(id, 'latest'), async (before) => {
      const index = await indexOf(deps)(id);
      return index ? latestText(index) : before;
    });
  };

const indexOf =
  (deps: Pick<RegistryDeps, 'registry'>) =>
  async (id: PackageId): Promise<PackageRow | undefined> => {
    const text = await readText(deps)(registryKeys.ofPackage(id, 'index'));
    return text === undefined ? undefined : readIndex(id, text);
  };

/** Every package that has a release, from the releases themselves. */
export const releasedPackages = async ({ files }: Pick<RegistryDeps, 'files'>): Promise<readonly PackageId[]> => {
  const found = new Map<string, PackageId>();
  for (const key of await files.keys(registryKeys.packages)) {
    const parsed = parseReleaseKey(key);
    if (parsed?.file === 'release') found.set(registryKeys.releasesOf(parsed), parsed);
  }
  return [...found.values()].map(({ developer, name }) => ({ developer, name }));
};

/**
 * The registry as the packages' indexes have it. A package without one has not come that far, and a release that its
 * index lacks is left out as well: what the registry lists has been listed before, so what it lacks can be found.
 */
const fromIndexes = async (deps: ProjectDeps): Promise<RegistryDocument> => {
  const rows = await severally(await releasedPackages(deps), async (id) => {
    const text = await readText(deps)(registryKeys.ofPackage(id, 'index'));
    if (text === undefined) return undefined;
    return readIndex(id, text) ?? packageRow(id, await standingsOf(deps)(id));
  });
  return registryDocument(rows.filter((row) => row !== undefined));
};

/** What registry.json says; `undefined` where it says nothing that could be read. */
export const readRegistryDocument = async (
  deps: Pick<RegistryDeps, 'registry'>,
): Promise<RegistryDocument | undefined> => {
  const text = await readText(deps)(registryKeys.registry);
  return text === undefined ? undefined : readRegistry(text);
};

const rowsOf = async (deps: ProjectDeps, packages: readonly PackageId[]): Promise<readonly PackageRow[]> =>
  (await severally(packages, indexOf(deps))).filter((row) => row !== undefined);

/** registry.json: with these packages as their indexes have them now, or as a whole where it cannot be read. */
export const projectRegistry = (deps: ProjectDeps, changed: readonly PackageId[] | 'all'): Promise<void> =>
  replaceText(deps)(registryKeys.registry, async (before) => {
    const known = before === undefined ? undefined : readRegistry(before);
    const isWhole = changed === 'all' || !known;
    const next = isWhole ? await fromIndexes(deps) : withPackages(known, await rowsOf(deps, changed));
    requireNothingLost(known?.packages ?? [], next.packages);
    return registryText(next);
  });

/** developers.json, where it lacks one of these. */
export const projectDevelopers = async (deps: ProjectDeps, changed: readonly PackageId[] | 'all'): Promise<void> => {
  const unreadable = new Map<string, unknown>();
  await replaceText(deps)(registryKeys.developers, async (before) => {
    if (changed !== 'all' && before !== undefined && listsAll(before, changed)) return before;
    const registry = await readRegistryDocument(deps);
    const keys = await signingKeys(deps)((developer, cause) => unreadable.set(developer, cause));
    return registry ? developersText(before, developerRows(keys, registry)) : before;
  });
  for (const [developer, cause] of unreadable) deps.telemetry.failure('developer.unreadable', cause, { developer });
};

/** What became of each, in the order given: what went wrong with it, or nothing. */
export type Outcomes = readonly (Failed | undefined)[];

/**
 * Brings all that runtimes read up to date with the releases of these packages: each package's own files, and then
 * those of the whole registry, once. One package that cannot be read does not hold up the others.
 */
export const project =
  (deps: ProjectDeps) =>
  async (packages: readonly PackageId[]): Promise<Outcomes> => {
    const projected = await severally(packages, (id) => failureOf(projectPackage(deps)(id)));
    const good = packages.filter((_, index) => projected[index] === undefined);
    const failed = good.length > 0 ? await failureOf(projectShared(deps, good)) : undefined;
    return projected.map((failure) => failure ?? failed);
  };

const projectShared = async (deps: ProjectDeps, changed: readonly PackageId[]): Promise<void> => {
  await projectRegistry(deps, changed);
  await projectDevelopers(deps, changed);
};
