import { isSha256, LONGEST_CHECKSUM, parseChecksum } from '#shared/domain/registry/checksum.ts';
import { registryKeys } from '#shared/domain/registry/registry-keys.ts';
import type { Fault } from '#shared/domain/registry/verdict.ts';
import type { RegistryDeps, UploadReader } from './deps.ts';
import { presentSince, type Case } from './case.ts';
import type { Opinion } from './judge.ts';
import type { Companion } from './results.ts';
import { readSidecar } from './sidecars.ts';

/** How long a package waits for its checksum. */
export const CHECKSUM_PATIENCE_MS = 900_000;

/** What the bytes are held against, and when the set was complete. */
export type Digest =
  | { readonly is: 'pending' }
  | { readonly is: 'refused'; readonly fault: Fault; readonly companions: readonly Companion[] }
  | {
      readonly is: 'known';
      readonly sha256: string;
      readonly completeAt: number;
      readonly companions: readonly Companion[];
      /** What is to be said of bytes that are others. */
      readonly otherwise: (actual: string) => Opinion;
    };

type ChecksumDeps = Pick<RegistryDeps, 'clock'> & { readonly registry: UploadReader };

const mismatch = (expected: string, actual: string): Fault => ({
  code: 'CHECKSUM_MISMATCH',
  details: { expected, actual },
});

/** A digest that came with the bytes themselves can only be of them. */
const ofItself = (sha256: string, { version }: Case): Digest => ({
  is: 'known',
  sha256,
  completeAt: version.modifiedAt,
  companions: [],
  otherwise: (actual) => ({ is: 'rejected', fault: mismatch(sha256, actual), sha256: actual, companions: [] }),
});

/** Said by the uploader in the metadata, or by the bucket, which has checked it. */
const toldWithIt = ({ version }: Case): string | undefined => {
  const said = version.metadata['sha256']?.toLowerCase();
  return said !== undefined && isSha256(said) ? said : (version.sha256 ?? undefined);
};

/**
 * The digest that the package must have. A checksum file that is not newer than the package may be that of an earlier
 * upload: if it fits, it fits, and if not, it is no reason to refuse until the time is up.
 */
export const expectedDigest =
  ({ registry, clock }: ChecksumDeps) =>
  async (subject: Case): Promise<Digest> => {
    const { upload, version } = subject;
    const told = toldWithIt(subject);
    if (told !== undefined) return ofItself(told, subject);
    const isLate = clock.now() >= presentSince(subject) + CHECKSUM_PATIENCE_MS;
    const key = registryKeys.upload({ ...upload, kind: 'checksum' });
    const missing: Fault = { code: 'CHECKSUM_MISSING', details: { expected: key } };
    const sidecar = await readSidecar({ registry })(key, LONGEST_CHECKSUM);
    if (!sidecar) return isLate ? { is: 'refused', fault: missing, companions: [] } : { is: 'pending' };
    const isStale = sidecar.modifiedAt < version.modifiedAt;
    const mayBeStale = sidecar.modifiedAt <= version.modifiedAt;
    const companions = [sidecar.companion];
    const isFinal = !mayBeStale || isLate;
    const parsed = parseChecksum(sidecar.body);
    if (!parsed.ok) {
      const fault = isStale ? missing : parsed.fault;
      return isFinal ? { is: 'refused', fault, companions } : { is: 'pending' };
    }
    return {
      is: 'known',
      sha256: parsed.value,
      completeAt: Math.max(sidecar.modifiedAt, version.modifiedAt),
      companions,
      otherwise: (actual) =>
        isFinal
          ? { is: 'rejected', fault: isStale ? missing : mismatch(parsed.value, actual), sha256: actual, companions }
          : { is: 'waiting', code: 'CHECKSUM_PENDING', details: { expected: key }, companions: [] },
    };
  };
