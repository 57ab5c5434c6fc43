import type { ObjectStore, WriteOutcome } from '#shared/ports/object-store.ts';

export interface StoreCall {
  readonly op: 'get' | 'put' | 'delete' | 'list';
  readonly key: string;
}

type Step = (call: StoreCall) => Promise<void> | void;

/** A store whose calls are counted, and into which a test can reach. */
export interface WatchedStore extends ObjectStore {
  readonly calls: StoreCall[];
  /** Runs before every call; what it throws is an outage, and the call never happens. */
  before: Step;
  /** Runs after every call; what it throws is a lost answer: the call happened. */
  after: Step;
  /** Answers a put or delete in the store's place, as a conflicting write in flight does. */
  refuse: (call: StoreCall) => WriteOutcome | undefined;
}

export const watchedStore = (store: ObjectStore): WatchedStore => {
  const nothing = (): undefined => undefined;
  const watch = async <T>(op: StoreCall['op'], key: string, run: () => Promise<T>): Promise<T> => {
    const call: StoreCall = { op, key };
    watched.calls.push(call);
    await watched.before(call);
    const answer = await run();
    await watched.after(call);
    return answer;
  };
  const watched: WatchedStore = {
    calls: [],
    before: nothing,
    after: nothing,
    refuse: nothing,
    get: (key) => watch('get', key, () => store.get(key)),
    put: (key, body, condition, metadata) =>
      watch('put', key, async () => watched.refuse({ op: 'put', key }) ?? store.put(key, body, condition, metadata)),
    delete: (key, condition) =>
      watch('delete', key, async () => watched.refuse({ op: 'delete', key }) ?? store.delete(key, condition)),
    list: (prefix, page) => watch('list', prefix, () => store.list(prefix, page)),
  };
  return watched;
};
