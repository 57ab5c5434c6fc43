import type { Announcement } from '#shared/domain/registry/promotion.ts';
import type { WriteOutcome } from '#shared/ports/object-store.ts';
import type { RegistryStore } from '#shared/usecases/registry/deps.ts';
import type { UploadEvent } from '#shared/usecases/registry/upload-event.ts';
import { requireDigest, storedOf, versionOf } from '../../support/memory-registry-store.ts';
import type { Objects, Put } from '../../support/sim-aws/objects.ts';
import type { Actor, Call, World } from '../world.ts';

const inFlight = (): WriteOutcome => ({ ok: false, because: 'in-flight' });
const precondition: WriteOutcome = { ok: false, because: 'precondition' };

/** The bucket as one process reaches it: each call of the port is one step, with S3's ways of not answering. */
export const storeOf = (there: World, bucket: Objects, actor: Actor): RegistryStore => {
  const write = (label: string, effect: () => WriteOutcome): Promise<WriteOutcome> =>
    there.call<WriteOutcome>(actor, {
      label,
      effect,
      instead: { fault: 'in-flight', answer: inFlight },
      mayLandLate: true,
    });
  const put = (key: string, what: Put, condition: 'absent' | { readonly etag: string }): WriteOutcome => {
    const written = bucket.put(actor.name, key, what, condition);
    return written ? { ok: true, etag: written.etag } : precondition;
  };
  const read = <T>(label: string, effect: () => T): Promise<T> => there.call(actor, { label, effect });

  return {
    get: (key) =>
      read(`get ${key}`, () => {
        const found = bucket.get(key);
        return found && storedOf(found);
      }),
    put: (key, body, condition, metadata = {}) => write(`put ${key}`, () => put(key, { body, metadata }, condition)),
    putProven: (key, body, { sha256, metadata }) =>
      write(`claim ${key}`, () => {
        requireDigest(body, sha256);
        return put(key, { body, metadata, sha256 }, 'absent');
      }),
    delete: () => Promise.reject(new Error('nothing here is deleted but versions of uploads')),
    list: (prefix, { after = '' } = {}) =>
      read(`list ${prefix}`, () => ({
        objects: bucket.list(prefix, after).map(([key, found]) => versionOf(key, found)),
        next: undefined,
      })),
    stat: (key, versionId) =>
      read(`stat ${key} ${versionId ?? ''}`, () => {
        const found = versionId === undefined ? bucket.get(key) : bucket.getVersion(key, versionId);
        return found && versionOf(key, found);
      }),
    getVersion: (key, versionId) =>
      read(`read ${key} ${versionId}`, () => {
        const found = bucket.getVersion(key, versionId);
        return found && storedOf(found);
      }),
    deleteVersion: (key, versionId) =>
      there.call(actor, {
        label: `clear ${key} ${versionId}`,
        effect: () => bucket.deleteVersion(actor.name, key, versionId),
        mayLandLate: true,
      }),
  };
};

/** At least once, in no order: what is received stays until it is acknowledged, and may be received by others too. */
export const queueOf = (there: World) => {
  let waiting: UploadEvent[] = [];
  let received: UploadEvent[] = [];
  const step = <T>(actor: Actor, label: string, effect: () => T): Promise<T> => {
    const call: Call<T> = { label, effect };
    return there.call(actor, call);
  };
  return {
    send: (event: UploadEvent): void => void waiting.push(event),
    receive: (actor: Actor, most: number): Promise<readonly UploadEvent[]> =>
      step(actor, `receive ${most}`, () => {
        const batch = there.isWhim() ? waiting.slice(-most) : waiting.slice(0, most);
        received = [...received, ...batch];
        // Some are shown to somebody else as well.
        if (!there.isWhim()) waiting = waiting.filter((event) => !batch.includes(event));
        return batch;
      }),
    acknowledge: (actor: Actor, done: readonly UploadEvent[]): Promise<void> =>
      step(actor, `acknowledge ${done.length}`, () => {
        received = received.filter((event) => !done.includes(event));
        waiting = waiting.filter((event) => !done.includes(event));
      }),
    /** What was received and never acknowledged comes back. */
    comeBack: (): void => {
      waiting = [...new Set([...waiting, ...received])];
      received = [];
    },
    isEmpty: (): boolean => waiting.length === 0,
  };
};

export const announcerOf = (there: World, actor: Actor, hear: (news: Announcement) => void) => ({
  announce: (news: Announcement): Promise<void> =>
    there.call(actor, { label: `announce ${news.type}`, effect: () => hear(news), mayLandLate: true }),
});
