import type { Release } from '#shared/domain/registry/release.ts';
import type { Fault } from '#shared/domain/registry/verdict.ts';
import { toVerdict } from '#shared/domain/registry/verdict.ts';
import { ROUNDS } from '#shared/usecases/contention.ts';
import { claim, findClaim, finishRelease } from './release-objects.ts';
import type { RegistryDeps } from './deps.ts';
import {
  arrivalOf,
  isFinal,
  isSameUpload,
  readResult,
  toResult,
  writeResult,
  type Proof,
  type Result,
} from './results.ts';
import { tellAndClear } from './clear.ts';

/** A release that stands in the bucket, and the upload that asked for it: the world does not know of it yet. */
export interface Publication {
  readonly release: Release;
  readonly result: Result;
}

/** The last word on what was proven. Somebody else may have said it, or a newer upload may have come since. */
export const concludeProof =
  (deps: RegistryDeps) =>
  async (proven: Result, said: Pick<Parameters<typeof toVerdict>[0], 'code' | 'details'>): Promise<void> => {
    const { upload, warnings, progress } = proven;
    const arrival = arrivalOf(proven);
    const judgement = { ...said, upload, warnings, ...(proven.package && { release: proven.package }) };
    const verdict = toVerdict(judgement, deps.clock.now());
    const final = toResult({ arrival, verdict, companions: progress.companions, proof: progress.proof });
    await tellAndClear(deps)(await filed(deps, final));
  };

/** As it stands there in the end: what was said first stays, and where a newer upload is told of, nothing is said. */
const filed = async (deps: RegistryDeps, final: Result): Promise<Result> => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const present = await readResult(deps)(final.upload.key);
    if (!present || !isSameUpload(arrivalOf(present.value), arrivalOf(final))) return final;
    if (isFinal(present.value)) return present.value;
    if (await writeResult(deps)(present, final)) return final;
  }
  throw new Error(`the verdict on ${final.upload.key} never stood still`);
};

const conflict = (existing: Release, proof: Proof): Fault => ({
  code: 'VERSION_EXISTS',
  details: { expected: existing.sha256, actual: proof.sha256 },
});

/** Who has the version: this upload, or whoever was before it. `undefined`: nobody, and the bytes are gone. */
const claimFor = async (deps: RegistryDeps, { upload }: Result, proof: Proof, known?: Uint8Array) => {
  const { key, versionId } = upload;
  const source = { key, versionId: versionId ?? '' };
  const existing = known ? undefined : await findClaim(deps)(proof.release);
  if (existing) return existing;
  const body = known ?? (await deps.registry.getVersion(key, source.versionId))?.body;
  // Looked for once more: what was claimed may have been cleared away in between.
  if (!body) return findClaim(deps)(proof.release);
  const { sha256, signature } = proof;
  return claim(deps)(proof.release, body, { sha256, signature, upload: source });
};

/**
 * From proven to released: the package object claims the version, and whoever finds one finishes its release before
 * anything else. `undefined`: the upload is refused or gone, and was told so.
 */
export const completeProof =
  (deps: RegistryDeps) =>
  async (proven: Result, body?: Uint8Array): Promise<Publication | undefined> => {
    const { proof } = proven.progress;
    if (!proof) throw new Error(`nothing was proven of ${proven.upload.key}`);
    const release = await claimFor(deps, proven, proof, body);
    if (!release) {
      await concludeProof(deps)(proven, { code: 'SUPERSEDED' });
      return undefined;
    }
    await finishRelease(deps)(release);
    if (release.sha256 === proof.sha256) return { release, result: proven };
    await concludeProof(deps)(proven, conflict(release, proof));
    return undefined;
  };
