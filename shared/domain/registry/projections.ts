import { registryKeys, type PackageId } from './registry-keys.ts';
import type { ReleaseStatus } from './release-status.ts';
import type { Release } from './release.ts';
import { compareVersions, latestVersion } from './semver.ts';
import { instant } from './shape.ts';
import { byText } from './text-order.ts';

/**
 * What runtimes read, computed from releases and statuses: sorted, and without the time of writing, so that equal
 * content is equal bytes, in whatever order and by whomever it was computed.
 */

/** One version, as the index and the registry list it. */
export interface VersionRow {
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly key: string;
  readonly publishedAt: string;
  readonly yanked: boolean;
}

/** One package. Its revision counts its releases and their changes of status, so it only ever grows. */
export interface PackageRow extends PackageId {
  readonly revision: number;
  readonly latest: string | null;
  /** The highest first. */
  readonly versions: readonly VersionRow[];
}

export interface RegistryDocument {
  readonly schema: 1;
  /** The sum of the packages' revisions. */
  readonly revision: number;
  /** By developer and name. */
  readonly packages: readonly PackageRow[];
}

/** A release with what has become of it since. */
export interface Standing {
  readonly release: Release;
  readonly status: ReleaseStatus | undefined;
}

const byPackage = (a: PackageId, b: PackageId): number => byText(a.developer, b.developer) || byText(a.name, b.name);

const versionRow = ({ release, status }: Standing): VersionRow => ({
  version: release.version,
  sha256: release.sha256,
  size: release.size,
  key: registryKeys.ofRelease(release, 'package'),
  publishedAt: instant(release.publishedAt),
  yanked: status?.yanked ?? false,
});

/** All releases of one package, each given once. */
export const packageRow = ({ developer, name }: PackageId, standings: readonly Standing[]): PackageRow => {
  const versions = standings.map(versionRow).toSorted((a, b) => compareVersions(b.version, a.version));
  const revision = standings.reduce((sum, { status }) => sum + 1 + (status?.revision ?? 0), 0);
  return { developer, name, revision, latest: latestVersion(versions) ?? null, versions };
};

/** All packages, each given once. Those without a release are left out: they do not exist. */
export const registryDocument = (rows: readonly PackageRow[]): RegistryDocument => {
  const packages = rows.filter(({ versions }) => versions.length > 0).toSorted(byPackage);
  return { schema: 1, revision: packages.reduce((sum, { revision }) => sum + revision, 0), packages };
};

const nameOf = ({ developer, name }: PackageId): string => `${developer}/${name}`;

/** The registry with these packages in place of what it said of them: what one batch changes. */
export const withPackages = (before: RegistryDocument, changed: readonly PackageRow[]): RegistryDocument => {
  const names = new Set(changed.map(nameOf));
  return registryDocument([...before.packages.filter((row) => !names.has(nameOf(row))), ...changed]);
};

/** Content of index.json. */
export const indexText = ({ developer, name, revision, latest, versions }: PackageRow): string =>
  `${JSON.stringify({ schema: 1, developer, name, revision, latest, versions }, null, 2)}\n`;

/** Content of `latest`: one line, empty when nothing is offered. */
export const latestText = ({ latest }: Pick<PackageRow, 'latest'>): string => `${latest ?? ''}\n`;

const row = ({ developer, name, revision, latest, versions }: PackageRow): object => ({
  developer,
  name,
  revision,
  latest,
  versions: versions.map(({ version, sha256, size, key, publishedAt, yanked }) => ({
    version,
    sha256,
    size,
    key,
    publishedAt,
    yanked,
  })),
});

/** Content of registry.json. A line for each package keeps it compact, and its differences readable. */
export const registryText = ({ revision, packages }: RegistryDocument): string => {
  const lines = packages.map((entry) => JSON.stringify(row(entry))).join(',\n');
  return `{"schema":1,"revision":${revision},"packages":[${lines === '' ? '' : `\n${lines}\n`}]}\n`;
};

const isSame = (before: VersionRow, after: VersionRow | undefined): boolean =>
  after?.version === before.version && after.sha256 === before.sha256 && after.size === before.size;

const lostOf = (before: PackageRow, after: PackageRow | undefined): readonly string[] => {
  const kept = new Map(after?.versions.map((version) => [version.version, version]));
  const lost = before.versions.filter((version) => !isSame(version, kept.get(version.version)));
  if (lost.length > 0) return lost.map(({ version }) => `${nameOf(before)}/${version}`);
  // Nothing is gone, and yet less has happened to it: an older look at the same package.
  return after && after.revision < before.revision ? [nameOf(before)] : [];
};

/**
 * What a projection had, and its successor would not: releases never vanish nor change, and a yank only marks them.
 * When it is not empty, the successor was computed from less than the truth and must not be written.
 */
export const lostBetween = (before: readonly PackageRow[], after: readonly PackageRow[]): readonly string[] => {
  const successors = new Map(after.map((entry) => [nameOf(entry), entry]));
  return before.flatMap((entry) => lostOf(entry, successors.get(nameOf(entry))));
};
