import { deflateRawSync } from 'node:zlib';
import { asBuilt, writeZip, type ZipEntry } from '../test/support/registry/zip-writer.ts';

const MIB = 1_024 * 1_024;
const FILE_BYTES = 100 * MIB;
const FILES = 4_999;
/** So many files have a content of their own; the rest is theirs again, elsewhere in the archive. */
const CONTENTS = 49;
/** The headers of an entry, in both places, with its name. */
const HEADERS = 100;
const WORDS = 2_000;

/** Repeatable, and as good as random for a compressor. */
const numbers = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed;
};

const next = numbers(1);
const words = Array.from({ length: WORDS }, () =>
  next()
    .toString(36)
    .slice(0, 3 + (next() % 5)),
);

const textOf = (length: number): Buffer => {
  const parts: string[] = [];
  let size = 0;
  while (size < length) {
    const word = words[(next() >>> 8) % WORDS] ?? '';
    parts.push(word);
    size += word.length + 1;
  }
  return Buffer.from(parts.join(' ')).subarray(0, length);
};

/** Text that is of this size when it is packed, or a little less. */
const packedTo = (size: number): Pick<Required<ZipEntry>, 'content' | 'packed'> => {
  let content = textOf(size * 3);
  let packed = deflateRawSync(content);
  while (packed.length > size) {
    content = content.subarray(0, Math.floor((content.length * size) / packed.length));
    packed = deflateRawSync(content);
  }
  return { content, packed };
};

const MANIFEST = 'name: large\nmetadata:\n  version: 1.0.0\n';

export interface LargePackage {
  readonly bytes: Uint8Array;
  readonly entries: number;
  readonly unpackedBytes: number;
}

/** As large as a package may be, in 5,000 entries of text. */
export const largePackage = (): LargePackage => {
  const contents = Array.from({ length: CONTENTS }, () => packedTo(Math.floor(FILE_BYTES / FILES) - 2 * HEADERS));
  const files = Array.from({ length: FILES }, (_, index) => ({
    name: `src/part-${index % 50}/file-${index}.txt`,
    ...(contents[index % CONTENTS] ?? contents[0]),
  }));
  const entries: readonly ZipEntry[] = [...asBuilt({ 'agent.yaml': MANIFEST }), ...files];
  const bytes = writeZip({ entries });
  const unpackedBytes = files.reduce((sum, { content = '' }) => sum + content.length, MANIFEST.length);
  return { bytes, entries: entries.length, unpackedBytes };
};
