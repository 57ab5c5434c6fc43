import { passed, refused } from '#shared/domain/registry/checked.ts';
import type { Checked } from '#shared/domain/registry/verdict.ts';
import type { EndRecord } from './end-record.ts';
import type { Source } from './source.ts';

/** An entry as the archive's directory describes it; nothing of it is proven. */
export interface Header {
  /** Where it is described. */
  readonly at: number;
  readonly versionNeeded: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly disk: number;
  readonly attributes: number;
  /** Where its content and its second description lie. */
  readonly offset: number;
  readonly name: Uint8Array;
  readonly extra: Uint8Array;
  readonly commentBytes: number;
}

const SIGNATURE = 0x02014b50;
const BYTES = 46;

const headerAt = ({ bytes, view }: Source, at: number): Header => {
  const nameEnd = at + BYTES + view.getUint16(at + 28, true);
  return {
    at,
    versionNeeded: view.getUint16(at + 6, true),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    disk: view.getUint16(at + 34, true),
    attributes: view.getUint32(at + 38, true),
    offset: view.getUint32(at + 42, true),
    name: bytes.subarray(at + BYTES, nameEnd),
    extra: bytes.subarray(nameEnd, nameEnd + view.getUint16(at + 30, true)),
    commentBytes: view.getUint16(at + 32, true),
  };
};

const inconsistent = (problem: string, actual: number, expected: number): Checked<never> =>
  refused('CD_INCONSISTENT', { problem, actual, expected });

/**
 * Reads the directory: as many entries as the end record counts, and nothing besides. Some readers go by the count
 * and others by the size, and a count wraps at 65,536.
 */
export const readDirectory = (source: Source, { entries, directoryAt, end }: EndRecord): Checked<readonly Header[]> => {
  const headers: Header[] = [];
  let at = directoryAt;
  while (at < end) {
    if (headers.length === entries) return inconsistent('it goes on after its last entry', at, end);
    if (at + BYTES > end || source.view.getUint32(at, true) !== SIGNATURE)
      return refused('CD_INCONSISTENT', { problem: 'something else is among its entries', offset: at });
    const header = headerAt(source, at);
    at += BYTES + header.name.length + header.extra.length + header.commentBytes;
    headers.push(header);
  }
  // Past the end, the last entry's name or extra field was cut: it took its bytes from the end record.
  if (at > end) return inconsistent('its last entry is cut short', at, end);
  if (headers.length !== entries) return inconsistent('it has another number of entries', headers.length, entries);
  return passed(headers);
};
