import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import {
  bytes,
  created,
  etagOf,
  precondition,
  racing,
  textAt,
  textOf,
  winners,
} from '../support/object-store-words.ts';

/** Conditional writes, one after the other and all at once. */
export const objectStoreWritesContract = (make: () => ObjectStore | Promise<ObjectStore>): void => {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await make();
  });

  describe('creating', () => {
    it('reads nothing where nothing was written', async () => {
      expect(await store.get('a')).toBeUndefined();
    });

    it('gives back what was created', async () => {
      const etag = await created(store, 'a/b.json', 'one', { author: 'ada' });
      expect(await store.get('a/b.json')).toEqual({
        body: expect.toSatisfy((body: Uint8Array) => textOf(body) === 'one'),
        etag,
        metadata: { author: 'ada' },
        modifiedAt: expect.toSatisfy(Number.isInteger),
      });
    });

    it('never replaces, and leaves no trace of the attempt', async () => {
      const etag = await created(store, 'a', 'one', { author: 'ada' });
      expect(await store.put('a', bytes('two'), 'absent', { author: 'bob' })).toEqual(precondition);
      expect(await store.get('a')).toMatchObject({ etag, metadata: { author: 'ada' } });
    });

    it('refuses even the content that is there', async () => {
      await created(store, 'a', 'one');
      expect(await store.put('a', bytes('one'), 'absent')).toEqual(precondition);
    });

    it('lets one of 32 at once win', async () => {
      const outcomes = await racing(32, (racer) => store.put('a', bytes(`racer ${racer}`), 'absent'));
      const [winner, ...others] = winners(outcomes);
      expect(others).toEqual([]);
      expect(await textAt(store, 'a')).toBe(`racer ${winner}`);
    });

    it('lets everybody win on a key of their own', async () => {
      const outcomes = await racing(32, (racer) => store.put(`a/${racer}`, bytes('mine'), 'absent'));
      expect(winners(outcomes)).toHaveLength(32);
      expect((await store.list('a/')).objects).toHaveLength(32);
    });
  });

  describe('replacing', () => {
    it('replaces exactly the content that was named', async () => {
      const one = await created(store, 'a', 'one');
      const outcome = await store.put('a', bytes('two'), { etag: one });
      expect(outcome).toMatchObject({ ok: true });
      expect(await store.get('a')).toMatchObject({ etag: etagOf(outcome) });
      expect(await textAt(store, 'a')).toBe('two');
    });

    it('refuses a stale etag and leaves the content as it is', async () => {
      const one = await created(store, 'a', 'one');
      await store.put('a', bytes('two'), { etag: one });
      expect(await store.put('a', bytes('three'), { etag: one })).toEqual(precondition);
      expect(await textAt(store, 'a')).toBe('two');
    });

    it('does not create', async () => {
      const etag = await created(store, 'a', 'one');
      expect(await store.put('b', bytes('one'), { etag })).toEqual(precondition);
      expect(await store.get('b')).toBeUndefined();
    });

    it('gives the same bytes the same etag again, whatever came between', async () => {
      const a = await created(store, 'a', 'A');
      const b = etagOf(await store.put('a', bytes('B'), { etag: a }));
      const again = etagOf(await store.put('a', bytes('A'), { etag: b }, { with: 'metadata' }));
      expect(again).toBe(a);
      expect(b).not.toBe(a);
    });

    it('accepts the content that is there', async () => {
      const etag = await created(store, 'a', 'one');
      expect(await store.put('a', bytes('one'), { etag })).toEqual({ ok: true, etag });
    });

    it('lets exactly one of 32 at once win, round after round', async () => {
      let etag = await created(store, 'a', 'round 0');
      for (let round = 1; round <= 5; round++) {
        const outcomes = await racing(32, (racer) => store.put('a', bytes(`${round} of ${racer}`), { etag }));
        const [winner, ...others] = winners(outcomes);
        expect(others).toEqual([]);
        expect(await textAt(store, 'a')).toBe(`${round} of ${winner}`);
        etag = (await store.get('a'))?.etag ?? '';
      }
    });
  });

  describe('deleting', () => {
    it('removes exactly the content that was named', async () => {
      const etag = await created(store, 'a', 'one');
      expect(await store.delete('a', { etag })).toMatchObject({ ok: true });
      expect(await store.get('a')).toBeUndefined();
      expect((await store.list('')).objects).toEqual([]);
    });

    it('refuses a stale etag and leaves the content as it is', async () => {
      const one = await created(store, 'a', 'one');
      await store.put('a', bytes('two'), { etag: one });
      expect(await store.delete('a', { etag: one })).toEqual(precondition);
      expect(await textAt(store, 'a')).toBe('two');
    });

    it('is content when the key is gone already', async () => {
      const etag = await created(store, 'a', 'one');
      await store.delete('a', { etag });
      expect(await store.delete('a', { etag })).toMatchObject({ ok: true });
    });

    it('makes room for a new object, without the old metadata', async () => {
      const etag = await created(store, 'a', 'one', { author: 'ada' });
      await store.delete('a', { etag });
      await created(store, 'a', 'one');
      expect(await store.get('a')).toMatchObject({ etag, metadata: {} });
    });

    it('wins or loses against a replacement at the same time, never both', async () => {
      for (let round = 0; round < 10; round++) {
        const etag = await created(store, `a${round}`, 'one');
        const [deleted, replaced] = await Promise.all([
          store.delete(`a${round}`, { etag }),
          store.put(`a${round}`, bytes('two'), { etag }),
        ]);
        expect(deleted.ok).toBe(!replaced.ok);
        expect((await store.get(`a${round}`)) === undefined).toBe(deleted.ok);
      }
    });
  });
};
