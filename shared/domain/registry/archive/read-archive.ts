import { passed, refused } from '#shared/domain/registry/checked.ts';
import type { Limits } from '#shared/domain/registry/limits.ts';
import type { Checked, Fault } from '#shared/domain/registry/verdict.ts';
import { contentFault, unpack } from './content.ts';
import { readDirectory, type Header } from './directory.ts';
import { readEndRecord } from './end-record.ts';
import { isFolderName, readName, shownName } from './entry-name.ts';
import { headerFault, UTF8 } from './header-rules.ts';
import { locateContents, type Entry, type Located } from './local-headers.ts';
import { findTwins } from './name-twins.ts';
import { sizeFault } from './size-limits.ts';
import { sourceOf, type Source } from './source.ts';
import type { Unpacker } from './unpacker.ts';

export interface ArchiveEntry {
  /** As it is in the archive: a folder's ends with a slash. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Unpacked; proven. */
  readonly size: number;
}

/** An archive that every reader reads alike: all of it has been unpacked and agreed with its checksums. */
export interface Archive {
  /** In the order of the archive's directory. */
  readonly entries: readonly ArchiveEntry[];
  /** A file's content, `undefined` when there is none of that name. Unpacked at every call: nothing is kept. */
  contentOf(name: string): Uint8Array | undefined;
}

const nameEntries = (headers: readonly Header[]): Checked<readonly Entry[]> => {
  const entries: Entry[] = [];
  for (const header of headers) {
    const fault = headerFault(header, shownName(header.name));
    if (fault) return { ok: false, fault };
    const name = readName(header.name, (header.flags & UTF8) !== 0);
    if (!name.ok) return name;
    entries.push({ header, name: name.value });
  }
  return passed(entries);
};

const firstContentFault = (source: Source, contents: readonly Located[], unpacker: Unpacker): Fault | undefined => {
  for (const located of contents) {
    const fault = contentFault(source, located, unpacker);
    if (fault) return fault;
  }
  return undefined;
};

const archiveOf = (source: Source, entries: readonly Entry[], contents: readonly Located[], unpacker: Unpacker) => {
  const byName = new Map(contents.map((located) => [located.name, located]));
  return {
    entries: entries.map(({ name, header }) => ({ name, isFolder: isFolderName(name), size: header.size })),
    contentOf: (name: string): Uint8Array | undefined => {
      const located = byName.get(name);
      const content = located && !isFolderName(name) ? unpack(source, located, unpacker) : undefined;
      return typeof content === 'string' ? undefined : content;
    },
  };
};

/**
 * Reads a package, or says the first thing that is wrong with it: of the file, its end, its directory, each entry of
 * the directory in turn, their names together, their sizes together, where they lie, and at last their contents in
 * the order of the file. So the same bytes are always refused for the same reason, and nothing is unpacked of an
 * archive whose framing is not in order.
 */
export const readArchive = (bytes: Uint8Array, unpacker: Unpacker, limits: Limits): Checked<Archive> => {
  if (bytes.length > limits.fileBytes) return refused('TOO_LARGE', { actual: bytes.length, limit: limits.fileBytes });
  const source = sourceOf(bytes);
  const end = readEndRecord(source, limits.entries);
  if (!end.ok) return end;
  const headers = readDirectory(source, end.value);
  if (!headers.ok) return headers;
  const entries = nameEntries(headers.value);
  if (!entries.ok) return entries;
  const listFault = findTwins(entries.value) ?? sizeFault(entries.value, bytes.length, limits);
  if (listFault) return { ok: false, fault: listFault };
  const contents = locateContents(source, entries.value, end.value.directoryAt);
  if (!contents.ok) return contents;
  const fault = firstContentFault(source, contents.value, unpacker);
  if (fault) return { ok: false, fault };
  return passed(archiveOf(source, entries.value, contents.value, unpacker));
};
