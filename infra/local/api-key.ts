import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ifMissing } from '#shared/adapters/local/errno.ts';

/** The file in the data folder that holds the key made for it. */
export const keyFile = (dataFolder: string): string => join(dataFolder, 'api-key');

const kept = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    return ifMissing(error);
  }
};

/** The key of this data folder; made, readable for its owner alone, when there is none yet. */
export const ownKey = (dataFolder: string): string => {
  const file = keyFile(dataFolder);
  const known = kept(file);
  if (known !== undefined) return known;
  const made = randomBytes(24).toString('base64url');
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
};
