import { crc32, deflateRawSync } from 'node:zlib';

/** A file to pack. Folders come of themselves. */
export interface PackedFile {
  /** Relative, with slashes. */
  readonly name: string;
  readonly content: Uint8Array;
}

export interface ArchiveOptions {
  /** Without compression the bytes depend on nothing but the files, not even on the zlib that packs them. */
  readonly isStored: boolean;
}

const STORED = 0;
const DEFLATED = 8;
const UTF8 = 0x0800;
/** Of a Unix, by a tool that knows version 2.0 of the format. */
const MADE_BY = 0x0314;
const NEEDED = 20;
/** The first day that the format can tell, at midnight. */
const DATE = 0x0021;
const TIME = 0;
const FILE_ATTRIBUTES = 0o100644 * 0x10000;
const FOLDER_ATTRIBUTES = 0o40755 * 0x10000 + 0x10;

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

interface Entry {
  readonly name: Buffer;
  readonly isFolder: boolean;
  readonly packed: Uint8Array;
  /** What both descriptions of the entry share. */
  readonly fields: Buffer;
}

const entryOf = ({ name, content }: PackedFile, { isStored }: ArchiveOptions): Entry => {
  const isFolder = name.endsWith('/');
  const bytes = Buffer.from(name);
  const isKept = isStored || isFolder || content.length === 0;
  const packed = isKept ? content : deflateRawSync(content, { level: 9 });
  const fields = Buffer.concat([
    u16(NEEDED),
    u16(bytes.length === name.length ? 0 : UTF8),
    u16(isKept ? STORED : DEFLATED),
    u16(TIME),
    u16(DATE),
    u32(crc32(content)),
    u32(packed.length),
    u32(content.length),
    u16(bytes.length),
    u16(0),
  ]);
  return { name: bytes, isFolder, packed, fields };
};

const foldersOf = (name: string): readonly string[] =>
  name
    .split('/')
    .slice(0, -1)
    .map((_, depth, parts) => `${parts.slice(0, depth + 1).join('/')}/`);

const withFolders = (files: readonly PackedFile[]): readonly PackedFile[] => {
  const folders = new Set(files.flatMap(({ name }) => foldersOf(name)));
  return [...files, ...[...folders].map((name) => ({ name, content: new Uint8Array() }))];
};

const byName = (a: PackedFile, b: PackedFile): number => Number(a.name > b.name) - Number(a.name < b.name);

/** An archive of these files: the same ones give the same bytes, in whatever order, by whomever, whenever. */
export const writeArchive = (files: readonly PackedFile[], options: ArchiveOptions): Uint8Array => {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const entries = withFolders(files)
    .toSorted(byName)
    .map((file) => entryOf(file, options));
  for (const { name, isFolder, packed, fields } of entries) {
    const attributes = isFolder ? FOLDER_ATTRIBUTES : FILE_ATTRIBUTES;
    directory.push(u32(0x02014b50), u16(MADE_BY), fields, u16(0), u16(0), u16(0), u32(attributes), u32(at), name);
    const local = [u32(0x04034b50), fields, name, packed];
    parts.push(...local);
    at += local.reduce((sum, { length }) => sum + length, 0);
  }
  const listed = Buffer.concat(directory);
  const count = u16(entries.length);
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(listed.length), u32(at), u16(0)];
  return Buffer.concat([...parts, listed, ...end]);
};
