// Run as a process of its own: node object-store-child.ts <task> <root> [<how often>]
import { folderObjectStore } from '#shared/adapters/local/folder-object-store.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';

const decode = (body: Uint8Array): string => new TextDecoder().decode(body);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Adds one to the number in `counter`, that many times, without losing what others add. */
const count = async (store: ObjectStore, times: number): Promise<void> => {
  for (let added = 0; added < times;) {
    const counter = await store.get('counter');
    const next = encode(String(Number(counter ? decode(counter.body) : '0') + 1));
    const outcome = await store.put('counter', next, counter ? { etag: counter.etag } : 'absent');
    if (outcome.ok) added++;
  }
};

/** Creates, replaces and deletes a few objects for ever. Body and metadata of each tell the same revision. */
const churn = async (store: ObjectStore): Promise<void> => {
  process.stdout.write('churning\n');
  await Promise.all(['a', 'B', 'c/d'].map((key) => churnOne(store, key)));
};

const churnOne = async (store: ObjectStore, key: string): Promise<void> => {
  for (let revision = Date.now(); ; revision++) {
    const current = await store.get(key);
    if (current && revision % 5 === 0) await store.delete(key, { etag: current.etag });
    else {
      const body = encode(JSON.stringify({ revision: String(revision), filling: 'x'.repeat(100_000) }));
      const metadata = revision % 3 === 0 ? undefined : { revision: String(revision) };
      await store.put(key, body, current ? { etag: current.etag } : 'absent', metadata);
    }
  }
};

/** Replaces one object for ever: a large body, which takes its reader some time, then small ones in quick succession. */
const alternate = async (store: ObjectStore): Promise<void> => {
  for (let revision = 0; ; revision++) {
    const current = await store.get('a');
    const body = encode(`${revision} ${'x'.repeat(revision % 4 === 0 ? 8_000_000 : 1)}`);
    await store.put('a', body, current ? { etag: current.etag } : 'absent', { revision: String(revision) });
  }
};

const tasks: Readonly<Record<string, (store: ObjectStore, times: number) => Promise<void>>> = {
  count,
  churn,
  alternate,
};

const [task = '', root = '', times] = process.argv.slice(2);
await tasks[task]?.(folderObjectStore(root), Number(times));
