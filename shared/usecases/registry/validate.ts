import type { Developer } from '#shared/domain/registry/developer.ts';
import { parseUploadKey, registryKeys } from '#shared/domain/registry/registry-keys.ts';
import { toVerdict, type Judgement, type Verdict } from '#shared/domain/registry/verdict.ts';
import type { ObjectVersion } from '#shared/ports/versioned-objects.ts';
import { CHECKSUM_PATIENCE_MS } from './checksums.ts';
import type { JudgingDeps, UploadReader } from './deps.ts';
import { judge, type Opinion } from './judge.ts';
import { addressFault } from './receive.ts';

/** What somebody is about to upload. */
export interface Candidate {
  readonly developer: string;
  /** As the file is called, with its ending. */
  readonly file: string;
  readonly size: number;
  /** Only of use up to the size that is allowed: of a larger one nothing is read. */
  readonly body: Uint8Array;
  /** What lies beside it; null: nothing does, and the digest comes with the bytes. */
  readonly checksum: Uint8Array | null;
  readonly signature: Uint8Array | null;
}

type Objects = ReadonlyMap<string, { readonly version: ObjectVersion; readonly body: Uint8Array }>;

/** No bucket has named it yet. */
const UNNAMED = 'unnamed';

const readerOf = (objects: Objects): UploadReader => ({
  stat: async (key) => objects.get(key)?.version,
  getVersion: async (key) => {
    const found = objects.get(key);
    return found && { ...found.version, body: found.body };
  },
});

/** As the bucket would show it, had the whole set just been uploaded in its order. */
const asUploaded = (deps: Pick<JudgingDeps, 'codec'>, key: string, candidate: Candidate, now: number): Objects => {
  const { body, size, checksum, signature } = candidate;
  const entry = (at: string, bytes: Uint8Array, more: Partial<ObjectVersion> = {}) => {
    const named = { key: at, versionId: UNNAMED, etag: UNNAMED, sha256: null };
    return [
      at,
      { body: bytes, version: { ...named, size: bytes.length, modifiedAt: now + 1, metadata: {}, ...more } },
    ] as const;
  };
  const metadata: Readonly<Record<string, string>> = checksum ? {} : { sha256: deps.codec.sha256(body) };
  return new Map([
    entry(key, body, { size, modifiedAt: now, metadata }),
    ...(checksum ? [entry(`${key}.sha256`, checksum)] : []),
    ...(signature ? [entry(`${key}.sig`, signature)] : []),
  ]);
};

const judgementOn = (
  opinion: Opinion,
): { readonly sha256: string | null; readonly said: Omit<Judgement, 'upload'> } => {
  if (opinion.is === 'rejected') {
    const { fault, release, sha256 = null } = opinion;
    return { sha256, said: { ...fault, ...(release && { release }) } };
  }
  if (opinion.is === 'proven') {
    const { release, warnings, sha256 } = opinion;
    return { sha256, said: { code: 'PUBLISHED', release, warnings } };
  }
  throw new Error(`nothing to wait for, and yet ${opinion.is}`);
};

/**
 * The verdict that an upload would get from a registry that has no such version yet, to the byte, without one: only
 * what the bucket would call the upload is not known.
 */
export const validate =
  ({ codec, yaml, clock }: Pick<JudgingDeps, 'codec' | 'yaml' | 'clock'>) =>
  async (candidate: Candidate, terms: Developer): Promise<Verdict> => {
    const { developer, file, size } = candidate;
    const now = clock.now();
    const key = `${registryKeys.uploadsOf(developer)}${file}`;
    const upload = parseUploadKey(key);
    const at = (sha256: string | null) => ({ key, versionId: null, size, sha256 });
    if (upload?.kind !== 'package') return toVerdict({ ...addressFault(key), upload: at(null) }, now);
    const objects = asUploaded({ codec }, key, candidate, now);
    const version = objects.get(key)?.version;
    if (!version) throw new Error(`${key} was just put there`);
    // Whatever does not lie there will not come any more.
    const later = { ...clock, now: () => now + CHECKSUM_PATIENCE_MS };
    const opinion = await judge({ registry: readerOf(objects), codec, yaml, clock: later })({ upload, version, terms });
    const { sha256, said } = judgementOn(opinion);
    return toVerdict({ ...said, upload: at(sha256) }, now);
  };
