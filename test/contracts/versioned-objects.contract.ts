import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { ObjectVersion, VersionedObjects } from '#shared/ports/versioned-objects.ts';
import { bytes, created, precondition, racing, textAt, textOf, winners } from '../support/object-store-words.ts';

type Store = ObjectStore & VersionedObjects;

export interface VersionedObjectsContract {
  readonly name: string;
  /** An empty store. */
  readonly make: () => Store | Promise<Store>;
  /** Whether it tells the digest that it was given with the bytes. */
  readonly tellsDigest?: boolean;
  /** Whether a version that is no longer current is kept, and the same bytes put again are another version. */
  readonly keepsVersions?: boolean;
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
const proofOf = (text: string, metadata = {}) => ({ sha256: sha256Of(text), metadata });

/** What a store with versions promises beside those of every store. */
export const versionedObjectsContract = ({
  name,
  make,
  tellsDigest = true,
  keepsVersions = true,
}: VersionedObjectsContract): void => {
  let store: Store;
  beforeEach(async () => {
    store = await make();
  });

  const statOf = async (key: string): Promise<ObjectVersion> => {
    const version = await store.stat(key);
    if (!version) throw new Error(`nothing at ${key}`);
    return version;
  };

  describe(`versioned objects: ${name}`, () => {
    it('have nothing to tell of what is not there', async () => {
      expect(await store.stat('a')).toBeUndefined();
      await created(store, 'a', 'one');
      const { versionId } = await statOf('a');
      expect(await store.stat('b')).toBeUndefined();
      expect(await store.stat('b', versionId)).toBeUndefined();
      expect(await store.getVersion('b', versionId)).toBeUndefined();
    });

    it('tell the size, the metadata and the times of what is there, as reading it does', async () => {
      const etag = await created(store, 'a/b', 'one', { author: 'ada' });
      const object = await store.get('a/b');
      const version = await statOf('a/b');
      expect(version).toEqual({
        key: 'a/b',
        versionId: expect.stringMatching(/./),
        etag,
        size: 3,
        modifiedAt: object?.modifiedAt,
        metadata: { author: 'ada' },
        sha256: null,
      });
      expect(await store.stat('a/b', version.versionId)).toEqual(version);
      expect(await store.getVersion('a/b', version.versionId)).toEqual(object);
    });

    it('may be empty', async () => {
      await created(store, 'a', '');
      const { size, versionId } = await statOf('a');
      expect(size).toBe(0);
      expect(textOf((await store.getVersion('a', versionId))?.body)).toBe('');
    });

    it('are looked at as they are now', async () => {
      const one = await created(store, 'a', 'one');
      const first = await statOf('a');
      await store.put('a', bytes('two!'), { etag: one });
      const second = await statOf('a');
      expect(second).toMatchObject({ size: 4 });
      expect(second.versionId).not.toBe(first.versionId);
    });

    it('give the bytes of the version named and of no other', async () => {
      const one = await created(store, 'a', 'one');
      const first = await statOf('a');
      await store.put('a', bytes('two'), { etag: one });
      const kept = await store.getVersion('a', first.versionId);
      expect(textOf(kept?.body)).toBe(keepsVersions ? 'one' : undefined);
      expect((await store.stat('a', first.versionId))?.size).toBe(keepsVersions ? 3 : undefined);
      expect(textOf((await store.getVersion('a', (await statOf('a')).versionId))?.body)).toBe('two');
    });

    it('are deleted one by one: the newer stays, whichever goes', async () => {
      const one = await created(store, 'a', 'one');
      const first = await statOf('a');
      await store.put('a', bytes('two'), { etag: one });
      await store.deleteVersion('a', first.versionId);
      expect(await textAt(store, 'a')).toBe('two');
      expect(await store.getVersion('a', first.versionId)).toBeUndefined();
    });

    it('come to light again when what lay on them is deleted', async () => {
      const one = await created(store, 'a', 'one');
      await store.put('a', bytes('two'), { etag: one });
      await store.deleteVersion('a', (await statOf('a')).versionId);
      expect(await textAt(store, 'a')).toBe(keepsVersions ? 'one' : undefined);
    });

    it('are gone for good when the only one is deleted, and leave room', async () => {
      await created(store, 'a', 'one');
      const { versionId } = await statOf('a');
      await store.deleteVersion('a', versionId);
      expect(await store.stat('a')).toBeUndefined();
      expect(await store.get('a')).toBeUndefined();
      expect((await store.list('')).objects).toEqual([]);
      await store.deleteVersion('a', versionId);
      await created(store, 'a', 'two');
      await store.deleteVersion('a', versionId);
      expect(await textAt(store, 'a')).toBe('two');
    });

    if (keepsVersions) {
      it('are told apart when they have the same bytes', async () => {
        await created(store, 'a', 'one');
        const first = await statOf('a');
        await store.deleteVersion('a', first.versionId);
        await created(store, 'a', 'one');
        expect((await statOf('a')).versionId).not.toBe(first.versionId);
      });
    }
  });

  describe(`proven bytes: ${name}`, () => {
    it('are kept with their metadata and digest', async () => {
      expect(await store.putProven('a', bytes('one'), proofOf('one', { author: 'ada' }))).toMatchObject({ ok: true });
      expect(await textAt(store, 'a')).toBe('one');
      const { metadata, sha256 } = await statOf('a');
      expect(metadata).toEqual({ author: 'ada' });
      expect(sha256).toBe(tellsDigest ? sha256Of('one') : null);
    });

    it('are refused when they are others than those of the proof, and nothing is kept', async () => {
      await expect(store.putProven('a', bytes('two'), proofOf('one'))).rejects.toThrow();
      expect(await store.stat('a')).toBeUndefined();
    });

    it('never replace anything, not even the same bytes', async () => {
      await store.putProven('a', bytes('one'), proofOf('one', { author: 'ada' }));
      expect(await store.putProven('a', bytes('two'), proofOf('two'))).toEqual(precondition);
      expect(await store.putProven('a', bytes('one'), proofOf('one'))).toEqual(precondition);
      expect((await statOf('a')).metadata).toEqual({ author: 'ada' });
    });

    it('are kept once when 20 bring them at once', async () => {
      const outcomes = await racing(20, (racer) => store.putProven('a', bytes(`by ${racer}`), proofOf(`by ${racer}`)));
      const [winner, ...others] = winners(outcomes);
      expect(others).toEqual([]);
      expect(await textAt(store, 'a')).toBe(`by ${winner}`);
    });
  });
};
