import type { UploadReader } from './deps.ts';
import type { Companion } from './results.ts';

export interface Sidecar {
  /** At most one byte more than was asked for. */
  readonly body: Uint8Array;
  readonly modifiedAt: number;
  readonly companion: Companion;
}

/** What lies beside a package now; `undefined` when nothing does. Of one that is far too long nothing is read. */
export const readSidecar =
  ({ registry }: { readonly registry: UploadReader }) =>
  async (key: string, longest: number): Promise<Sidecar | undefined> => {
    const version = await registry.stat(key);
    if (!version) return undefined;
    const { versionId, size, modifiedAt } = version;
    const companion = { key, versionId };
    if (size > longest) return { body: new Uint8Array(longest + 1), modifiedAt, companion };
    const stored = await registry.getVersion(key, versionId);
    // Replaced or gone since it was looked at: whoever did that tells of it.
    return stored && { body: stored.body, modifiedAt, companion };
  };
