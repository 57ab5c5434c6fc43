import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import { allKeys, bytes, created, etagOf, precondition, textAt, textOf } from '../support/object-store-words.ts';

/** What a store may honestly not be able to do. It has to say so then, not to do something else. */
export interface ObjectStoreRefusals {
  /** A key that is a folder of another: `a` beside `a/b`. */
  readonly nestedKeys?: boolean;
  /** A key of 1024 bytes without a slash. */
  readonly longSegments?: boolean;
}

/** What objects are made of: metadata, bytes, keys. */
export const objectStoreContentsContract = (
  make: () => ObjectStore | Promise<ObjectStore>,
  refuses: ObjectStoreRefusals,
): void => {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await make();
  });

  describe('metadata', () => {
    it('is replaced as a whole, together with the bytes', async () => {
      const one = await created(store, 'a', 'one', { author: 'ada', kind: 'draft' });
      const two = etagOf(await store.put('a', bytes('two'), { etag: one }, { author: 'bob' }));
      expect(await store.get('a')).toMatchObject({ etag: two, metadata: { author: 'bob' } });
      await store.put('a', bytes('three'), { etag: two });
      expect((await store.get('a'))?.metadata).toEqual({});
    });

    it('may change while the bytes stay', async () => {
      const etag = await created(store, 'a', 'one', { author: 'ada' });
      await store.put('a', bytes('one'), { etag }, { author: 'bob' });
      expect((await store.get('a'))?.metadata).toEqual({ author: 'bob' });
      await store.put('a', bytes('one'), { etag });
      expect((await store.get('a'))?.metadata).toEqual({});
    });

    it('belongs to the bytes it is read with, while both change', async () => {
      let etag = await created(store, 'a', '0', { revision: '0' });
      const writing = async () => {
        for (let revision = 1; revision <= 50; revision++) {
          // Every third revision has none, so that it has to disappear as well.
          const metadata = revision % 3 === 0 ? undefined : { revision: String(revision) };
          etag = etagOf(await store.put('a', bytes(String(revision)), { etag }, metadata));
        }
      };
      const reading = async () => {
        for (;;) {
          const object = await store.get('a');
          const revision = textOf(object?.body);
          expect(object?.metadata).toEqual(Number(revision) % 3 === 0 && revision !== '0' ? {} : { revision });
          if (revision === '50') return;
        }
      };
      await Promise.all([writing(), reading(), reading()]);
    });
  });

  describe('bytes', () => {
    it.each([
      ['nothing', new Uint8Array()],
      ['every byte there is', Uint8Array.from({ length: 256 }, (_, index) => index)],
      ['5 MiB', Uint8Array.from({ length: 5 * 1024 * 1024 }, (_, index) => index % 251)],
    ])('come back as they were: %s', async (_, body) => {
      await store.put('a', body, 'absent');
      const object = await store.get('a');
      expect(Buffer.compare(object?.body ?? bytes('?'), body)).toBe(0);
      expect((await store.list('a')).objects).toMatchObject([{ size: body.byteLength }]);
    });

    it('are the store’s own: neither the writer nor a reader can change them later', async () => {
      const body = bytes('one');
      await store.put('a', body, 'absent');
      body.fill(0);
      (await store.get('a'))?.body.fill(0);
      expect(await textAt(store, 'a')).toBe('one');
    });
  });

  describe('keys', () => {
    it.each(awkwardKeys)('may be %j', async (key) => {
      await created(store, key, 'one');
      expect(await textAt(store, key)).toBe('one');
      expect((await store.list(key)).objects).toMatchObject([{ key }]);
    });

    it('stay apart when they differ only in case, in escapes or in how a letter is composed', async () => {
      const keys = ['name', 'Name', 'NAME', '%4Eame', '%4eame', '\u00e9', 'e\u0301', '%C3%A9'];
      for (const key of keys) await created(store, key, key);
      for (const key of keys) expect(await textAt(store, key)).toBe(key);
      expect(await allKeys(store, '')).toHaveLength(keys.length);
    });

    it.each([
      ['no bytes', ''],
      ['1025 bytes', 'folder/'.repeat(146) + 'key'],
      ['1025 bytes in fewer characters', 'fol\u00e9/'.repeat(170) + 'fiver'],
    ])('are refused with %s', async (_, key) => {
      await expect(store.get(key)).rejects.toThrow();
      await expect(store.put(key, bytes('one'), 'absent')).rejects.toThrow();
      await expect(store.delete(key, { etag: 'any' })).rejects.toThrow();
    });

    it('may have 1024 bytes', async () => {
      const key = 'folder/'.repeat(146) + 'ab';
      expect(Buffer.byteLength(key)).toBe(1024);
      await created(store, key, 'one');
      expect(await allKeys(store, 'folder/')).toEqual([key]);
    });

    if (refuses.longSegments) {
      it('are refused when a part between slashes is too long', async () => {
        await expect(store.put('a'.repeat(1024), bytes('one'), 'absent')).rejects.toThrow(/longer/);
        expect(await store.get('a'.repeat(1024))).toBeUndefined();
      });
    } else {
      it('may have 1024 bytes without a slash', async () => {
        await created(store, 'a'.repeat(1024), 'one');
        expect(await textAt(store, 'a'.repeat(1024))).toBe('one');
      });
    }

    it('that are only a folder of others read as nothing', async () => {
      const etag = await created(store, 'a/b', 'one');
      expect(await store.get('a')).toBeUndefined();
      expect(await store.get('a/b/c')).toBeUndefined();
      expect(await store.put('a', bytes('two'), { etag })).toEqual(precondition);
      expect(await store.delete('a', { etag })).toMatchObject({ ok: true });
      expect(await allKeys(store, '')).toEqual(['a/b']);
    });

    if (refuses.nestedKeys) {
      it.each([
        ['a', 'a/b'],
        ['a/b', 'a'],
        ['a/b/c', 'a'],
        ['a', 'a/b/c'],
      ])('are refused when one would be a folder of another: %j, then %j', async (first, second) => {
        await created(store, first, 'one');
        await expect(store.put(second, bytes('two'), 'absent')).rejects.toThrow(/folder of another/);
        expect(await allKeys(store, '')).toEqual([first]);
      });
    } else {
      it('may be a folder of another', async () => {
        await created(store, 'a', 'one');
        await created(store, 'a/b', 'two');
        expect(await allKeys(store, 'a')).toEqual(['a', 'a/b']);
      });
    }
  });
};

const awkwardKeys = [
  'with space',
  ' leading and trailing ',
  '100%',
  '%2F',
  'a+b=c,d@e~f',
  'UPPER/Case.JSON',
  '.hidden/.file',
  '...',
  `quotes"and'more`,
  'ampersand&<angle>',
  'question?hash#',
  'back\\slash',
  'colon:star*pipe|',
  'gr\u00fc\u00dfe/\u65e5\u672c',
  '\u{1f6cc}/\u{1f511}',
];
