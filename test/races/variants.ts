import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import { layToSleep, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { ObjectStore, StoredObject } from '#shared/ports/object-store.ts';
import type { Ports } from '#shared/usecases/deps.ts';
import { SERVICE } from './scenario.ts';
import type { Actor } from './world.ts';

/**
 * A protocol that is broken in one way. The product's code stays as it is: a variant is a liar between the use
 * cases and their ports, who undoes one of the protocol's precautions.
 */
export interface Variant {
  readonly breaks: string;
  readonly wrap: (actor: Actor, ports: Ports) => Ports;
  /** What a wake does besides, or instead. */
  readonly wake?: 'also-writes' | 'increments';
}

/** Of the service that is raced for: the neighbour's is another. */
const isRecord = (key: string): boolean => key === controlKeys.record(SERVICE);
const isAsking = ({ name }: Actor): boolean => /^(wake|heartbeat)/.test(name);
const isLease = (key: string): boolean => key.startsWith('leases/');
const decode = (body: Uint8Array): ServiceRecord & { readonly nonce: string } =>
  JSON.parse(new TextDecoder().decode(body)) as ServiceRecord & { readonly nonce: string };
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const withStore = (ports: Ports, change: (store: ObjectStore) => Partial<ObjectStore>): Ports => ({
  ...ports,
  store: { ...ports.store, ...change(ports.store) },
});

/** Writes under a condition that always holds. */
const putBlindly =
  (store: ObjectStore): ObjectStore['put'] =>
  async (key, body) => {
    for (;;) {
      const present = await store.get(key);
      const outcome = await store.put(key, body, present ? { etag: present.etag } : 'absent');
      if (outcome.ok) return outcome;
    }
  };

const blindly = (isMeant: (key: string) => boolean) => (_actor: Actor, ports: Ports) =>
  withStore(ports, (store) => ({
    put: (key, body, condition) =>
      isMeant(key) ? putBlindly(store)(key, body, condition) : store.put(key, body, condition),
  }));

/** The record that a put replaces, as this actor last read it. */
const lastRead = (
  store: ObjectStore,
): { readonly get: ObjectStore['get']; readonly record: () => StoredObject | undefined } => {
  let record: StoredObject | undefined;
  return {
    record: () => record,
    get: async (key) => {
      const stored = await store.get(key);
      if (isRecord(key)) record = stored;
      return stored;
    },
  };
};

const noUndrain = (actor: Actor, ports: Ports): Ports =>
  withStore(ports, (store) => {
    const { get, record } = lastRead(store);
    return {
      get,
      put: async (key, body, condition) => {
        const seen = record();
        const isUndrain =
          isRecord(key) && isAsking(actor) && seen !== undefined && decode(seen.body).intent === 'draining';
        return isUndrain ? { ok: true, etag: seen.etag } : store.put(key, body, condition);
      },
    };
  });

const onePhase = (actor: Actor, ports: Ports): Ports =>
  withStore(ports, (store) => {
    const { get, record } = lastRead(store);
    return {
      get,
      put: async (key, body, condition) => {
        const seen = record();
        const isDrain = isRecord(key) && seen !== undefined && decode(body).intent === 'draining';
        if (!isDrain) return store.put(key, body, condition);
        const { reason, since } = decode(body);
        const asleep = layToSleep(decode(seen.body), { by: actor.name, reason }, since);
        const outcome = await store.put(key, encode({ ...asleep, nonce: decode(body).nonce }), condition);
        // It believes that it has drained; what it would swap next is not there.
        return outcome.ok ? { ok: true, etag: 'drained' } : outcome;
      },
    };
  });

/** The lease is read after the record, and its generation is not looked at. */
const recordThenEtag = (actor: Actor, ports: Ports): Ports =>
  withStore(ports, (store) => ({
    get: async (key) => {
      const stored = await store.get(key);
      if (!stored || !isLease(key) || !isAsking(actor)) return stored;
      const again = await store.get(key);
      return again && { ...again, body: encode({ ...decode(again.body), generation: 0 }) };
    },
  }));

/** After a write to the fleet the record is believed to be what it was. */
const noRecheck = (_actor: Actor, ports: Ports): Ports => {
  const { get, record } = lastRead(ports.store);
  let isBelieved = false;
  const write =
    <A extends unknown[]>(real: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      await real(...args);
      isBelieved = true;
    };
  const fleet: Fleet = {
    ...ports.fleet,
    setDesiredCount: write(ports.fleet.setDesiredCount),
    setBounds: write(ports.fleet.setBounds),
  };
  return {
    ...ports,
    fleet,
    store: {
      ...ports.store,
      get: async (key) => (isRecord(key) && isBelieved && record() ? record() : get(key)),
    },
  };
};

/** Notes nothing of a change in the swap that makes it. */
const noTrail = (_actor: Actor, ports: Ports): Ports =>
  withStore(ports, (store) => ({
    put: (key, body, condition) =>
      store.put(key, isRecord(key) ? encode({ ...decode(body), trail: [] }) : body, condition),
  }));

const honest: Variant['wrap'] = (_actor, ports) => ports;

export const VARIANTS = {
  design: { breaks: 'nothing', wrap: honest },
  'no-undrain': { breaks: 'a wake leaves the record draining', wrap: noUndrain },
  'one-phase': { breaks: 'awake goes to asleep in one step', wrap: onePhase },
  'plain-lease-put': { breaks: 'leases are written without a condition', wrap: blindly(isLease) },
  'record-then-etag': {
    breaks: "the lease's ETag is read after the record, without comparing generations",
    wrap: recordThenEtag,
  },
  'no-recheck': { breaks: 'the record is not read again after a write to the fleet', wrap: noRecheck },
  'blind-swap': { breaks: 'the record is written without a condition', wrap: blindly(isRecord) },
  'no-trail': { breaks: 'a change is not noted in the swap that makes it', wrap: noTrail },
  'joiner-writes': { breaks: 'who joins writes to the fleet as well', wrap: honest, wake: 'also-writes' },
  incumbent: { breaks: 'a wake reads the desired count and adds one', wrap: honest, wake: 'increments' },
} as const satisfies Record<string, Variant>;

export type VariantName = keyof typeof VARIANTS;
export const isVariant = (name: string): name is VariantName => Object.hasOwn(VARIANTS, name);
