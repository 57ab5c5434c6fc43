import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { aboutFile, Failure } from '../failure.ts';
import { leftOut, type PackingRules } from './left-out.ts';
import type { PackedFile } from './write-archive.ts';

export interface Collected {
  readonly files: readonly PackedFile[];
  /** What would have been readable for everybody. */
  readonly keptPrivate: readonly string[];
}

/** What the format can count, and what memory holds: the registry's own limits are far below. */
const MOST_FILES = 65_000;
const MOST_BYTES = 2 ** 31 - 1;

const refuse = (message: string, fix: string): Failure => new Failure('usage', message, { code: 'not-packable', fix });

const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw aboutFile(folder, cause);
  }
};

const contentOf = (path: string): Uint8Array => {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw aboutFile(path, cause);
  }
};

/** Every file below a folder that goes into a package, and nothing that a link leads to. */
export const collectFiles = (root: string, rules: PackingRules): Collected => {
  const files: PackedFile[] = [];
  const keptPrivate: string[] = [];
  let bytes = 0;

  const take = (name: string, path: string): void => {
    const content = contentOf(path);
    bytes += content.length;
    if (files.length >= MOST_FILES || bytes > MOST_BYTES) {
      throw refuse(`${root} has more in it than a package can hold`, 'leave out what is not needed with --exclude');
    }
    files.push({ name, content });
  };

  const look = (folder: string, prefix: string): void => {
    for (const entry of entriesOf(folder)) {
      // Some file systems give back letters with their accents apart; packages have them in one.
      const name = prefix + entry.name.normalize('NFC');
      const path = join(folder, entry.name);
      const why = leftOut(name, rules);
      if (why === 'private') keptPrivate.push(name);
      if (why !== undefined) continue;
      if (entry.isDirectory()) look(path, `${name}/`);
      else if (entry.isFile()) take(name, path);
      else throw refuse(`${name} is a link or a device: packages have none`, `leave it out with --exclude ${name}`);
    }
  };

  look(root, '');
  return { files, keptPrivate: keptPrivate.toSorted() };
};
