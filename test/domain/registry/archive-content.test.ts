import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import type { Unpacker } from '#shared/domain/registry/archive/unpacker.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { DEFAULT_LIMITS, type Limits } from '#shared/domain/registry/limits.ts';
import { bytesOf, zipOf, type ZipEntry } from '../../support/registry/zip-writer.ts';

const MIB = 1024 * 1024;

const judge = (entries: readonly ZipEntry[], limits: Partial<Limits> = {}, unpacker: Unpacker = nodeCodec()) => {
  const archive = readArchive(zipOf(...entries), unpacker, { ...DEFAULT_LIMITS, ...limits });
  return archive.ok ? 'accepted' : archive.fault;
};

/** Remembers what it was asked to unpack. */
const watchedUnpacker = () => {
  const { crc32, inflate } = nodeCodec();
  const sizes: number[] = [];
  const unpacker: Unpacker = {
    crc32,
    inflate: (bytes, size) => {
      sizes.push(size);
      return inflate(bytes, size);
    },
  };
  return { unpacker, sizes };
};

const TEXT = 'to be or not to be';
const PACKED = deflateRawSync(TEXT);
const deflated = (lies: Partial<ZipEntry>): ZipEntry => ({ name: 'a', content: TEXT, ...lies });
const stored = (lies: Partial<ZipEntry>): ZipEntry => ({ name: 'a', content: TEXT, method: 0, ...lies });

/** The last block of a stream, made another than the last: the stream does not end. */
const endless = Buffer.from(PACKED);
endless[0] = PACKED[0]! & ~1;

describe('an entry’s content', () => {
  it.each([
    ['is what the archive says', deflated({}), 'accepted'],
    ['is stored', stored({}), 'accepted'],
    ['is nothing', deflated({ content: '' }), 'accepted'],
    ['is nothing, and stored', stored({ content: '' }), 'accepted'],
    ['is deflated without compression', deflated({ packed: deflateRawSync(TEXT, { level: 0 }) }), 'accepted'],
    ['is another archive', stored({ content: zipOf({ name: '../b', content: new Uint8Array(MIB) }) }), 'accepted'],
    ['has another checksum', deflated({ both: { crc: 1 } }), 'CRC'],
    ['has another checksum, and is stored', stored({ both: { crc: 1 } }), 'CRC'],
    ['is nothing, with a checksum', stored({ content: '', both: { crc: 1 } }), 'CRC'],
    ['is other content', deflated({ packed: deflateRawSync(TEXT.toUpperCase()) }), 'CRC'],
    ['is other content, and stored', stored({ packed: bytesOf(TEXT.toUpperCase()) }), 'CRC'],
    ['is larger than it says', deflated({ both: { size: TEXT.length - 1 } }), 'SIZE'],
    ['is smaller than it says', deflated({ both: { size: TEXT.length + 1 } }), 'SIZE'],
    ['is something that says it is nothing', deflated({ both: { size: 0 } }), 'SIZE'],
    ['is nothing that says it is something', deflated({ content: '', both: { size: 1 } }), 'SIZE'],
    ['is one byte that says it is nothing', deflated({ content: 'a', both: { size: 0 } }), 'SIZE'],
    ['is stored, and smaller than it says', stored({ both: { size: TEXT.length + 1 } }), 'SIZE'],
    ['is stored, and larger than it says', stored({ both: { size: TEXT.length - 1 } }), 'SIZE'],
    ['is a folder’s', { name: 'a/', content: TEXT }, 'SIZE'],
    ['is a folder’s, and stored', { name: 'a/', content: TEXT, method: 0 }, 'SIZE'],
    ['is a folder’s that says it is none', { name: 'a/', content: TEXT, both: { size: 0 } }, 'SIZE'],
    ['is no deflate', deflated({ packed: bytesOf('no deflate') }), 'INFLATE'],
    ['is not there', deflated({ packed: new Uint8Array() }), 'INFLATE'],
    ['is cut short', deflated({ packed: PACKED.subarray(0, -1) }), 'INFLATE'],
    ['does not end', deflated({ packed: endless }), 'INFLATE'],
    ['ends early', deflated({ packed: Buffer.concat([PACKED, Buffer.alloc(1)]) }), 'INFLATE'],
    ['is followed by another', deflated({ packed: Buffer.concat([PACKED, PACKED]) }), 'INFLATE'],
    [
      'is in the wrapping of zlib',
      deflated({ packed: Buffer.from('789c030000000001', 'hex'), content: '' }),
      'INFLATE',
    ],
  ] satisfies readonly (readonly [string, ZipEntry, string])[])('that %s: %#', (_, entry, code) => {
    const found = judge([entry]);
    expect(typeof found === 'string' ? found : found.code).toBe(code);
    if (typeof found !== 'string') expect(found.details?.entry).toBe(entry.name);
  });

  it('is judged in the last entry as in the first', () => {
    const entries = [deflated({}), deflated({ name: 'b' }), deflated({ name: 'c', both: { crc: 1 } })];
    expect(judge(entries)).toEqual({ code: 'CRC', details: { entry: 'c' } });
  });

  it('can be had by name, and is nothing for a folder or a name that is not there', () => {
    const archive = readArchive(
      zipOf({ name: 'f/' }, deflated({ name: 'f/a' }), stored({ name: 'b' })),
      nodeCodec(),
      DEFAULT_LIMITS,
    );
    if (!archive.ok) expect.unreachable();
    const { contentOf } = archive.value;
    expect(['f/a', 'b', 'f/', 'f', 'A', ''].map((name) => contentOf(name)?.length)).toEqual([18, 18, ...Array(4)]);
    expect(new TextDecoder().decode(contentOf('f/a'))).toBe(TEXT);
  });

  it('is read where it lies, when the package is a part of other bytes', () => {
    const bytes = zipOf(deflated({}), stored({ name: 'b' }));
    const all = Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(5)]);
    expect(readArchive(all.subarray(7, 7 + bytes.length), nodeCodec(), DEFAULT_LIMITS).ok).toBe(true);
  });
});

describe('the limits', () => {
  const zeros = (size: number, name = 'a') => ({ name, content: new Uint8Array(size) });

  it('are on both sides of the number of entries', () => {
    const entries = [1, 2, 3].map((at) => ({ name: `${at}`, method: 0 }));
    expect(judge(entries, { entries: 3 })).toBe('accepted');
    expect(judge(entries, { entries: 2 })).toEqual({ code: 'TOO_MANY_ENTRIES', details: { actual: 3, limit: 2 } });
  });

  it('let 10,000 entries pass, and not one more', () => {
    const entries = Array.from({ length: 10_001 }, (_, at) => ({ name: `${at}`, method: 0 }));
    expect(judge(entries.slice(1))).toBe('accepted');
    expect(judge(entries)).toEqual({ code: 'TOO_MANY_ENTRIES', details: { actual: 10_001, limit: 10_000 } });
  });

  it('are on both sides of the size of an entry', () => {
    expect(judge([zeros(100)], { entryBytes: 100 })).toBe('accepted');
    const details = { entry: 'a', actual: 101, limit: 100 };
    expect(judge([zeros(101)], { entryBytes: 100 })).toEqual({ code: 'UNPACKED_TOO_LARGE', details });
  });

  it('are on both sides of the size of all entries', () => {
    expect(judge([zeros(60), zeros(40, 'b')], { unpackedBytes: 100 })).toBe('accepted');
    const fault = { code: 'UNPACKED_TOO_LARGE', details: { actual: 101, limit: 100 } };
    expect(judge([zeros(60), zeros(41, 'b')], { unpackedBytes: 100 })).toEqual(fault);
  });

  it('are on both sides of the ratio, which is not asked of small packages', () => {
    const file = zipOf(zeros(10_000)).length;
    const ratio = Math.ceil(10_000 / file);
    expect(judge([zeros(10_000)], { ratio, ratioFromBytes: 9_999 })).toBe('accepted');
    expect(judge([zeros(10_000)], { ratio: ratio - 1, ratioFromBytes: 10_000 })).toBe('accepted');
    const fault = { code: 'RATIO', details: { actual: ratio, limit: ratio - 1 } };
    expect(judge([zeros(10_000)], { ratio: ratio - 1, ratioFromBytes: 9_999 })).toEqual(fault);
  });

  it('allow exactly the ratio', () => {
    // Of a size that is so many times that of its own package.
    const [size = 0, ratio = 0] =
      Array.from({ length: 5_000 }, (_, index) => 1_000 + index)
        .map((each) => [each, each / zipOf(zeros(each)).length] as const)
        .find(([, times]) => Number.isInteger(times)) ?? [];
    expect(judge([zeros(size)], { ratio, ratioFromBytes: 1 })).toBe('accepted');
    expect(judge([zeros(size)], { ratio: ratio - 1, ratioFromBytes: 1 })).toMatchObject({ code: 'RATIO' });
  });

  it('stop a bomb before anything is unpacked, and go by what it says of itself', () => {
    const { unpacker, sizes } = watchedUnpacker();
    expect(judge([zeros(65 * MIB)], {}, unpacker)).toMatchObject({ code: 'RATIO' });
    expect(judge([deflated({ both: { size: 128 * MIB + 1 } })], {}, unpacker)).toMatchObject({
      code: 'UNPACKED_TOO_LARGE',
    });
    const many = Array.from({ length: 5 }, (_, at) => deflated({ name: `${at}`, both: { size: 128 * MIB } }));
    expect(judge(many, {}, unpacker)).toMatchObject({ code: 'UNPACKED_TOO_LARGE' });
    expect(sizes).toEqual([]);
  });

  it('hold a bomb to what it says of itself', () => {
    expect(judge([{ ...zeros(64 * MIB), both: { size: 10 } }])).toEqual({
      code: 'SIZE',
      details: { entry: 'a', expected: 10 },
    });
  });
});
