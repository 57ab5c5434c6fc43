import { accessSync, constants, lstatSync, mkdirSync, readlinkSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseOwner } from '#shared/adapters/local/file-lock.ts';

const FOLDERS = ['.', 'buckets', join('buckets', 'control'), join('buckets', 'registry', 'uploads'), 'tasks'];
const FILES = ['api-key', 'audit.ndjson', 'notifications.ndjson', 'url'];
const LOCK = 'server.lock';
const { R_OK, W_OK, X_OK } = constants;

/** Makes the data folder, or says why it cannot be used: better at start than in the middle of somebody's wake. */
export const openDataFolder = (dataFolder: string): string | undefined => {
  try {
    for (const name of FOLDERS) openFolder(join(dataFolder, name));
  } catch (cause) {
    return unusable(dataFolder, (cause as Error).message);
  }
  const wrong = FILES.map((name) => fileComplaint(join(dataFolder, name))).find((complaint) => complaint !== undefined);
  const reason = wrong ?? lockComplaint(join(dataFolder, LOCK));
  return reason === undefined ? undefined : unusable(dataFolder, reason);
};

/** The same sentence for what fails later; `undefined`: this is not about the data folder. */
export const dataFolderFailure = (dataFolder: string, cause: unknown): string | undefined => {
  if (!(cause instanceof Error) || !('path' in cause) || typeof cause.path !== 'string') return undefined;
  return `${cause.path}${sep}`.startsWith(`${dataFolder}${sep}`) ? unusable(dataFolder, cause.message) : undefined;
};

const unusable = (dataFolder: string, reason: string): string =>
  `the data folder ${dataFolder} cannot be used: ${reason}`;

const openFolder = (path: string): void => {
  mkdirSync(path, { recursive: true });
  accessSync(path, R_OK | W_OK | X_OK);
};

const fileComplaint = (path: string): string | undefined => {
  try {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    if (!statSync(path).isFile()) return `${path} is not a file`;
    accessSync(path, R_OK | W_OK);
    return undefined;
  } catch (cause) {
    return (cause as Error).message;
  }
};

/** Whatever else has the name of the lock is never ours to break. */
const lockComplaint = (path: string): string | undefined => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const isLock = found.isSymbolicLink() && parseOwner(readlinkSync(path)) !== undefined;
  return isLock ? undefined : `${path} is not the lock of a server`;
};
