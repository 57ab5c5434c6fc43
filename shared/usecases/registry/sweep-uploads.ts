import { parseUploadKey, registryKeys, type UploadKey } from '#shared/domain/registry/registry-keys.ts';
import type { ObjectSummary } from '#shared/ports/object-store.ts';
import type { ObjectVersion } from '#shared/ports/versioned-objects.ts';
import { CHECKSUM_PATIENCE_MS } from './checksums.ts';
import type { JudgingDeps } from './deps.ts';
import { publishAll } from './make-known.ts';
import type { Publication } from './publish.ts';
import { addressFault, isLateSignature, settlePackageOf } from './receive.ts';
import { arrivalOf, isFinal, readResult } from './results.ts';
import { rejectStray } from './strays.ts';

/** Younger things are somebody's work in hand: their news is still on its way, or they are still being copied. */
export const IN_HAND_MS = 60_000;

/** Whether the package that it was meant for has been judged at about its time, with it or without. */
const isLeftOver = async (deps: JudgingDeps, upload: UploadKey, version: ObjectVersion): Promise<boolean> => {
  const present = await readResult(deps)(registryKeys.upload({ ...upload, kind: 'package' }));
  if (!present || !isFinal(present.value)) return false;
  return Math.abs(arrivalOf(present.value).uploadedAt - version.modifiedAt) <= CHECKSUM_PATIENCE_MS;
};

const sweepSidecar = async (deps: JudgingDeps, upload: UploadKey, version: ObjectVersion): Promise<void> => {
  const { key, versionId } = version;
  const stray = { key, versionId, sequencer: null };
  if (upload.kind === 'signature') {
    // One that fits nothing may be early, and expires like everything that nobody asks for.
    if (await isLateSignature(deps)(upload, version))
      await rejectStray(deps)({ ...stray, fault: { code: 'SIGNATURE_LATE' } });
    return;
  }
  if (await isLeftOver(deps, upload, version)) return deps.registry.deleteVersion(key, versionId);
  const expected = registryKeys.upload({ ...upload, kind: 'package' });
  await rejectStray(deps)({
    ...stray,
    fault: { code: 'CHECKSUM_ORPHAN', details: { actual: key, expected: `${expected}.sha256` } },
  });
};

/** What lies there without a package that it could go with, for long enough. */
const sweepStray = async (deps: JudgingDeps, key: string, upload: UploadKey | undefined): Promise<void> => {
  const version = await deps.registry.stat(key);
  if (!version || deps.clock.now() < version.modifiedAt + CHECKSUM_PATIENCE_MS) return;
  if (upload) return sweepSidecar(deps, upload, version);
  await rejectStray(deps)({ key, versionId: version.versionId, sequencer: null, fault: addressFault(key) });
};

/** Without its own news nobody knows who put it there, and nobody can judge it. */
const isStuck = async (deps: JudgingDeps, key: string): Promise<boolean> => {
  const version = await deps.registry.stat(key);
  // In a crowd the news of it may take a while.
  if (!version || deps.clock.now() < version.modifiedAt + CHECKSUM_PATIENCE_MS) return false;
  const present = await readResult(deps)(key);
  return present?.value.upload.versionId !== version.versionId;
};

interface Swept {
  readonly publication?: Publication;
  readonly isWaiting: boolean;
}

const sweepPackage = async (deps: JudgingDeps, key: string, upload: UploadKey): Promise<Swept> => {
  const settled = await settlePackageOf(deps)(upload);
  if (settled === 'no package') return { isWaiting: false };
  if (settled.is === 'released') return { publication: settled, isWaiting: false };
  const isWaiting = (await deps.registry.stat(key)) !== undefined;
  if (isWaiting && (await isStuck(deps, key))) deps.telemetry.event('upload.stuck', { key });
  return { isWaiting };
};

const sweepOne = async (deps: JudgingDeps, { key }: ObjectSummary, keys: ReadonlySet<string>): Promise<Swept> => {
  const upload = parseUploadKey(key);
  if (upload?.kind === 'package') return sweepPackage(deps, key, upload);
  const hasPackage = upload && keys.has(registryKeys.upload({ ...upload, kind: 'package' }));
  if (!hasPackage) await sweepStray(deps, key, upload);
  return { isWaiting: false };
};

/** Uploads whose time is up, and whose news was lost or came to nothing. Answers with what failed. */
export const sweepUploads = async (deps: JudgingDeps): Promise<readonly unknown[]> => {
  const uploads = await deps.files.list(registryKeys.uploads);
  const keys = new Set(uploads.map(({ key }) => key));
  const publications: Publication[] = [];
  const failures: unknown[] = [];
  let waiting = 0;
  for (const summary of uploads) {
    if (deps.clock.now() < summary.modifiedAt + IN_HAND_MS) continue;
    try {
      const { publication, isWaiting } = await sweepOne(deps, summary, keys);
      if (publication) publications.push(publication);
      if (isWaiting) waiting += 1;
    } catch (cause) {
      deps.telemetry.failure('upload.failed', cause, { key: summary.key });
      failures.push(cause);
    }
  }
  const published = await publishAll(deps)(publications);
  for (const [index, failure] of published.entries()) {
    if (!failure) continue;
    deps.telemetry.failure('upload.failed', failure.cause, { key: publications[index]?.result.upload.key });
    failures.push(failure.cause);
  }
  deps.telemetry.metric('UploadsWaiting', waiting);
  return failures;
};
