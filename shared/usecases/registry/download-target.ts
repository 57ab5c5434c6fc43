import { registryKeys, type ReleaseId } from '#shared/domain/registry/registry-keys.ts';
import { instant } from '#shared/domain/registry/shape.ts';
import type { UrlSigner } from '#shared/ports/url-signer.ts';
import type { RegistryDeps } from './deps.ts';
import { requireRelease } from './show-package.ts';

export interface DownloadTarget {
  readonly url: string;
  readonly sha256: string;
  readonly size: number;
  readonly expiresAt: string;
}

const GOOD_FOR_MS = 300_000;

/** Where the bytes of a version can be had for a while. A yanked one can still be had by whoever names it. */
export const downloadTarget =
  (deps: Pick<RegistryDeps, 'registry' | 'clock'> & { readonly urls: UrlSigner }) =>
  async (id: ReleaseId): Promise<DownloadTarget> => {
    const { sha256, size } = await requireRelease(deps)(id);
    const expiresAt = instant(deps.clock.now() + GOOD_FOR_MS);
    const url = await deps.urls.download(registryKeys.ofRelease(id, 'package'), GOOD_FOR_MS);
    return { url, sha256, size, expiresAt };
  };
