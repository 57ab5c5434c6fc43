import { resultKey, type ReleaseId } from '#shared/domain/registry/registry-keys.ts';
import { instant, readInstant } from '#shared/domain/registry/shape.ts';
import type { DetachedSignature } from '#shared/domain/registry/signature.ts';
import type { Moment } from '#shared/domain/registry/upload-order.ts';
import type { Verdict } from '#shared/domain/registry/verdict.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import type { RegistryDeps } from './deps.ts';

/** One version of what was uploaded under a key. */
export interface Arrival extends Moment {
  readonly key: string;
  readonly versionId: string;
}

/** A version of a sidecar that was used, and goes when the package goes. */
export interface Companion {
  readonly key: string;
  readonly versionId: string;
}

/** What was proven, and is decided by that: from here on it is published as this, or refused by it. */
export interface Proof {
  readonly release: ReleaseId;
  readonly sha256: string;
  readonly signature: DetachedSignature | null;
}

/** What lies in `results/`: the verdict on the newest upload of a key, and how far that upload has come. */
export interface Result extends Verdict {
  readonly progress: {
    readonly uploadedAt: string;
    readonly sequencer: string | null;
    readonly companions: readonly Companion[];
    /** null until it is proven. */
    readonly proof: Proof | null;
  };
}

/** What the uploader is told: the same without the bookkeeping. */
export const verdictIn = (result: Result): Verdict => {
  const { verdict, code, message, fix, details, warnings, upload, validator, at } = result;
  return { verdict, code, message, fix, details, warnings, upload, package: result.package, validator, at };
};

export const isFinal = ({ verdict }: Verdict): boolean => verdict !== 'waiting';

export const arrivalOf = ({ upload, progress }: Result): Arrival => ({
  key: upload.key,
  versionId: upload.versionId ?? '',
  uploadedAt: readInstant(progress.uploadedAt) ?? 0,
  sequencer: progress.sequencer,
});

/**
 * The same bytes, put there at the same time. A store without versions names bytes that come again as it did before,
 * and they are another upload all the same.
 */
export const isSameUpload = (a: Arrival, b: Arrival): boolean =>
  a.key === b.key && a.versionId === b.versionId && a.uploadedAt === b.uploadedAt;

export interface Filing {
  readonly arrival: Arrival;
  readonly verdict: Verdict;
  readonly companions?: readonly Companion[];
  readonly proof?: Proof | null;
}

export const toResult = ({ arrival, verdict, companions = [], proof = null }: Filing): Result => ({
  ...verdict,
  progress: { uploadedAt: instant(arrival.uploadedAt), sequencer: arrival.sequencer, companions, proof },
});

export type ResultDeps = Pick<RegistryDeps, 'files'>;

/** The key must be one that a verdict can lie under. */
export const readResult =
  ({ files }: ResultDeps) =>
  (key: string): Promise<Versioned<Result> | undefined> =>
    files.read<Result>(requireResultKey(key));

const requireResultKey = (key: string): string => {
  const place = resultKey(key);
  if (place === undefined) throw new Error(`nobody can be told of ${JSON.stringify(key)}`);
  return place;
};

/** In the place of what was read, and of nothing else; false: somebody else was first. */
export const writeResult =
  ({ files }: ResultDeps) =>
  async (before: Versioned<Result> | undefined, after: Result): Promise<boolean> =>
    (await files.swap(requireResultKey(after.upload.key), before?.etag ?? null, after)) !== undefined;
