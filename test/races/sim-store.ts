import type { ObjectStore, WriteCondition, WriteOutcome } from '#shared/ports/object-store.ts';
import type { Actor, World } from './world.ts';

interface Entry {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly modifiedAt: number;
}

/** A write that took effect, as the monitors see it. */
export interface Write {
  readonly actor: Actor;
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

const text = (body: Uint8Array): string => new TextDecoder().decode(body);

/** One bucket for all actors: strongly consistent and conditional as S3 is, with S3's ways of not answering. */
export const simStore = (world: World, onWrite: (write: Write) => void) => {
  const entries = new Map<string, Entry>();
  let etags = 0;

  const holds = (key: string, condition: WriteCondition): boolean =>
    condition === 'absent' ? !entries.has(key) : entries.get(key)?.etag === condition.etag;

  const before = (key: string): string | null => {
    const entry = entries.get(key);
    return entry ? text(entry.body) : null;
  };

  const put = (actor: Actor, key: string, body: Uint8Array, condition: WriteCondition): WriteOutcome => {
    if (!holds(key, condition)) return { ok: false, because: 'precondition' };
    etags += 1;
    const write: Write = { actor, key, before: before(key), after: text(body) };
    entries.set(key, { body, etag: `e${etags}`, modifiedAt: world.now() });
    onWrite(write);
    return { ok: true, etag: `e${etags}` };
  };

  const remove = (actor: Actor, key: string, condition: { readonly etag: string }): WriteOutcome => {
    if (!entries.has(key)) return { ok: true, etag: condition.etag };
    if (!holds(key, condition)) return { ok: false, because: 'precondition' };
    const write: Write = { actor, key, before: before(key), after: null };
    entries.delete(key);
    onWrite(write);
    return { ok: true, etag: condition.etag };
  };

  const inFlight = (): WriteOutcome => ({ ok: false, because: 'in-flight' });

  const of = (actor: Actor): ObjectStore => ({
    get: (key) =>
      world.call(actor, {
        label: `get ${key}`,
        effect: () => {
          const entry = entries.get(key);
          return entry && { ...entry, metadata: {} };
        },
      }),
    put: (key, body, condition) =>
      world.call(actor, {
        label: `put ${key}`,
        effect: () => put(actor, key, body, condition),
        instead: { fault: 'in-flight', answer: inFlight },
        mayLandLate: true,
      }),
    delete: (key, condition) =>
      world.call(actor, {
        label: `delete ${key}`,
        effect: () => remove(actor, key, condition),
        instead: { fault: 'in-flight', answer: inFlight },
        mayLandLate: true,
      }),
    list: (prefix, { after = '' } = {}) =>
      world.call(actor, {
        label: `list ${prefix}`,
        effect: () => ({
          objects: [...entries]
            .filter(([key]) => key.startsWith(prefix) && key > after)
            .map(([key, { etag, body, modifiedAt }]) => ({ key, etag, modifiedAt, size: body.length }))
            .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
          next: undefined,
        }),
      }),
  });

  return {
    of,
    /** For setting the stage and for looking behind it. */
    place: (key: string, value: object): void => {
      etags += 1;
      const body = new TextEncoder().encode(JSON.stringify(value));
      entries.set(key, { body, etag: `e${etags}`, modifiedAt: world.now() });
    },
    read: (key: string): unknown => {
      const entry = entries.get(key);
      return entry && JSON.parse(text(entry.body));
    },
  };
};

export type SimStore = ReturnType<typeof simStore>;
