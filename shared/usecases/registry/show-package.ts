import { Refusal } from '#shared/domain/errors.ts';
import type { PackageRow } from '#shared/domain/registry/projections.ts';
import { readIndex } from '#shared/domain/registry/read-projections.ts';
import { registryKeys, type PackageId, type ReleaseId } from '#shared/domain/registry/registry-keys.ts';
import type { ReleaseStatus } from '#shared/domain/registry/release-status.ts';
import type { Release } from '#shared/domain/registry/release.ts';
import { instant } from '#shared/domain/registry/shape.ts';
import { isVersion } from '#shared/domain/registry/semver.ts';
import type { RegistryDeps } from './deps.ts';
import { findRelease } from './release-objects.ts';
import { readText } from './replace-text.ts';
import { statusOf } from './standings.ts';

export type ShowDeps = Pick<RegistryDeps, 'registry' | 'files'>;

/** A version as callers are shown it: what release.json says of it, and what has become of it since. */
export interface ShownVersion extends Omit<Release, 'publishedAt'> {
  readonly key: string;
  readonly publishedAt: string;
  readonly yanked: boolean;
  /** Why it was yanked, or offered again; null: neither ever happened. */
  readonly status: { readonly reason: string; readonly by: string; readonly at: string } | null;
}

const nameOf = ({ developer, name }: PackageId): string => `${developer}/${name}`;

const noSuchPackage = (id: PackageId & { readonly version?: string }): Refusal =>
  new Refusal('package-not-found', `no package ${nameOf(id)}${id.version === undefined ? '' : ` ${id.version}`}`);

/** A package with all its versions, as its index lists them. */
export const showPackage =
  (deps: Pick<ShowDeps, 'registry'>) =>
  async (id: PackageId): Promise<PackageRow> => {
    const text = await readText(deps)(registryKeys.ofPackage(id, 'index'));
    if (text === undefined) throw noSuchPackage(id);
    const row = readIndex(id, text);
    if (!row) throw new Error(`the index of ${nameOf(id)} cannot be read`);
    const { developer, name, revision, latest, versions } = row;
    return { developer, name, revision, latest, versions };
  };

export const shownVersion = (release: Release, status: ReleaseStatus | undefined): ShownVersion => ({
  ...release,
  key: registryKeys.ofRelease(release, 'package'),
  publishedAt: instant(release.publishedAt),
  yanked: status?.yanked ?? false,
  status: status ? { reason: status.reason, by: status.by, at: instant(status.at) } : null,
});

/** The release itself, never a projection: what is not published is not there. */
export const requireRelease =
  (deps: Pick<ShowDeps, 'registry'>) =>
  async (id: ReleaseId): Promise<Release> => {
    const release = isVersion(id.version) ? await findRelease(deps)(id) : undefined;
    if (!release) throw noSuchPackage(id);
    return release;
  };

export const showVersion =
  (deps: ShowDeps) =>
  async (id: ReleaseId): Promise<ShownVersion> => {
    const release = await requireRelease(deps)(id);
    return shownVersion(release, (await statusOf(deps)(id))?.value);
  };
