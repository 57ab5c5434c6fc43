import type { Developer } from '#shared/domain/registry/developer.ts';
import type { UploadKey } from '#shared/domain/registry/registry-keys.ts';
import type { ObjectVersion } from '#shared/ports/versioned-objects.ts';

/** What is judged: one version of a package, on its developer's terms. */
export interface Case {
  readonly upload: UploadKey;
  readonly version: ObjectVersion;
  readonly terms: Developer;
  /** When it was first looked at, where that is known. */
  readonly seenAt?: number;
}

/** From when on it waits for what is missing. What was put there in parts is older by its date than it has been there. */
export const presentSince = ({ version, seenAt = 0 }: Case): number => Math.max(version.modifiedAt, seenAt);
