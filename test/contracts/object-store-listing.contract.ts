import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import { allKeys, created, etagOf, bytes } from '../support/object-store-words.ts';

/** Order, prefixes and pages. */
export const objectStoreListingContract = (make: () => ObjectStore | Promise<ObjectStore>): void => {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await make();
  });

  describe('listing', () => {
    it('is empty where nothing is', async () => {
      expect(await store.list('')).toEqual({ objects: [], next: undefined });
      expect(await store.list('nowhere/')).toEqual({ objects: [], next: undefined });
    });

    it('says of each object what reading it says', async () => {
      await created(store, 'a/b', 'one', { author: 'ada' });
      const object = await store.get('a/b');
      const [summary, ...others] = (await store.list('a/')).objects;
      expect(others).toEqual([]);
      expect(summary).toMatchObject({ key: 'a/b', etag: object?.etag, size: 3 });
      // A store may keep the time of a single object in whole seconds only.
      expect(Math.abs((summary?.modifiedAt ?? 0) - (object?.modifiedAt ?? 0))).toBeLessThan(1000);
    });

    it('shows the content of now', async () => {
      const one = await created(store, 'a', 'one');
      await store.list('');
      const two = etagOf(await store.put('a', bytes('two'), { etag: one }));
      expect((await store.list('')).objects).toMatchObject([{ etag: two }]);
      await store.delete('a', { etag: two });
      expect((await store.list('')).objects).toEqual([]);
    });

    it('is in the order of the bytes', async () => {
      // U+1F600 comes after U+FFFD, though not in the order of JavaScript strings; `a-b` before `a/b` before `a0b`.
      const ordered = [
        '%',
        'A',
        'B/a',
        'a',
        'a b',
        'a-b',
        'a0b',
        'b',
        'b-c',
        'b.json',
        'b0',
        '\u00e9',
        '\ufffd',
        '\u{1f600}',
      ];
      for (const key of ordered.toReversed()) await created(store, key, 'one');
      expect(await allKeys(store, '')).toEqual(ordered);
    });

    it('sorts a folder among its neighbours', async () => {
      const ordered = ['a!', 'a-b', 'a.b', 'a/b', 'a/c/d', 'a0', 'ab'];
      for (const key of ordered.toReversed()) await created(store, key, 'one');
      expect(await allKeys(store, 'a')).toEqual(ordered);
    });

    it.each([
      ['', ['A/b', 'a/b', 'a/bc/d', 'ab/c', 'b']],
      ['a', ['a/b', 'a/bc/d', 'ab/c']],
      ['a/', ['a/b', 'a/bc/d']],
      ['a/b', ['a/b', 'a/bc/d']],
      ['a/bc', ['a/bc/d']],
      ['a/bc/d', ['a/bc/d']],
      ['a/bc/d/', []],
      ['A', ['A/b']],
      ['c', []],
    ])('holds the keys that start with %j', async (prefix, keys) => {
      for (const key of ['a/b', 'a/bc/d', 'ab/c', 'b', 'A/b']) await created(store, key, 'one');
      expect(await allKeys(store, prefix)).toEqual(keys);
    });

    it.each<[string, Parameters<ObjectStore['list']>[1], { keys: string[]; next?: string }]>([
      ['the first page', { limit: 2 }, { keys: ['a/1', 'a/2'], next: 'a/2' }],
      ['the next page', { after: 'a/2', limit: 2 }, { keys: ['a/3', 'a/4'] }],
      ['a page that ends just before the end', { limit: 3 }, { keys: ['a/1', 'a/2', 'a/3'], next: 'a/3' }],
      ['a page that is exactly full', { limit: 4 }, { keys: ['a/1', 'a/2', 'a/3', 'a/4'] }],
      ['a page of one', { limit: 1 }, { keys: ['a/1'], next: 'a/1' }],
      ['a page after a key that does not exist', { after: 'a/2x', limit: 1 }, { keys: ['a/3'], next: 'a/3' }],
      ['a page after a key before the prefix', { after: '0', limit: 1 }, { keys: ['a/1'], next: 'a/1' }],
      ['a page after the last key', { after: 'a/4' }, { keys: [] }],
      ['a page after a key behind the prefix', { after: 'b' }, { keys: [] }],
    ])('gives %s', async (_, page, { keys, next }) => {
      for (const key of ['0/1', 'a/1', 'a/2', 'a/3', 'a/4', 'b/1']) await created(store, key, 'one');
      const { objects, next: after } = await store.list('a/', page);
      expect(objects.map(({ key }) => key)).toEqual(keys);
      expect(after).toBe(next);
    });

    it('has pages of 1000 objects unless told otherwise', async () => {
      const keys = Array.from({ length: 1001 }, (_, index) => `a/${String(index).padStart(4, '0')}`);
      for (let index = 0; index < keys.length; index += 50)
        await Promise.all(keys.slice(index, index + 50).map((key) => created(store, key, 'one')));
      const first = await store.list('a/');
      expect(first.objects).toHaveLength(1000);
      expect(first.next).toBe('a/0999');
      expect((await store.list('a/', { limit: 1000 })).objects).toEqual(first.objects);
      const second = await store.list('a/', { after: 'a/0999' });
      expect(second.objects.map(({ key }) => key)).toEqual(['a/1000']);
      expect(second.next).toBeUndefined();
    });

    it.each([0, -1, 1.5, 1001, Number.NaN])('refuses a limit of %d', async (limit) => {
      await expect(store.list('', { limit })).rejects.toThrow();
    });
  });
};
