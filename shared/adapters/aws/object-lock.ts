import { isWrittenOnce } from '#shared/domain/registry/registry-keys.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { S3ObjectStoreOptions } from './s3-object-store.ts';

const DAY_MS = 86_400_000;

/**
 * Has S3 itself refuse to delete what is published, for so many days. Asked for object by object: a default of the
 * bucket would hold uploads and verdicts as well, which have to go. GOVERNANCE, because a stolen key in a package must
 * be removable by somebody; that takes `s3:BypassGovernanceRetention`. The role needs `s3:PutObjectRetention`.
 */
export const objectLock =
  ({ days, clock }: { readonly days: number; readonly clock: Clock }): NonNullable<S3ObjectStoreOptions['keeping']> =>
  (key) =>
    isWrittenOnce(key)
      ? { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(clock.now() + days * DAY_MS) }
      : {};
