import { claimedRelease, completion, packageMetadata, type Proven } from '#shared/domain/registry/promotion.ts';
import { registryKeys, type ReleaseId } from '#shared/domain/registry/registry-keys.ts';
import { readRelease, type Release } from '#shared/domain/registry/release.ts';
import { createOnce } from './attempts.ts';
import type { RegistryDeps } from './deps.ts';

export type ReleaseDeps = Pick<RegistryDeps, 'registry' | 'clock' | 'random' | 'telemetry'>;

/** What the package object of a version says it is; `undefined` when nobody has claimed the version. */
export const findClaim =
  ({ registry }: Pick<RegistryDeps, 'registry'>) =>
  async (id: ReleaseId): Promise<Release | undefined> => {
    const key = registryKeys.ofRelease(id, 'package');
    const version = await registry.stat(key);
    if (!version) return undefined;
    const release = claimedRelease(id, version);
    // Not put there by the registry: nothing may be made of it, and the version is not free either.
    if (!release) throw new Error(`${key} does not say what it is`);
    return release;
  };

/**
 * Claims the version for these bytes, with everything that it takes to finish the release. Answers with what the
 * version is now claimed for: these bytes, or those of whoever was first.
 */
export const claim =
  (deps: ReleaseDeps) =>
  async (id: ReleaseId, body: Uint8Array, proven: Proven): Promise<Release> => {
    const key = registryKeys.ofRelease(id, 'package');
    const proof = { sha256: proven.sha256, metadata: packageMetadata(proven) };
    await createOnce(deps)(key, () => deps.registry.putProven(key, body, proof));
    const release = await findClaim(deps)(id);
    if (!release) throw new Error(`${key} is gone again`);
    return release;
  };

/** Makes a claimed version visible. Everybody who does it writes the same bytes. */
export const finishRelease =
  (deps: ReleaseDeps) =>
  async (release: Release): Promise<void> => {
    const { registry, telemetry } = deps;
    const { developer, name, version, sha256 } = release;
    if (await registry.stat(registryKeys.ofRelease(release, 'release'))) return;
    for (const { key, body } of completion(release)) {
      await createOnce(deps)(key, () => registry.put(key, body, 'absent'));
    }
    telemetry.event('release.finished', { developer, name, version, sha256 });
  };

/** A published version; `undefined` when there is none. */
export const findRelease =
  ({ registry }: Pick<RegistryDeps, 'registry'>) =>
  async (id: ReleaseId): Promise<Release | undefined> => {
    const key = registryKeys.ofRelease(id, 'release');
    const stored = await registry.get(key);
    if (!stored) return undefined;
    const release = readRelease(id, new TextDecoder().decode(stored.body));
    // Never taken for absent: that would let an index shrink.
    if (!release) throw new Error(`not a release: ${key}`);
    return release;
  };
