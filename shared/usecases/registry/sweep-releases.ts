import { publishedNews } from '#shared/domain/registry/promotion.ts';
import { indexText, latestText, type PackageRow } from '#shared/domain/registry/projections.ts';
import {
  parsePackageKey,
  parseReleaseKey,
  registryKeys,
  type PackageFile,
  type PackageId,
  type ReleaseFile,
  type ReleaseId,
} from '#shared/domain/registry/registry-keys.ts';
import type { ObjectSummary } from '#shared/ports/object-store.ts';
import type { RegistryDeps } from './deps.ts';
import { project, readRegistryDocument } from './project.ts';
import { findClaim, findRelease, finishRelease } from './release-objects.ts';
import { severally, statusOf } from './standings.ts';
import { IN_HAND_MS } from './sweep-uploads.ts';

type Files = Partial<Record<ReleaseFile, ObjectSummary>>;

interface Found {
  readonly id: ReleaseId;
  readonly files: Files;
}

const nameOf = ({ developer, name }: PackageId): string => `${developer}/${name}`;

const findVersions = (summaries: readonly ObjectSummary[]): readonly Found[] => {
  const found = new Map<string, Found>();
  for (const summary of summaries) {
    const parsed = parseReleaseKey(summary.key);
    if (!parsed) continue;
    const { file, ...id } = parsed;
    const folder = `${nameOf(id)}/${id.version}`;
    found.set(folder, { id, files: { ...found.get(folder)?.files, [file]: summary } });
  }
  return [...found.values()];
};

type Sizes = Readonly<Partial<Record<PackageFile, number>>>;

/** How large each package's own projections are. */
const findSizes = (summaries: readonly ObjectSummary[]): ReadonlyMap<string, Sizes> => {
  const found = new Map<string, Sizes>();
  for (const { key, size } of summaries) {
    const parsed = parsePackageKey(key);
    if (parsed) found.set(nameOf(parsed), { ...found.get(nameOf(parsed)), [parsed.file]: size });
  }
  return found;
};

/**
 * Whether a package's own projections are there, and as large as what the registry says of it: nobody reads all of
 * them each time. All that is in them is ASCII.
 */
const isKept = (row: PackageRow, { index, latest }: Sizes = {}): boolean =>
  index === indexText(row).length && latest === latestText(row).length;

const isOld = ({ clock }: RegistryDeps, file: ObjectSummary | undefined): boolean =>
  file !== undefined && clock.now() >= file.modifiedAt + IN_HAND_MS;

const isInWork = (deps: RegistryDeps, file: ObjectSummary | undefined): boolean =>
  file !== undefined && !isOld(deps, file);

/** A version that was claimed, and of which nobody has said yet what it is. */
const finish = async (deps: RegistryDeps, { id }: Found): Promise<void> => {
  const release = await findClaim(deps)(id);
  if (release) await finishRelease(deps)(release);
};

/** What the registry would say of a package, by what is counted: every release and every change of its status. */
const revisionOf = async (deps: RegistryDeps, versions: readonly Found[]): Promise<number> => {
  const statuses = await severally(
    versions.filter(({ files }) => files.status),
    ({ id }) => statusOf(deps)(id),
  );
  return versions.length + statuses.reduce((sum, status) => sum + (status?.value.revision ?? 0), 0);
};

interface Listed {
  readonly row: PackageRow | undefined;
  readonly sizes: Sizes | undefined;
}

/** Brings the index of one package up to date, and tells of the releases that it lacked: nobody has, so far. */
const heal = async (deps: RegistryDeps, { row, sizes }: Listed, versions: readonly Found[]): Promise<void> => {
  const [first] = versions;
  if (!first || (row && isKept(row, sizes) && row.revision === (await revisionOf(deps, versions)))) return;
  const { developer, name } = first.id;
  const [failed] = await project(deps)([{ developer, name }]);
  if (failed) throw failed.cause;
  const listed = new Set(row?.versions.map(({ version }) => version));
  const lacked = versions.filter(({ id }) => !listed.has(id.version));
  for (const { id } of lacked) {
    const release = await findRelease(deps)(id);
    if (release) await deps.announcer.announce(publishedNews(release, deps.codec.sha256));
  }
  deps.telemetry.event('index.healed', { developer, name, lacked: lacked.map(({ id }) => id.version) });
  deps.telemetry.metric('IndexHealed', Math.max(lacked.length, 1), { developer, name });
};

/** Claims that nobody finished, and an index that is damaged or older than its releases. Answers with what failed. */
export const sweepReleases = async (deps: RegistryDeps): Promise<readonly unknown[]> => {
  const failures: unknown[] = [];
  const attempt = async (what: ReleaseId, work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (cause) {
      deps.telemetry.failure('index.failed', cause, { ...what });
      failures.push(cause);
    }
  };
  // The index before the releases: whatever it lacks then, it has lacked for as long as the release is old.
  const rows = new Map((await readRegistryDocument(deps))?.packages.map((row) => [nameOf(row), row]));
  const summaries = await deps.files.list(registryKeys.packages);
  const found = findVersions(summaries);
  const sizes = findSizes(summaries);
  for (const each of found) {
    if (!each.files.release && isOld(deps, each.files.package)) await attempt(each.id, finish(deps, each));
  }
  const released = found.filter(({ files }) => files.release);
  for (const [name, versions] of Map.groupBy(released, ({ id }) => nameOf(id))) {
    // While somebody is at work on one of them, they are at work on the index.
    const isInHand = versions.some(({ files }) => [files.release, files.status].some((file) => isInWork(deps, file)));
    const [first] = versions;
    if (!first || isInHand) continue;
    await attempt(first.id, heal(deps, { row: rows.get(name), sizes: sizes.get(name) }, versions));
  }
  return failures;
};
