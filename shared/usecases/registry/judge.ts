import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { readManifest } from '#shared/domain/registry/manifest.ts';
import { registryKeys, type ReleaseId } from '#shared/domain/registry/registry-keys.ts';
import type { DetachedSignature } from '#shared/domain/registry/signature.ts';
import type { Details, Fault } from '#shared/domain/registry/verdict.ts';
import type { Case } from './case.ts';
import { expectedDigest } from './checksums.ts';
import type { JudgingDeps, UploadReader } from './deps.ts';
import type { Companion } from './results.ts';
import { proveSignature } from './signatures.ts';

export type JudgeDeps = Pick<JudgingDeps, 'codec' | 'yaml' | 'clock'> & { readonly registry: UploadReader };

export interface ProvenUpload {
  readonly body: Uint8Array;
  readonly sha256: string;
  readonly release: ReleaseId;
  readonly signature: DetachedSignature | null;
  readonly warnings: readonly string[];
}

type Known = { readonly sha256?: string; readonly release?: ReleaseId };

/** What is to be said of an upload now. */
export type Opinion = { readonly companions: readonly Companion[] } & (
  | { readonly is: 'waiting'; readonly code: 'CHECKSUM_PENDING' | 'SIGNATURE_PENDING'; readonly details: Details }
  | ({ readonly is: 'rejected'; readonly fault: Fault } & Known)
  | ({ readonly is: 'proven' } & ProvenUpload)
  | { readonly is: 'gone' }
);

const rejected = (fault: Fault, companions: readonly Companion[] = [], known: Known = {}): Opinion => ({
  is: 'rejected',
  fault,
  companions,
  ...known,
});

const sizeFault = ({ version, terms }: Case): Fault | undefined => {
  const { size } = version;
  if (size === 0) return { code: 'EMPTY' };
  const limit = terms.limits.fileBytes;
  return size > limit ? { code: 'TOO_LARGE', details: { actual: size, limit } } : undefined;
};

/** Which package the bytes are, once nothing in them is left to doubt. */
const readPackage = ({ codec, yaml }: JudgeDeps, body: Uint8Array, { upload, terms }: Case) => {
  const archive = readArchive(body, codec, terms.limits);
  if (!archive.ok) return archive;
  const manifest = readManifest(archive.value, yaml, {
    secrets: terms.secrets,
    manifestBytes: terms.limits.manifestBytes,
  });
  if (!manifest.ok) return manifest;
  const { name, version, warnings } = manifest.value;
  return { ok: true, value: { release: { developer: upload.developer, name, version }, warnings } } as const;
};

/**
 * An opinion on one version of an upload and on what has come with it so far. The bytes are read once, and only when
 * there is a digest to hold them against.
 */
export const judge =
  (deps: JudgeDeps) =>
  async (subject: Case): Promise<Opinion> => {
    const { upload, version } = subject;
    const fault = sizeFault(subject);
    if (fault) return rejected(fault);
    const digest = await expectedDigest(deps)(subject);
    if (digest.is === 'pending') {
      const details = { expected: registryKeys.upload({ ...upload, kind: 'checksum' }) };
      return { is: 'waiting', code: 'CHECKSUM_PENDING', details, companions: [] };
    }
    if (digest.is === 'refused') return rejected(digest.fault, digest.companions);
    const stored = await deps.registry.getVersion(version.key, version.versionId);
    if (!stored) return { is: 'gone', companions: [] };
    const sha256 = deps.codec.sha256(stored.body);
    if (sha256 !== digest.sha256) return digest.otherwise(sha256);
    const contents = readPackage(deps, stored.body, subject);
    if (!contents.ok) return rejected(contents.fault, digest.companions, { sha256 });
    const { release, warnings } = contents.value;
    const known = { sha256, release };
    const signature = await proveSignature(deps)(subject, { ...known, completeAt: digest.completeAt });
    const companions = [...digest.companions, ...signature.companions];
    if (signature.is === 'refused') return rejected(signature.fault, companions, known);
    if (signature.is === 'pending') {
      const details = { expected: registryKeys.upload({ ...upload, kind: 'signature' }) };
      return { is: 'waiting', code: 'SIGNATURE_PENDING', details, companions: [] };
    }
    return { is: 'proven', body: stored.body, ...known, signature: signature.value, warnings, companions };
  };
