import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject, WriteCondition, WriteOutcome } from '#shared/ports/object-store.ts';
import type { ObjectVersion, VersionedObjects } from '#shared/ports/versioned-objects.ts';
import { objects, type Objects, type Put, type SimObject } from './sim-aws/objects.ts';

const refused: WriteOutcome = { ok: false, because: 'precondition' };

export const storedOf = ({ body, etag, metadata, modifiedAt }: SimObject): StoredObject => ({
  body: Uint8Array.from(body),
  etag,
  metadata,
  modifiedAt,
});

export const versionOf = (key: string, found: SimObject): ObjectVersion => ({
  key,
  versionId: found.versionId,
  etag: found.etag,
  size: found.body.byteLength,
  modifiedAt: found.modifiedAt,
  metadata: found.metadata,
  sha256: found.sha256,
});

/** Refuses bytes that are not those of the digest, as S3 does. */
export const requireDigest = (body: Uint8Array, sha256: string): void => {
  if (createHash('sha256').update(body).digest('hex') !== sha256) throw new Error('BadDigest');
};

export interface MemoryRegistryStore extends ObjectStore, VersionedObjects {
  /** What is behind it, for setting the stage. */
  readonly objects: Objects;
}

/** A bucket with versions that forgets everything when it goes. */
export const memoryRegistryStore = ({
  now = Date.now,
  bucket = objects(now, () => {}, { isVersioned: true }),
}: { readonly now?: () => number; readonly bucket?: Objects } = {}): MemoryRegistryStore => {
  const put = (key: string, what: Put, condition: WriteCondition): WriteOutcome => {
    requireKey(key);
    const object = bucket.put('memory', key, what, condition);
    return object ? { ok: true, etag: object.etag } : refused;
  };
  return {
    objects: bucket,
    get: async (key) => {
      requireKey(key);
      const found = bucket.get(key);
      return found && storedOf(found);
    },
    put: async (key, body, condition, metadata = {}) => put(key, { body, metadata }, condition),
    delete: async (key, condition) => {
      requireKey(key);
      if (bucket.has(key) && !bucket.holds(key, condition)) return refused;
      if (bucket.has(key)) bucket.delete('memory', key);
      return { ok: true, etag: condition.etag };
    },
    list: async (prefix, { after = '', limit = 1000 } = {}) => {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new RangeError(`no limit: ${limit}`);
      const found = bucket.list(prefix, after);
      const shown = found.slice(0, limit).map(([key, object]) => versionOf(key, object));
      return {
        objects: shown.map(({ key, etag, size, modifiedAt }) => ({ key, etag, size, modifiedAt })),
        next: found.length > limit ? shown.at(-1)?.key : undefined,
      };
    },
    stat: async (key, versionId) => {
      requireKey(key);
      const found = versionId === undefined ? bucket.get(key) : bucket.getVersion(key, versionId);
      return found && versionOf(key, found);
    },
    getVersion: async (key, versionId) => {
      const found = bucket.getVersion(key, versionId);
      return found && storedOf(found);
    },
    deleteVersion: async (key, versionId) => bucket.deleteVersion('memory', key, versionId),
    putProven: async (key, body, { sha256, metadata }) => {
      requireDigest(body, sha256);
      return put(key, { body, metadata, sha256 }, 'absent');
    },
  };
};

const requireKey = (key: string): void => {
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > 1024) throw new Error(`not a key: ${key}`);
};
