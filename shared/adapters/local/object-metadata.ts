import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from './errno.ts';
import type { TempFiles } from './temp-files.ts';

/** Small string pairs that go with the bytes of an object. */
export type Metadata = Readonly<Record<string, string>>;

/** Metadata by the ETag of the bytes it belongs to. */
type MetadataByEtag = Readonly<Record<string, Metadata>>;

/**
 * The metadata of one object, in a file beside it. Bytes and metadata are two files, and two files cannot change in
 * one step. So this one is written first, and tells for the bytes of before and for those to come which metadata is
 * theirs: the bytes alone decide. What it knows about other bytes means nothing.
 */
export interface MetadataFiles {
  read(name: string): Promise<MetadataByEtag>;
  write(name: string, entries: MetadataByEtag): Promise<void>;
}

export const metadataFiles = (folder: string, temp: TempFiles): MetadataFiles => {
  const pathOf = (name: string) => join(folder, `${name}.json`);
  return {
    read: async (name) => {
      const text = await readFile(pathOf(name), 'utf8').catch(ifMissing);
      return text === undefined ? {} : JSON.parse(text);
    },
    write: async (name, entries) => {
      const telling = Object.entries(entries).filter(([, metadata]) => Object.keys(metadata).length > 0);
      if (telling.length === 0) return rm(pathOf(name), { force: true });
      const written = await temp.write(JSON.stringify(Object.fromEntries(telling), undefined, 2));
      await rename(written, pathOf(name));
    },
  };
};
