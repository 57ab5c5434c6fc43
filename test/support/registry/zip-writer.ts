import { crc32, deflateRawSync } from 'node:zlib';

/** What both descriptions of an entry have, and where each may lie. Numbers are cut to their fields. */
export interface HeaderLies {
  readonly signature?: number;
  readonly versionNeeded?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly time?: number;
  readonly date?: number;
  readonly crc?: number;
  readonly compressedSize?: number;
  readonly size?: number;
  readonly nameLength?: number;
  readonly extraLength?: number;
  readonly name?: Uint8Array;
  readonly extra?: Uint8Array;
}

export interface DirectoryLies extends HeaderLies {
  readonly madeBy?: number;
  readonly commentLength?: number;
  readonly comment?: Uint8Array;
  readonly disk?: number;
  readonly internalAttributes?: number;
  readonly attributes?: number;
  readonly offset?: number;
}

export interface EndLies {
  readonly signature?: number;
  readonly disk?: number;
  readonly directoryDisk?: number;
  readonly entriesHere?: number;
  readonly entries?: number;
  readonly directorySize?: number;
  readonly directoryAt?: number;
  readonly commentLength?: number;
  readonly comment?: Uint8Array;
}

export interface ZipEntry {
  /** Flagged as UTF-8 when it is not ASCII. */
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** 8, deflate, unless told otherwise. */
  readonly method?: number;
  /** What lies there in place of the packed content; its true length is told, unless that is a lie as well. */
  readonly packed?: Uint8Array;
  readonly attributes?: number;
  readonly both?: HeaderLies;
  readonly local?: HeaderLies;
  readonly directory?: DirectoryLies;
  /** Bytes that belong to no entry, in front of this one and behind it. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
}

/** An archive to be written, with whatever is wrong about it. Without lies, a proper one. */
export interface ZipPlan {
  readonly entries: readonly ZipEntry[];
  /** In front of it all; no offset counts it. */
  readonly prefix?: Uint8Array;
  readonly beforeDirectory?: Uint8Array;
  readonly beforeEnd?: Uint8Array;
  readonly suffix?: Uint8Array;
  /** Which entries the directory lists, by their place, in which order; it may leave some out, or list one twice. */
  readonly listed?: readonly number[];
  readonly end?: EndLies;
}

const UTF8 = 0x0800;

export const bytesOf = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value;

const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, (value >>> 8) & 0xff);
const u32 = (value: number): Uint8Array => Buffer.concat([u16(value), u16(value >>> 16)]);

/** What would be true of the entry. */
const truthOf = (entry: ZipEntry): { packed: Uint8Array; fields: Required<HeaderLies> } => {
  const { method = 8 } = entry;
  const name = bytesOf(entry.name);
  const content = bytesOf(entry.content ?? '');
  const packed = entry.packed ?? (method === 8 ? deflateRawSync(content) : content);
  const fields = {
    signature: 0x04034b50,
    versionNeeded: 20,
    flags: name.some((byte) => byte > 0x7f) ? UTF8 : 0,
    method,
    time: 0x6000,
    date: 0x5821,
    crc: crc32(content),
    compressedSize: packed.length,
    size: content.length,
    nameLength: name.length,
    extraLength: 0,
    name,
    extra: new Uint8Array(),
  };
  return { packed, fields };
};

/** A name or extra field that was replaced has its own length, unless that is a lie as well. */
const told = <L extends HeaderLies>(truth: Required<HeaderLies>, lies: L): Required<HeaderLies> & L => {
  const { name = truth.name, extra = truth.extra } = lies;
  return { ...truth, nameLength: name.length, extraLength: extra.length, ...lies };
};

const shared = (fields: Required<HeaderLies>): Uint8Array =>
  Buffer.concat([
    u16(fields.versionNeeded),
    u16(fields.flags),
    u16(fields.method),
    u16(fields.time),
    u16(fields.date),
    u32(fields.crc),
    u32(fields.compressedSize),
    u32(fields.size),
    u16(fields.nameLength),
    u16(fields.extraLength),
  ]);

const localHeader = (entry: ZipEntry, truth: Required<HeaderLies>): Uint8Array => {
  const fields = told(truth, { ...entry.both, ...entry.local });
  return Buffer.concat([u32(fields.signature), shared(fields), fields.name, fields.extra]);
};

const directoryHeader = (entry: ZipEntry, truth: Required<HeaderLies>, offset: number): Uint8Array => {
  const lies: DirectoryLies = { signature: 0x02014b50, ...entry.both, ...entry.directory };
  const fields = told(truth, lies);
  const comment = lies.comment ?? new Uint8Array();
  return Buffer.concat([
    u32(fields.signature),
    u16(lies.madeBy ?? 0x0314),
    shared(fields),
    u16(lies.commentLength ?? comment.length),
    u16(lies.disk ?? 0),
    u16(lies.internalAttributes ?? 0),
    u32(lies.attributes ?? entry.attributes ?? 0),
    u32(lies.offset ?? offset),
    fields.name,
    fields.extra,
    comment,
  ]);
};

const endRecord = (lies: EndLies, entries: number, directorySize: number, directoryAt: number): Uint8Array => {
  const comment = lies.comment ?? new Uint8Array();
  return Buffer.concat([
    u32(lies.signature ?? 0x06054b50),
    u16(lies.disk ?? 0),
    u16(lies.directoryDisk ?? 0),
    u16(lies.entriesHere ?? entries),
    u16(lies.entries ?? entries),
    u32(lies.directorySize ?? directorySize),
    u32(lies.directoryAt ?? directoryAt),
    u16(lies.commentLength ?? comment.length),
    comment,
  ]);
};

/** Writes the archive, lies and all: any plan at all gives bytes. */
export const writeZip = (plan: ZipPlan): Uint8Array => {
  const nothing = new Uint8Array();
  const body: Uint8Array[] = [];
  let at = 0;
  const headers = plan.entries.map((entry) => {
    const { packed, fields } = truthOf(entry);
    const { before = nothing, after = nothing } = entry;
    const offset = at + before.length;
    const written = Buffer.concat([before, localHeader(entry, fields), packed, after]);
    body.push(written);
    at += written.length;
    return directoryHeader(entry, fields, offset);
  });
  const { prefix = nothing, beforeDirectory = nothing, beforeEnd = nothing, suffix = nothing } = plan;
  const listed = (plan.listed ?? headers.map((_, place) => place)).flatMap((place) => headers[place] ?? []);
  const directory = Buffer.concat(listed);
  const end = endRecord(plan.end ?? {}, listed.length, directory.length, at + beforeDirectory.length);
  return Buffer.concat([prefix, ...body, beforeDirectory, directory, beforeEnd, end, suffix]);
};

export const zipOf = (...entries: readonly ZipEntry[]): Uint8Array => writeZip({ entries });

/** A well-formed extra field. */
export const extraField = (id: number, payload: Uint8Array): Uint8Array =>
  Buffer.concat([u16(id), u16(payload.length), payload]);

/** Attributes of a Unix mode. */
export const unixMode = (mode: number): number => (mode << 16) >>> 0;

const foldersOf = (name: string): readonly string[] =>
  name
    .split('/')
    .slice(0, -1)
    .map((_, depth, parts) => `${parts.slice(0, depth + 1).join('/')}/`);

/** Entries as the builder writes them: deflated throughout, with an entry for every folder, deflated too. */
export const asBuilt = (files: Readonly<Record<string, string>>): readonly ZipEntry[] => {
  const folders = new Set<string>();
  return Object.entries(files).flatMap(([name, content]): readonly ZipEntry[] => {
    const opened = foldersOf(name).filter((folder) => !folders.has(folder));
    for (const folder of opened) folders.add(folder);
    return [
      ...opened.map((folder) => ({ name: folder, attributes: unixMode(0o40775) + 0x10 })),
      { name, content, attributes: unixMode(0o100644) },
    ];
  });
};
