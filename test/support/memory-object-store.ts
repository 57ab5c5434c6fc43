import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject, WriteCondition, WriteOutcome } from '#shared/ports/object-store.ts';

const refused: WriteOutcome = { ok: false, because: 'precondition' };

/** An object store that forgets everything when it goes. For tests of what stands on a store. */
export const memoryObjectStore = ({ now = Date.now }: { readonly now?: () => number } = {}): ObjectStore => {
  const objects = new Map<string, StoredObject>();

  const allows = (key: string, condition: WriteCondition): boolean =>
    objects.get(key)?.etag === (condition === 'absent' ? undefined : condition.etag);

  return {
    get: async (key) => {
      requireKey(key);
      const object = objects.get(key);
      return object && { ...object, body: Uint8Array.from(object.body) };
    },
    put: async (key, body, condition, metadata = {}) => {
      requireKey(key);
      if (!allows(key, condition)) return refused;
      const etag = createHash('sha256').update(body).digest('hex');
      objects.set(key, { body: Uint8Array.from(body), etag, metadata: { ...metadata }, modifiedAt: now() });
      return { ok: true, etag };
    },
    delete: async (key, { etag }) => {
      requireKey(key);
      if (objects.has(key) && !allows(key, { etag })) return refused;
      objects.delete(key);
      return { ok: true, etag };
    },
    list: async (prefix, { after = '', limit = 1000 } = {}) => {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new RangeError(`no limit: ${limit}`);
      const found = [...objects]
        .filter(([key]) => key.startsWith(prefix) && compareBytes(key, after) > 0)
        .toSorted(([a], [b]) => compareBytes(a, b))
        .map(([key, { body, etag, modifiedAt }]) => ({ key, etag, size: body.byteLength, modifiedAt }));
      return { objects: found.slice(0, limit), next: found.length > limit ? found[limit - 1]?.key : undefined };
    },
  };
};

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const requireKey = (key: string): void => {
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > 1024) throw new Error(`not a key: ${key}`);
};
