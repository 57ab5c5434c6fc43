import { publishedNews } from '#shared/domain/registry/promotion.ts';
import type { PackageRow } from '#shared/domain/registry/projections.ts';
import {
  parseReleaseKey,
  registryKeys,
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

const findVersions = async ({ files }: RegistryDeps): Promise<readonly Found[]> => {
  const found = new Map<string, { readonly id: ReleaseId; readonly files: Files }>();
  for (const summary of await files.list(registryKeys.packages)) {
    const parsed = parseReleaseKey(summary.key);
    if (!parsed) continue;
    const { file, ...id } = parsed;
    const folder = `${nameOf(id)}/${id.version}`;
    found.set(folder, { id, files: { ...found.get(folder)?.files, [file]: summary } });
  }
  return [...found.values()];
};

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

/** Brings the index of one package up to date, and tells of the releases that it lacked: nobody has, so far. */
const heal = async (deps: RegistryDeps, row: PackageRow | undefined, versions: readonly Found[]): Promise<void> => {
  const [first] = versions;
  if (!first || row?.revision === (await revisionOf(deps, versions))) return;
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

/** Claims that nobody finished, and an index that is older than its releases. Answers with what failed. */
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
  const found = await findVersions(deps);
  for (const each of found) {
    if (!each.files.release && isOld(deps, each.files.package)) await attempt(each.id, finish(deps, each));
  }
  const released = found.filter(({ files }) => files.release);
  for (const [name, versions] of Map.groupBy(released, ({ id }) => nameOf(id))) {
    // While somebody is at work on one of them, they are at work on the index.
    const isInHand = versions.some(({ files }) => [files.release, files.status].some((file) => isInWork(deps, file)));
    const [first] = versions;
    if (first && !isInHand) await attempt(first.id, heal(deps, rows.get(name), versions));
  }
  return failures;
};
