import { createHash } from 'node:crypto';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A dead process whose pid a living one has now: our own, which has not started with the machine. */
export const reusedPid = `${process.pid}-1`;

/** A dead process whose pid nobody has: it is larger than the system gives. */
export const unusedPid = '999999999-1';

/** Where the folder store keeps the lock of a key. */
export const lockPath = (root: string, key: string): string =>
  join(root, '.locks', createHash('sha256').update(key).digest('hex'));

/** Leaves a lock on the key as that process would. */
export const plantLock = async (root: string, key: string, owner: string): Promise<void> => {
  await mkdir(join(root, '.locks'), { recursive: true });
  await symlink(owner, lockPath(root, key));
};
