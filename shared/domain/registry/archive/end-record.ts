import { passed, refused } from '#shared/domain/registry/checked.ts';
import type { Checked } from '#shared/domain/registry/verdict.ts';
import { IN_ZIP64, type Source } from './source.ts';

/** Where the directory lies: it ends where the end record begins, at `end`. */
export interface EndRecord {
  readonly entries: number;
  readonly directoryAt: number;
  readonly end: number;
}

const SIGNATURE = 0x06054b50;
const BYTES = 22;
const LONGEST_COMMENT = 0xffff;

const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;

const DIRECTORY_SIGNATURE = 0x02014b50;

/** An end record that is not at the end: by its nature the file is a zip, and something comes after it. */
const misplaced = ({ view }: Source): Checked<never> => {
  const last = view.byteLength - BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at -= 1) {
    if (view.getUint32(at, true) === SIGNATURE) {
      const commented = view.getUint16(at + BYTES - 2, true) > 0;
      return refused('TRAILING_OR_COMMENT', {
        offset: at + BYTES,
        problem: commented ? 'the archive has a comment' : `${last - at} bytes follow its end record`,
      });
    }
  }
  return refused('NOT_ZIP', { problem: 'it has no end record; it may be cut short' });
};

/** Readers look for the locator by its place, whatever the end record says: so must whoever refuses it. */
const usesZip64 = ({ view }: Source, at: number): boolean =>
  (at >= LOCATOR_BYTES && view.getUint32(at - LOCATOR_BYTES, true) === LOCATOR_SIGNATURE) ||
  [4, 6, 8, 10].some((field) => view.getUint16(at + field, true) === IN_ZIP64.u16) ||
  [12, 16].some((field) => view.getUint32(at + field, true) === IN_ZIP64.u32);

/** Readers take a directory that is not where it is said to be for an archive with something in front. */
const misdirected = ({ view }: Source, size: number, { directoryAt, end }: EndRecord): Checked<never> => {
  const shift = end - size - directoryAt;
  const found = end - size;
  if (shift > 0 && size >= 4 && view.getUint32(found, true) === DIRECTORY_SIGNATURE)
    return refused('PREFIX_DATA', { problem: `${shift} bytes` });
  return refused('CD_INCONSISTENT', {
    problem: 'it does not lie before the end record',
    actual: directoryAt + size,
    expected: end,
  });
};

/** Reads the end record, which must be the last bytes of the file. */
export const readEndRecord = (source: Source, mostEntries: number): Checked<EndRecord> => {
  const { view } = source;
  const end = view.byteLength - BYTES;
  if (end < 0) return refused('NOT_ZIP', { problem: `it has ${view.byteLength} bytes` });
  if (view.getUint32(end, true) !== SIGNATURE || view.getUint16(end + 20, true) !== 0) return misplaced(source);
  if (usesZip64(source, end)) return refused('ZIP64');
  const entries = view.getUint16(end + 10, true);
  const isOfOne = [4, 6].every((field) => view.getUint16(end + field, true) === 0);
  if (!isOfOne || view.getUint16(end + 8, true) !== entries) return refused('MULTI_DISK');
  if (entries > mostEntries) return refused('TOO_MANY_ENTRIES', { actual: entries, limit: mostEntries });
  const size = view.getUint32(end + 12, true);
  const record = { entries, directoryAt: view.getUint32(end + 16, true), end };
  return record.directoryAt + size === end ? passed(record) : misdirected(source, size, record);
};
