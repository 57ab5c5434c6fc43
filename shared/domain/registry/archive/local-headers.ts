import { passed, refused } from '#shared/domain/registry/checked.ts';
import type { Checked, Fault } from '#shared/domain/registry/verdict.ts';
import type { Header } from './directory.ts';
import { extraProblem } from './extra-fields.ts';
import { IN_ZIP64, type Source } from './source.ts';

/** An entry, with its name read. */
export interface Entry {
  readonly header: Header;
  readonly name: string;
}

/** An entry and where its packed content begins. */
export interface Located extends Entry {
  readonly contentAt: number;
}

const SIGNATURE = 0x04034b50;
const BYTES = 30;

/** What both descriptions of an entry say, and where: in the directory everything stands two bytes further on. */
const FIELDS = [
  ['version needed', 4, 2],
  ['flags', 6, 2],
  ['method', 8, 2],
  ['time', 10, 2],
  ['date', 12, 2],
  ['CRC', 14, 4],
  ['compressed size', 18, 4],
  ['size', 22, 4],
  ['length of the name', 26, 2],
] as const;

const read = ({ view }: Source, at: number, width: 2 | 4): number =>
  width === 2 ? view.getUint16(at, true) : view.getUint32(at, true);

const mismatch = (entry: string, field: string, found?: { actual: number; expected: number }): Fault => ({
  code: 'HEADER_MISMATCH',
  details: { entry, field, ...found },
});

const fieldsFault = (source: Source, header: Header, entry: string): Fault | undefined => {
  for (const [field, at, width] of FIELDS) {
    const actual = read(source, header.offset + at, width);
    const expected = read(source, header.at + at + 2, width);
    if (actual !== expected) return mismatch(entry, field, { actual, expected });
  }
  return undefined;
};

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/** What the entry says of itself in front of its content: nothing but what the directory says. */
const selfFault = (source: Source, header: Header, entry: string, end: number): Fault | undefined => {
  const { bytes, view } = source;
  const at = header.offset;
  if (view.getUint32(at, true) !== SIGNATURE) return mismatch(entry, 'signature');
  const extraAt = at + BYTES + view.getUint16(at + 26, true);
  const extraEnd = extraAt + view.getUint16(at + 28, true);
  if (extraEnd > end) return { code: 'GAP_OR_OVERLAP', details: { entry, offset: at } };
  // Times and owners may be told here at more length than in the directory, so these are not compared.
  const problem = extraProblem(bytes.subarray(extraAt, extraEnd));
  const inZip64 = [18, 22].some((field) => view.getUint32(at + field, true) === IN_ZIP64.u32);
  if (inZip64 || problem === 'zip64') return { code: 'ZIP64', details: { entry } };
  const fault = fieldsFault(source, header, entry);
  if (fault) return fault;
  if (!isSame(bytes.subarray(at + BYTES, extraAt), header.name)) return mismatch(entry, 'name');
  return problem ? { code: 'EXTRA_FIELD', details: { entry, actual: problem } } : undefined;
};

/** The entry's content, when the entry begins exactly `at` and does not reach beyond `end`. */
const locate = (source: Source, { header, name }: Entry, at: number, end: number): Checked<Located> => {
  if (at === 0 && header.offset > 0) return refused('PREFIX_DATA', { problem: `${header.offset} bytes` });
  if (header.offset !== at || at + BYTES > end)
    return refused('GAP_OR_OVERLAP', { entry: name, offset: header.offset });
  const fault = selfFault(source, header, name, end);
  if (fault) return { ok: false, fault };
  const contentAt = at + BYTES + source.view.getUint16(at + 26, true) + source.view.getUint16(at + 28, true);
  return contentAt + header.compressedSize > end
    ? refused('GAP_OR_OVERLAP', { entry: name, offset: at })
    : passed({ header, name, contentAt });
};

/**
 * Finds every entry's content. Entries lie one after the other from the first byte of the file to its directory, so
 * that every byte belongs to exactly one of them and no reader finds what another does not.
 */
export const locateContents = (source: Source, entries: readonly Entry[], end: number): Checked<readonly Located[]> => {
  const located: Located[] = [];
  let at = 0;
  for (const entry of entries.toSorted((one, other) => one.header.offset - other.header.offset)) {
    const found = locate(source, entry, at, end);
    if (!found.ok) return found;
    located.push(found.value);
    at = found.value.contentAt + entry.header.compressedSize;
  }
  return at === end ? passed(located) : refused('GAP_OR_OVERLAP', { offset: at });
};
