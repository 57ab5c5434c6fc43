import { claimedRelease, publishedNews } from '#shared/domain/registry/promotion.ts';
import { parseReleaseKey } from '#shared/domain/registry/registry-keys.ts';
import { releaseText, type Release } from '#shared/domain/registry/release.ts';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { JudgingDeps, RegistryPorts, RegistryStore } from '#shared/usecases/registry/deps.ts';

type JudgingPorts = RegistryPorts & Pick<JudgingDeps, 'yaml'>;

/**
 * A protocol that is broken in one way. The product's code stays as it is: a variant is a liar between the use
 * cases and their ports, who undoes one of the protocol's precautions.
 */
export interface Variant {
  readonly breaks: string;
  readonly wrap: (ports: JudgingPorts) => JudgingPorts;
}

const withStore =
  (change: (store: RegistryStore, ports: JudgingPorts) => Partial<RegistryStore>): Variant['wrap'] =>
  (ports) => ({ ...ports, registry: { ...ports.registry, ...change(ports.registry, ports) } });

/** Writes under a condition that always holds. */
const putBlindly = async (
  store: ObjectStore,
  key: string,
  body: Uint8Array,
  metadata?: Readonly<Record<string, string>>,
) => {
  for (;;) {
    const present = await store.get(key);
    const outcome = await store.put(key, body, present ? { etag: present.etag } : 'absent', metadata);
    if (outcome.ok || outcome.because === 'in-flight') return outcome;
  }
};

const blindly = (isMeant: (key: string) => boolean, pauses = 0): Variant['wrap'] =>
  withStore((store) => ({
    put: async (key, body, condition) => {
      if (!isMeant(key)) return store.put(key, body, condition);
      // Others get a chance to be in between.
      for (let pause = 0; pause < pauses; pause += 1) await store.get(key);
      return putBlindly(store, key, body);
    },
  }));

/** What a claim that is about to be made will be taken for. */
const aboutToClaim = (
  ports: JudgingPorts,
  key: string,
  body: Uint8Array,
  metadata: Readonly<Record<string, string>>,
): Release | undefined => {
  const id = parseReleaseKey(key);
  return id && claimedRelease(id, { metadata, size: body.length, modifiedAt: ports.clock.now() });
};

export const VARIANTS = {
  design: { breaks: 'nothing', wrap: (ports) => ports },
  'release-first': {
    breaks: 'release.json is written before package.apkg',
    wrap: withStore((store, ports) => ({
      putProven: async (key, body, proof) => {
        const release = aboutToClaim(ports, key, body, proof.metadata);
        if (release) {
          const text = new TextEncoder().encode(releaseText(release));
          await store.put(key.replace('package.apkg', 'release.json'), text, 'absent');
        }
        return store.putProven(key, body, proof);
      },
    })),
  },
  'blind-claim': {
    breaks: 'package.apkg is written without a condition',
    wrap: withStore((store) => ({
      putProven: (key, body, { metadata }) => putBlindly(store, key, body, metadata),
    })),
  },
  'blind-index': {
    breaks: 'the indexes are written without a condition',
    wrap: blindly((key) => /(index|registry)\.json$/.test(key), 6),
  },
  'blind-verdict': {
    breaks: 'verdicts are written without a condition',
    wrap: blindly((key) => key.startsWith('results/')),
  },
  'announce-first': {
    breaks: 'a package is announced before it is released',
    wrap: withStore((store, ports) => ({
      putProven: async (key, body, proof) => {
        const release = aboutToClaim(ports, key, body, proof.metadata);
        if (release) await ports.announcer.announce(publishedNews(release, ports.codec.sha256));
        return store.putProven(key, body, proof);
      },
    })),
  },
  'plain-delete': {
    breaks: 'an upload is deleted without naming its version',
    wrap: withStore((store) => ({
      deleteVersion: async (key) => {
        const current = await store.stat(key);
        if (current) await store.deleteVersion(key, current.versionId);
      },
    })),
  },
  'conflict-exists': {
    breaks: 'a conflict with a write in flight is taken for “exists”',
    wrap: withStore((store) => ({
      put: async (...write) => {
        const outcome = await store.put(...write);
        return outcome.ok ? outcome : { ok: false, because: 'precondition' };
      },
    })),
  },
} as const satisfies Record<string, Variant>;

export type VariantName = keyof typeof VARIANTS;
export const isVariant = (name: string): name is VariantName => Object.hasOwn(VARIANTS, name);
