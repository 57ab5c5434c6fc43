import { beforeEach, describe, expect, it } from 'vitest';
import { documents, type Documents } from '#shared/usecases/documents.ts';
import { memoryObjectStore } from '../support/memory-object-store.ts';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { watchedStore, type WatchedStore } from '../support/watched-store.ts';

interface Count {
  readonly count: number;
  readonly nonce?: string;
}

const inFlight = { ok: false, because: 'in-flight' } as const;
const outage = new Error('connection reset');

describe('a document', () => {
  let store: WatchedStore;
  let clock: VirtualClock;
  let docs: Documents;
  let drawn: number;
  beforeEach(() => {
    store = watchedStore(memoryObjectStore());
    clock = virtualClock();
    drawn = 0;
    docs = documents({ store, clock, random: () => (drawn += 0.001) });
  });

  const present = async (): Promise<number | undefined> => (await docs.read<Count>('a.json'))?.value.count;
  const write = (text: string): Promise<unknown> => store.put('a.json', new TextEncoder().encode(text), 'absent');
  /** The first so many writes are answered thus. */
  const refusing = (times: number): void => {
    let left = times;
    store.refuse = () => ((left -= 1) >= 0 ? inFlight : undefined);
  };
  /** The first so many calls of a kind fail, before or after they happened. */
  const failing = (when: 'before' | 'after', op: string, times: number): void => {
    let left = times;
    store[when] = (call) => {
      if (call.op === op && (left -= 1) >= 0) throw outage;
    };
  };
  const puts = (): number => store.calls.filter(({ op }) => op === 'put').length;

  describe('is read', () => {
    it('as undefined only when it is not there', async () => {
      expect(await docs.read('a.json')).toBeUndefined();
    });

    it.each(['', 'not json', '{"count":1', '\u0000'])(
      'with an error when it holds %j, and never as absent',
      async (text) => {
        await write(text);
        await expect(docs.read('a.json')).rejects.toThrow('not a JSON document: a.json');
      },
    );

    it('with an error when the store does not answer', async () => {
      failing('before', 'get', 1);
      await expect(docs.read('a.json')).rejects.toBe(outage);
    });
  });

  describe('is swapped', () => {
    it('from nothing, and then from what was there', async () => {
      const first = await docs.swap('a.json', null, { count: 1 });
      expect(first).toEqual({ value: { count: 1 }, etag: expect.any(String) });
      const second = await docs.swap('a.json', first?.etag ?? '', { count: 2 });
      expect(second?.etag).toBe((await docs.read('a.json'))?.etag);
      expect(await present()).toBe(2);
    });

    it('by nobody who is late', async () => {
      const first = await docs.swap('a.json', null, { count: 1 });
      expect(await docs.swap('a.json', null, { count: 7 })).toBeUndefined();
      await docs.swap('a.json', first?.etag ?? '', { count: 2 });
      expect(await docs.swap('a.json', first?.etag ?? '', { count: 7 })).toBeUndefined();
      expect(await present()).toBe(2);
    });

    it('by one of two who write the very same', async () => {
      const outcomes = await Promise.all([1, 2].map(() => docs.swap('a.json', null, { count: 1 })));
      expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
    });

    it('with a nonce of its writer, so that no two writes are the same bytes', async () => {
      const { etag } = (await docs.swap('a.json', null, { count: 1 })) ?? { etag: '' };
      const again = await docs.swap('a.json', etag, { count: 1 });
      expect(again?.etag).not.toBe(etag);
      expect((await docs.read<Count>('a.json'))?.value.nonce).toMatch(/^\w{6,}$/);
    });
  });

  describe('that conflicts with a write in flight', () => {
    it.each([1, 4])('is written again: %d times', async (times) => {
      refusing(times);
      expect(await docs.swap('a.json', null, { count: 1 })).toBeDefined();
      expect(clock.slept).toHaveLength(times);
      expect(await present()).toBe(1);
    });

    it('is given up after five attempts, loudly', async () => {
      refusing(5);
      await expect(docs.swap('a.json', null, { count: 1 })).rejects.toThrow('no answer to a write of a.json');
      expect(puts()).toBe(5);
    });

    it('waits twice as long each time, from half of 50 ms', async () => {
      refusing(4);
      await docs.swap('a.json', null, { count: 1 });
      for (const [attempt, ms] of clock.slept.entries()) {
        expect(ms).toBeGreaterThanOrEqual(25 * 2 ** attempt);
        expect(ms).toBeLessThan(50 * 2 ** attempt);
      }
    });

    it('is not read back: nothing is known of it', async () => {
      refusing(1);
      await docs.swap('a.json', null, { count: 1 });
      expect(store.calls.map(({ op }) => op)).toEqual(['put', 'put']);
    });
  });

  describe('whose writer got no answer', () => {
    it('is recognised by its nonce', async () => {
      failing('after', 'put', 1);
      const written = await docs.swap('a.json', null, { count: 1 });
      expect(written?.value).toEqual({ count: 1 });
      expect(written?.etag).toBe((await docs.read('a.json'))?.etag);
      expect(puts()).toBe(1);
    });

    it('is written again if it was not', async () => {
      failing('before', 'put', 1);
      expect(await docs.swap('a.json', null, { count: 1 })).toBeDefined();
      expect(puts()).toBe(2);
      expect(await present()).toBe(1);
    });

    it('is recognised when the write came through so late that the next attempt met it', async () => {
      let late: (() => Promise<unknown>) | undefined;
      const { put } = store;
      store.put = async (...args) => {
        if (late) return put(...args);
        late = () => put(...args);
        throw outage;
      };
      const { get } = store;
      store.get = async (key) => {
        const answer = await get(key);
        // Between the look and the next attempt the lost write arrives.
        await late?.();
        return answer;
      };
      expect((await docs.swap('a.json', null, { count: 1 }))?.value).toEqual({ count: 1 });
      expect(await present()).toBe(1);
    });

    it('is lost to whoever wrote over it', async () => {
      const first = await docs.swap('a.json', null, { count: 1 });
      const other = documents({ store: store, clock, random: () => 0.77 });
      store.after = async ({ op }) => {
        if (op !== 'put') return;
        store.after = () => undefined;
        const written = await docs.read<Count>('a.json');
        await other.swap('a.json', written?.etag ?? '', { count: 9 });
        throw outage;
      };
      expect(await docs.swap('a.json', first?.etag ?? '', { count: 2 })).toBeUndefined();
      expect(await present()).toBe(9);
    });

    it('is given up after five attempts, and says why', async () => {
      failing('before', 'put', 5);
      const failure = docs.swap('a.json', null, { count: 1 });
      await expect(failure).rejects.toThrow('no answer to a write of a.json');
      await expect(failure).rejects.toMatchObject({ cause: outage });
    });
  });

  describe('is dropped', () => {
    const etag = async (): Promise<string> => (await docs.swap('a.json', null, { count: 1 }))?.etag ?? '';

    it('as it was read', async () => {
      expect(await docs.drop('a.json', await etag())).toBe(true);
      expect(await docs.read('a.json')).toBeUndefined();
    });

    it('without complaint when it is gone', async () => {
      expect(await docs.drop('a.json', 'gone')).toBe(true);
    });

    it('by nobody who read it before it changed', async () => {
      const before = await etag();
      await docs.swap('a.json', before, { count: 2 });
      expect(await docs.drop('a.json', before)).toBe(false);
      expect(await present()).toBe(2);
    });

    it('again after a conflict, and after a lost answer', async () => {
      const before = await etag();
      refusing(1);
      failing('after', 'delete', 2);
      expect(await docs.drop('a.json', before)).toBe(true);
    });

    it('loudly not, after five attempts', async () => {
      const before = await etag();
      failing('before', 'delete', 5);
      const failure = docs.drop('a.json', before);
      await expect(failure).rejects.toThrow('no answer to a delete of a.json');
      await expect(failure).rejects.toMatchObject({ cause: outage });
    });
  });

  it('is found by its prefix, beyond one page', async () => {
    const keys = Array.from({ length: 2_001 }, (_, index) => `leases/${String(index).padStart(5, '0')}`);
    for (const key of keys) await store.put(key, new Uint8Array(), 'absent');
    await store.put('other', new Uint8Array(), 'absent');
    store.calls.length = 0;
    expect(await docs.keys('leases/')).toEqual(keys);
    expect(store.calls).toHaveLength(3);
  });
});
