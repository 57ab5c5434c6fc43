import { describe, expect, it } from 'vitest';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import {
  asBuilt,
  bytesOf,
  extraField,
  unixMode,
  writeZip,
  zipOf,
  type ZipPlan,
} from '../../support/registry/zip-writer.ts';

const read = (bytes: Uint8Array) => readArchive(bytes, nodeCodec(), DEFAULT_LIMITS);

const accepts = (bytes: Uint8Array) => {
  const archive = read(bytes);
  return archive.ok ? archive.value.entries.map(({ name }) => name) : archive.fault;
};

const refusalOf = (bytes: Uint8Array) => {
  const archive = read(bytes);
  return archive.ok ? 'accepted' : archive.fault.code;
};

const refusal = (plan: Partial<ZipPlan>) => refusalOf(writeZip({ entries: [A, B], ...plan }));

const A = { name: 'a.txt', content: 'the first' };
const B = { name: 'b.txt', content: 'the second', method: 0 };
const ONE = bytesOf('?');

describe('an archive’s framing', () => {
  it('is in order in an archive as the builder writes it, with folders that are deflated to two bytes', () => {
    const files = {
      'src/tools/main.py': 'print(1)',
      'agent.yaml': 'name: a',
      '.env': '',
      '.pixell/package.json': '{}',
    };
    const archive = read(zipOf(...asBuilt(files)));
    expect(archive).toMatchObject({
      ok: true,
      value: {
        entries: [
          { name: 'src/', isFolder: true, size: 0 },
          { name: 'src/tools/', isFolder: true, size: 0 },
          { name: 'src/tools/main.py', isFolder: false, size: 8 },
          { name: 'agent.yaml', isFolder: false, size: 7 },
          { name: '.env', isFolder: false, size: 0 },
          { name: '.pixell/', isFolder: true, size: 0 },
          { name: '.pixell/package.json', isFolder: false, size: 2 },
        ],
      },
    });
  });

  it.each([
    ['nothing in it', { entries: [] }, []],
    ['its directory in another order', { entries: [A, B], listed: [1, 0] }, ['b.txt', 'a.txt']],
    ['attributes without a type', { entries: [{ ...A, attributes: unixMode(0o600) }] }, ['a.txt']],
    ['no attributes', { entries: [{ ...A, attributes: 0 }] }, ['a.txt']],
    ['attributes of Windows', { entries: [{ ...A, attributes: 0x20, directory: { madeBy: 0x0014 } }] }, ['a.txt']],
    ['every harmless attribute', { entries: [{ ...A, attributes: 0x01 | 0x02 | 0x04 | 0x20 | 0x80 }] }, ['a.txt']],
    ['a stored folder', { entries: [{ name: 'a/', method: 0 }] }, ['a/']],
    ['flags that tell how hard deflate tried', { entries: [{ ...A, both: { flags: 0x0006 } }] }, ['a.txt']],
    ['a version that knows ZIP64 but does not use it', { entries: [{ ...A, both: { versionNeeded: 45 } }] }, ['a.txt']],
    ['no time', { entries: [{ ...A, both: { time: 0, date: 0 } }] }, ['a.txt']],
  ] satisfies readonly (readonly [string, ZipPlan, readonly string[]])[])('is in order with %s', (_, plan, names) => {
    expect(accepts(writeZip(plan))).toEqual(names);
  });

  it('may tell times and owners in front of an entry at more length than in the directory', () => {
    const local = Buffer.concat([extraField(0x5455, Buffer.alloc(13)), extraField(0x7875, Buffer.alloc(11))]);
    const directory = Buffer.concat([extraField(0x5455, Buffer.alloc(5)), extraField(0x7875, Buffer.alloc(11))]);
    expect(accepts(zipOf({ ...A, local: { extra: local }, directory: { extra: directory } }))).toEqual(['a.txt']);
  });
});

describe('a file that is no archive', () => {
  it.each([
    ['empty', ''],
    ['a page', '<html>'],
    ['one byte too short', zipOf().subarray(1)],
    ['cut short', zipOf(A, B).subarray(0, -1)],
    ['without an end record', writeZip({ entries: [A], end: { signature: 0x06054b51 } })],
    ['an archive that ends too long ago', writeZip({ entries: [A], suffix: new Uint8Array(0x10000) })],
  ])('is refused: %s', (_, bytes) => {
    expect(refusalOf(bytesOf(bytes))).toBe('NOT_ZIP');
    expect(read(bytesOf(bytes))).toMatchObject({ fault: { details: { problem: expect.any(String) as string } } });
  });

  it('is not looked at when it is too large', () => {
    const bytes = zipOf(A);
    const limits = { ...DEFAULT_LIMITS, fileBytes: bytes.length - 1 };
    const fault = { code: 'TOO_LARGE', details: { actual: bytes.length, limit: bytes.length - 1 } };
    expect(readArchive(bytes, nodeCodec(), limits)).toEqual({ ok: false, fault });
    expect(readArchive(bytes, nodeCodec(), { ...limits, fileBytes: bytes.length }).ok).toBe(true);
  });
});

describe('an archive’s end', () => {
  const secondEnd = writeZip({ entries: [], end: { entries: 2, entriesHere: 2 } });
  const wrapped = Array.from({ length: 65_536 }, (_, at) => ({ name: `${at}`, method: 0 }));
  const locator = Buffer.concat([Buffer.from('504b0607', 'hex'), Buffer.alloc(16)]);
  const locatorInExtra = extraField(0x000a, Buffer.concat([Buffer.alloc(12), locator]));

  it.each([
    ['a comment', { end: { comment: ONE } }, 'TRAILING_OR_COMMENT'],
    ['the longest comment', { end: { comment: new Uint8Array(0xffff) } }, 'TRAILING_OR_COMMENT'],
    ['a comment that is not there', { end: { commentLength: 1 } }, 'TRAILING_OR_COMMENT'],
    ['something after it', { suffix: ONE }, 'TRAILING_OR_COMMENT'],
    ['another disk', { end: { disk: 1 } }, 'MULTI_DISK'],
    ['its directory on another disk', { end: { directoryDisk: 1 } }, 'MULTI_DISK'],
    ['some entries on another disk', { end: { entriesHere: 1 } }, 'MULTI_DISK'],
    ['an entry on another disk', { entries: [{ ...A, directory: { disk: 1 } }] }, 'MULTI_DISK'],
    ['a disk that is told in ZIP64', { end: { disk: 0xffff } }, 'ZIP64'],
    ['a directory’s disk that is told in ZIP64', { end: { directoryDisk: 0xffff } }, 'ZIP64'],
    ['a number of entries here that is told in ZIP64', { end: { entriesHere: 0xffff } }, 'ZIP64'],
    ['a number of entries that is told in ZIP64', { end: { entries: 0xffff } }, 'ZIP64'],
    ['a size that is told in ZIP64', { end: { directorySize: 0xffffffff } }, 'ZIP64'],
    ['a place that is told in ZIP64', { end: { directoryAt: 0xffffffff } }, 'ZIP64'],
    ['a ZIP64 locator before it', { beforeEnd: locator }, 'ZIP64'],
    ['a ZIP64 locator before it, and nothing else', { entries: [], beforeEnd: locator }, 'ZIP64'],
    ['a ZIP64 locator within an extra field', { entries: [{ ...A, directory: { extra: locatorInExtra } }] }, 'ZIP64'],
    ['a second one', { beforeEnd: secondEnd }, 'CD_INCONSISTENT'],
    ['a second one behind', { suffix: secondEnd }, 'CD_INCONSISTENT'],
    ['a number of entries that wrapped to none', { entries: wrapped }, 'CD_INCONSISTENT'],
    ['too few entries counted', { end: { entries: 1, entriesHere: 1 } }, 'CD_INCONSISTENT'],
    ['too many entries counted', { end: { entries: 3, entriesHere: 3 } }, 'CD_INCONSISTENT'],
    ['too small a directory', { end: { directorySize: 10 } }, 'CD_INCONSISTENT'],
    ['a directory that ends behind it', { end: { directoryAt: 1_000 } }, 'CD_INCONSISTENT'],
    ['a directory that is told to lie earlier', { end: { directoryAt: 0 } }, 'PREFIX_DATA'],
  ] satisfies readonly (readonly [string, Partial<ZipPlan>, string])[])('is refused with %s', (_, plan, code) => {
    expect(refusal(plan)).toBe(code);
  });

  it('is refused with as many entries as a count can hold, and one more', () => {
    const many = (count: number) => zipOf(...Array.from({ length: count }, (_, at) => ({ name: `${at}`, method: 0 })));
    expect(refusalOf(many(65_535))).toBe('ZIP64');
    expect(refusalOf(many(65_534))).toBe('TOO_MANY_ENTRIES');
  });
});

describe('an archive’s directory', () => {
  it.each([
    ['something else in it', [{ ...A, directory: { signature: 0x02014b51 } }, B]],
    ['something else behind its entries', [A, { ...B, directory: { signature: 0x02014b51 } }]],
    ['a name that takes the next entry', [{ ...A, directory: { nameLength: 60 } }, B]],
    ['a last name that is cut short', [A, { ...B, directory: { nameLength: 6 } }]],
    ['a last extra field that is cut short', [A, { ...B, directory: { extraLength: 1 } }]],
    ['a last comment that is cut short', [A, { ...B, directory: { commentLength: 1 } }]],
  ])('is refused with %s', (_, entries) => {
    const details = { problem: expect.any(String) as string };
    expect(read(writeZip({ entries }))).toMatchObject({ fault: { code: 'CD_INCONSISTENT', details } });
  });

  it('is refused with bytes behind it that it counts, or does not', () => {
    expect(refusal({ beforeEnd: ONE })).toBe('CD_INCONSISTENT');
    const directorySize = 2 * (46 + 5) + 1;
    expect(refusal({ beforeEnd: ONE, end: { directorySize } })).toBe('CD_INCONSISTENT');
  });

  it('is refused with the mere beginning of another entry', () => {
    for (const length of [4, 23, 24, 45]) {
      const beginning = Buffer.concat([Buffer.from('504b0102', 'hex'), Buffer.alloc(length - 4)]);
      const end = { entriesHere: 3, entries: 3, directorySize: 2 * (46 + 5) + length };
      expect(refusal({ beforeEnd: beginning, end })).toBe('CD_INCONSISTENT');
    }
  });

  it('is refused with a comment on an entry', () => {
    expect(refusal({ entries: [{ ...A, directory: { comment: ONE } }, B] })).toBe('TRAILING_OR_COMMENT');
  });
});

describe('where entries lie', () => {
  const nested = zipOf({ name: 'inner.txt', content: 'hidden' });

  it.each([
    ['something in front', { prefix: bytesOf('#!/bin/sh\n') }, 'PREFIX_DATA'],
    ['one byte in front', { prefix: ONE }, 'PREFIX_DATA'],
    ['something in front that offsets count', { entries: [{ ...A, before: ONE }, B] }, 'PREFIX_DATA'],
    ['an entry in front that nobody lists', { listed: [1] }, 'PREFIX_DATA'],
    ['a gap', { entries: [A, { ...B, before: ONE }] }, 'GAP_OR_OVERLAP'],
    ['another archive between two entries', { entries: [A, { ...B, before: nested }] }, 'GAP_OR_OVERLAP'],
    ['a gap before the directory', { beforeDirectory: ONE }, 'GAP_OR_OVERLAP'],
    ['a last entry that nobody lists', { listed: [0] }, 'GAP_OR_OVERLAP'],
    ['an entry that is listed twice', { listed: [0, 0, 1] }, 'DUPLICATE'],
    ['no entries, and something', { entries: [], beforeDirectory: ONE }, 'GAP_OR_OVERLAP'],
    ['one entry under two names', { entries: [A, { ...B, directory: { offset: 0 } }] }, 'GAP_OR_OVERLAP'],
    ['an entry within another', { entries: [A, { ...B, directory: { offset: 10 } }] }, 'GAP_OR_OVERLAP'],
    ['an entry within the directory', { entries: [A, { ...B, directory: { offset: 95 } }] }, 'GAP_OR_OVERLAP'],
    ['an entry beyond the file', { entries: [A, { ...B, directory: { offset: 99_999 } }] }, 'GAP_OR_OVERLAP'],
    ['content that takes the next entry', { entries: [{ ...A, both: { compressedSize: 50 } }, B] }, 'GAP_OR_OVERLAP'],
    [
      'content that reaches into the directory',
      { entries: [{ ...A, both: { compressedSize: 50 } }] },
      'GAP_OR_OVERLAP',
    ],
    ['content that is too short', { entries: [{ ...A, both: { compressedSize: 10 } }, B] }, 'GAP_OR_OVERLAP'],
    ['an extra field beyond everything', { entries: [{ ...A, local: { extraLength: 0xffff } }] }, 'GAP_OR_OVERLAP'],
  ] satisfies readonly (readonly [string, Partial<ZipPlan>, string])[])('is refused with %s', (_, plan, code) => {
    expect(refusal(plan)).toBe(code);
  });
});

describe('a refusal', () => {
  const archive = zipOf(A, B);
  const end = archive.length;

  it.each([
    ['a comment', { end: { comment: ONE } }, { offset: end, problem: 'the archive has a comment' }],
    ['something after it', { suffix: ONE }, { offset: end, problem: '1 bytes follow its end record' }],
    ['something in front', { prefix: Buffer.alloc(10) }, { problem: '10 bytes' }],
    ['something in front that counts', { entries: [{ ...A, before: Buffer.alloc(10) }] }, { problem: '10 bytes' }],
    ['a gap', { entries: [A, { ...B, before: ONE }] }, { entry: 'b.txt', offset: 47 }],
    [
      'content that is too long',
      { entries: [A, { ...B, both: { compressedSize: 11, size: 11 } }] },
      { entry: 'b.txt', offset: 46 },
    ],
    ['a gap before the directory', { entries: [A], beforeDirectory: ONE }, { offset: 46 }],
    [
      'a directory in the wrong place',
      { end: { directoryAt: 1_000 } },
      { problem: 'it does not lie before the end record', actual: 1_102, expected: end - 22 },
    ],
  ] satisfies readonly (readonly [string, Partial<ZipPlan>, object])[])('tells where: %s', (_, plan, details) => {
    expect(accepts(writeZip({ entries: [A, B], ...plan }))).toHaveProperty('details', details);
  });
});
