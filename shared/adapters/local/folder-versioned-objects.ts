import { createHash } from 'node:crypto';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { VersionedObjects } from '#shared/ports/versioned-objects.ts';
import { folderObjectStore, type FolderObjectStoreOptions } from './folder-object-store.ts';

/**
 * A folder keeps one version of each object, and names it by its ETag: the same bytes are the same version again.
 * Nobody gave the store a digest to verify, so it tells none.
 */
export const folderRegistryStore = (
  root: string,
  options: FolderObjectStoreOptions = {},
): ObjectStore & VersionedObjects => {
  const store = folderObjectStore(root, options);
  return {
    ...store,

    stat: async (key, versionId) => {
      const file = await store.stat(key);
      if (file === undefined || (versionId !== undefined && versionId !== file.etag)) return undefined;
      return { key, versionId: file.etag, ...file, sha256: null };
    },

    getVersion: async (key, versionId) => {
      const object = await store.get(key);
      return object?.etag === versionId ? object : undefined;
    },

    deleteVersion: async (key, versionId) => {
      // Refused when something else lies there: then that version is gone already.
      await store.delete(key, { etag: versionId });
    },

    putProven: async (key, body, { sha256, metadata }) => {
      if (createHash('sha256').update(body).digest('hex') !== sha256)
        throw new Error(`the bytes for ${key} are not those of the digest`);
      return store.put(key, body, 'absent', metadata);
    },
  };
};
