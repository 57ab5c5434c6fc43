import type { Clock } from '#shared/ports/clock.ts';
import type { ObjectStore, ObjectSummary, WriteOutcome } from '#shared/ports/object-store.ts';
import type { Random } from '#shared/ports/random.ts';

export interface Versioned<T> {
  readonly value: T;
  readonly etag: string;
}

/** A cache's content, if it is any use, and what to replace. */
export interface Cached<T> {
  readonly value: T | undefined;
  readonly etag: string | null;
}

/** Small JSON documents that change only by compare-and-swap. */
export interface Documents {
  read<T>(key: string): Promise<Versioned<T> | undefined>;
  /**
   * The same of a cache: what is not of its shape is as good as nothing, and can be replaced.
   * `etag` is null when there is no such key.
   */
  readCache<T extends object>(key: string, isShape: (value: T) => boolean): Promise<Cached<T>>;
  /** Replaces the content that had this ETag, or creates (null). `undefined`: somebody else was first. */
  swap<T extends object>(key: string, etag: string | null, value: T): Promise<Versioned<T> | undefined>;
  /** Deletes the content that had this ETag; false: it has changed since. */
  drop(key: string, etag: string): Promise<boolean>;
  /** Every key that starts with the prefix. */
  keys(prefix: string): Promise<readonly string[]>;
  /** The same, with the ETag of each content. */
  list(prefix: string): Promise<readonly ObjectSummary[]>;
}

export interface DocumentsDeps {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
}

type Attempt = WriteOutcome | { readonly ok: false; readonly because: 'unanswered'; readonly cause: unknown };

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;

const encode = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

const decode = (key: string, body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    // Never taken for absent: a document that cannot be read is an outage, not a service that was never seen.
    throw new Error(`not a JSON document: ${key}`, { cause });
  }
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const unanswered = (cause: unknown): Attempt => ({ ok: false, because: 'unanswered', cause });

/**
 * Every document carries its writer's nonce: the answer to a write can be lost, and the retry then meets its own
 * success as a failed precondition. Reading back and comparing tells the two apart.
 */
export const documents = ({ store, clock, random }: DocumentsDeps): Documents => {
  const newNonce = (): string => `${random().toString(36).slice(2)}${random().toString(36).slice(2)}`;
  const pause = (attempt: number): Promise<void> => clock.sleep(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + random() / 2));

  const read = async <T>(key: string): Promise<Versioned<T> | undefined> => {
    const stored = await store.get(key);
    return stored && { value: decode(key, stored.body) as T, etag: stored.etag };
  };

  const readCache = async <T extends object>(key: string, isShape: (value: T) => boolean): Promise<Cached<T>> => {
    const stored = await store.get(key);
    if (!stored) return { value: undefined, etag: null };
    const { etag } = stored;
    try {
      const value = decode(key, stored.body);
      return { value: isObject(value) && isShape(value as T) ? (value as T) : undefined, etag };
    } catch {
      return { value: undefined, etag };
    }
  };

  const swap = async <T extends object>(
    key: string,
    etag: string | null,
    value: T,
  ): Promise<Versioned<T> | undefined> => {
    const nonce = newNonce();
    const body = encode({ ...value, nonce });
    let failure: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome: Attempt = await store.put(key, body, etag === null ? 'absent' : { etag }).catch(unanswered);
      if (outcome.ok) return { value, etag: outcome.etag };
      if (outcome.because === 'unanswered') failure = outcome.cause;
      if (outcome.because !== 'in-flight') {
        const present = await read<{ nonce?: string }>(key);
        if (present?.value.nonce === nonce) return { value, etag: present.etag };
      }
      if (outcome.because === 'precondition') return undefined;
      await pause(attempt);
    }
    throw new Error(`no answer to a write of ${key}`, { cause: failure });
  };

  const drop = async (key: string, etag: string): Promise<boolean> => {
    let failure: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome: Attempt = await store.delete(key, { etag }).catch(unanswered);
      if (outcome.ok) return true;
      if (outcome.because === 'precondition') return false;
      if (outcome.because === 'unanswered') failure = outcome.cause;
      await pause(attempt);
    }
    throw new Error(`no answer to a delete of ${key}`, { cause: failure });
  };

  const list = async (prefix: string): Promise<readonly ObjectSummary[]> => {
    const found: ObjectSummary[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await store.list(prefix, after === '' ? {} : { after });
      found.push(...page.objects);
      after = page.next;
    }
    return found;
  };

  const keys = async (prefix: string): Promise<readonly string[]> => (await list(prefix)).map(({ key }) => key);

  return { read, readCache, swap, drop, keys, list };
};
