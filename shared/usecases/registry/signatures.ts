import type { Developer } from '#shared/domain/registry/developer.ts';
import { registryKeys, type ReleaseId } from '#shared/domain/registry/registry-keys.ts';
import {
  checkSignature,
  LONGEST_SIGNATURE,
  parseSignature,
  type DetachedSignature,
  type Signed,
} from '#shared/domain/registry/signature.ts';
import type { Checked, Fault } from '#shared/domain/registry/verdict.ts';
import type { RegistryDeps, UploadReader } from './deps.ts';
import { presentSince, type Case } from './case.ts';
import type { Companion } from './results.ts';
import { readSidecar } from './sidecars.ts';

/** How long a package that is complete otherwise waits for a signature. */
const SIGNATURE_PATIENCE_MS = 60_000;

export type SignatureOpinion = { readonly companions: readonly Companion[] } & (
  | { readonly is: 'pending' }
  | { readonly is: 'refused'; readonly fault: Fault }
  /** null: it may go without. */
  | { readonly is: 'proven'; readonly value: DetachedSignature | null }
);

type SignatureDeps = Pick<RegistryDeps, 'codec' | 'clock'> & { readonly registry: UploadReader };

interface Contents {
  readonly release: ReleaseId;
  readonly sha256: string;
  readonly completeAt: number;
}

/** Whether the bytes are a good signature of exactly this, by one of the developer's keys as of the upload. */
export const verifySignature =
  ({ codec }: Pick<RegistryDeps, 'codec'>) =>
  (bytes: Uint8Array, signed: Signed, by: { readonly terms: Developer; readonly uploadedAt: number }) => {
    const parsed: Checked<DetachedSignature> = parseSignature(bytes);
    if (!parsed.ok) return parsed;
    const proving = { keys: by.terms.keys, uploadedAt: by.uploadedAt, verify: codec.verifyEd25519 };
    return checkSignature(parsed.value, signed, proving);
  };

const withoutOne = ({ terms }: Case, isLate: boolean): SignatureOpinion => {
  if (terms.keys.length > 0 && !isLate) return { is: 'pending', companions: [] };
  if (terms.signature === 'optional') return { is: 'proven', value: null, companions: [] };
  return { is: 'refused', fault: { code: 'SIGNATURE_REQUIRED' }, companions: [] };
};

/**
 * The signature of a package that is complete otherwise. Whoever has a key may sign, and gets a moment for it; a
 * signature that is not good is refused where none is required too, or leaving it out would be a way around it. One
 * that is not newer than the package may be that of an earlier upload, and gets the same moment to be replaced.
 */
export const proveSignature =
  ({ registry, codec, clock }: SignatureDeps) =>
  async (subject: Case, { release, sha256, completeAt }: Contents): Promise<SignatureOpinion> => {
    const { upload, version, terms } = subject;
    const isLate = clock.now() >= Math.max(completeAt, presentSince(subject)) + SIGNATURE_PATIENCE_MS;
    const key = registryKeys.upload({ ...upload, kind: 'signature' });
    const sidecar = await readSidecar({ registry })(key, LONGEST_SIGNATURE);
    if (!sidecar) return withoutOne(subject, isLate);
    const signed = { ...release, sha256, size: version.size };
    const checked = verifySignature({ codec })(sidecar.body, signed, { terms, uploadedAt: version.modifiedAt });
    const companions = [sidecar.companion];
    if (checked.ok) return { is: 'proven', value: checked.value, companions };
    const mayBeStale = sidecar.modifiedAt <= version.modifiedAt;
    return mayBeStale && !isLate
      ? { is: 'pending', companions: [] }
      : { is: 'refused', fault: checked.fault, companions };
  };
