import {
  parseUploadKey,
  registryKeys,
  strayCompanion,
  uploadKeyProblem,
  type UploadKey,
} from '#shared/domain/registry/registry-keys.ts';
import { LONGEST_SIGNATURE } from '#shared/domain/registry/signature.ts';
import type { Fault } from '#shared/domain/registry/verdict.ts';
import type { ObjectVersion } from '#shared/ports/versioned-objects.ts';
import type { JudgingDeps } from './deps.ts';
import { admit, termsOf } from './developers.ts';
import { findRelease } from './release-objects.ts';
import { isFinal, readResult } from './results.ts';
import { settle, type Settled } from './settle.ts';
import { verifySignature } from './signatures.ts';
import { rejectStray } from './strays.ts';
import type { UploadEvent } from './upload-event.ts';

const DONE: Settled = { is: 'done' };

/** What is wrong with an address that no upload may have. */
export const addressFault = (key: string): Fault => {
  const meant = strayCompanion(key);
  if (meant?.kind === 'checksum')
    return { code: 'CHECKSUM_ORPHAN', details: { actual: key, expected: registryKeys.upload(meant) } };
  return { code: 'KEY_INVALID', details: { problem: uploadKeyProblem(key) } };
};

/** The package that a sidecar goes with, as far as it has come: what lies there, or what was proven and is gone. */
export const settlePackageOf =
  (deps: JudgingDeps) =>
  async (upload: UploadKey): Promise<Settled | 'no package'> => {
    const key = registryKeys.upload({ ...upload, kind: 'package' });
    const current = await deps.registry.stat(key);
    const present = current ? undefined : await readResult(deps)(key);
    const left = present && !isFinal(present.value) ? present.value.upload.versionId : undefined;
    const versionId = current?.versionId ?? left;
    if (versionId === undefined || versionId === null) return 'no package';
    return settle(deps)({ upload: { ...upload, kind: 'package' }, versionId, sequencer: null });
  };

/** A signature without a package may be early; it is late when it is a good one of what was published without. */
export const isLateSignature =
  (deps: JudgingDeps) =>
  async (upload: UploadKey, version: ObjectVersion): Promise<boolean> => {
    const present = await readResult(deps)(registryKeys.upload({ ...upload, kind: 'package' }));
    const id = present?.value.verdict === 'accepted' ? present.value.package : null;
    const release = id ? await findRelease(deps)(id) : undefined;
    if (!release || release.signature || version.size > LONGEST_SIGNATURE) return false;
    const terms = await termsOf(deps)(upload.developer);
    const stored = await deps.registry.getVersion(version.key, version.versionId);
    if (!terms.ok || !stored) return false;
    return verifySignature(deps)(stored.body, release, { terms: terms.value, uploadedAt: version.modifiedAt }).ok;
  };

const receiveSidecar = async (deps: JudgingDeps, event: UploadEvent, upload: UploadKey): Promise<Settled> => {
  const { key, versionId, sequencer, principal } = event;
  const version = await deps.registry.stat(key, versionId);
  if (version) {
    const admitted = await admit(deps)(upload.developer, { principal, metadata: version.metadata });
    if (!admitted.ok) {
      await rejectStray(deps)({ key, versionId, sequencer, fault: admitted.fault });
      return DONE;
    }
  }
  const settled = await settlePackageOf(deps)(upload);
  if (settled !== 'no package') return settled;
  if (version && upload.kind === 'signature' && (await isLateSignature(deps)(upload, version)))
    await rejectStray(deps)({ key, versionId, sequencer, fault: { code: 'SIGNATURE_LATE' } });
  return DONE;
};

/** One event, brought as far as it can come alone. */
export const receive =
  (deps: JudgingDeps) =>
  async (event: UploadEvent): Promise<Settled> => {
    const { key, versionId, sequencer, principal } = event;
    const upload = parseUploadKey(key);
    if (upload?.kind === 'package') return settle(deps)({ upload, versionId, sequencer, principal });
    if (upload) return receiveSidecar(deps, event, upload);
    await rejectStray(deps)({ key, versionId, sequencer, fault: addressFault(key) });
    return DONE;
  };
