import { describe, expect, it } from 'vitest';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import {
  bytesOf,
  extraField,
  unixMode,
  zipOf,
  type HeaderLies,
  type ZipEntry,
} from '../../support/registry/zip-writer.ts';

const A = { name: 'a.txt', content: 'the first' };
const AFTER = { name: 'z.txt', content: 'the last', method: 0 };

const refusal = (entry: ZipEntry) => {
  const archive = readArchive(zipOf(entry, AFTER), nodeCodec(), DEFAULT_LIMITS);
  return archive.ok ? 'accepted' : archive.fault;
};

const empty = (id: number) => extraField(id, new Uint8Array());

describe('an entry', () => {
  it.each([
    ['a size', { size: 0xffffffff }],
    ['a packed size', { compressedSize: 0xffffffff }],
    ['the field', { extra: extraField(0x0001, Buffer.alloc(16)) }],
    ['the field, without anything in it', { extra: empty(0x0001) }],
  ])('is refused when it has %s of ZIP64, in one place or both', (_, lies) => {
    for (const place of ['both', 'local', 'directory'] as const)
      expect(refusal({ ...A, [place]: lies })).toEqual({ code: 'ZIP64', details: { entry: 'a.txt' } });
  });

  it('is refused with a comment, and on another disk, by its name', () => {
    const details = { entry: 'a.txt' };
    const comment = refusal({ ...A, directory: { comment: bytesOf('a') } });
    expect(comment).toMatchObject({ code: 'TRAILING_OR_COMMENT', details });
    expect(refusal({ ...A, directory: { disk: 1 } })).toEqual({ code: 'MULTI_DISK', details });
    const longer = refusal({ ...A, local: { extraLength: 0xff00 } });
    expect(longer).toEqual({ code: 'GAP_OR_OVERLAP', details: { ...details, offset: 0 } });
  });

  it('is refused when its place is told in ZIP64', () => {
    expect(refusal({ ...A, directory: { offset: 0xffffffff } })).toMatchObject({ code: 'ZIP64' });
  });

  it.each([
    [0x0001, 'ENCRYPTED'],
    [0x0040, 'ENCRYPTED'],
    [0x2000, 'ENCRYPTED'],
    [0x0009, 'ENCRYPTED'],
    [0x0008, 'DATA_DESCRIPTOR'],
    [0x0010, 'FLAGS'],
    [0x0020, 'FLAGS'],
    [0x0080, 'FLAGS'],
    [0x0100, 'FLAGS'],
    [0x0200, 'FLAGS'],
    [0x0400, 'FLAGS'],
    [0x1000, 'FLAGS'],
    [0x4000, 'FLAGS'],
    [0x8000, 'FLAGS'],
    [0x0002, 'accepted'],
    [0x0004, 'accepted'],
    [0x0800, 'accepted'],
  ])('with the flags %i is %s', (flags, code) => {
    const found = refusal({ ...A, both: { flags } });
    expect(typeof found === 'string' ? found : found.code).toBe(code);
    if (typeof found !== 'string') expect(found.details?.entry).toBe('a.txt');
  });

  it('is refused with its sizes behind its content, as a tool writes that cannot go back', () => {
    const descriptor = Buffer.alloc(16);
    const local = { flags: 0x0008, crc: 0, compressedSize: 0, size: 0 };
    expect(refusal({ ...A, local, directory: { flags: 0x0008 }, after: descriptor })).toEqual({
      code: 'DATA_DESCRIPTOR',
      details: { entry: 'a.txt' },
    });
  });

  it.each([1, 6, 9, 12, 14, 93, 95, 99])('is refused when it is compressed by method %i', (method) => {
    expect(refusal({ ...A, method })).toEqual({ code: 'METHOD', details: { entry: 'a.txt', actual: method } });
  });

  it.each([46, 63, 64, 0x0114])('is refused when version %i is needed to read it', (versionNeeded) => {
    const details = { entry: 'a.txt', field: 'version needed' };
    expect(refusal({ ...A, both: { versionNeeded } })).toMatchObject({ code: 'METHOD', details });
  });

  it.each([
    ['another name for it', extraField(0x7075, Buffer.from('\u0001????b.txt')), '0x7075'],
    ['a comment', empty(0x6375), '0x6375'],
    ['a cipher', empty(0x9901), '0x9901'],
    ['what nobody knows', empty(0xcafe), '0xcafe'],
    ['one field twice', Buffer.concat([empty(0x5455), empty(0x5455)]), '0x5455 twice'],
    ['more than times can be', extraField(0x000a, Buffer.alloc(33)), '0x000a of 33 bytes'],
    ['the beginning of a field', Buffer.alloc(3), 'cut short'],
    ['a field that is longer than all', Buffer.from('55540500aabbccdd', 'hex'), 'cut short'],
    ['something behind its fields', Buffer.concat([empty(0x5455), Buffer.alloc(1)]), 'cut short'],
  ])('is refused with an extra field that has %s', (_, extra, actual) => {
    for (const place of ['local', 'directory', 'both'] as const)
      expect(refusal({ ...A, [place]: { extra } })).toEqual({
        code: 'EXTRA_FIELD',
        details: { entry: 'a.txt', actual },
      });
  });

  it.each([
    [0x000a, 32],
    [0x5455, 13],
    [0x5855, 12],
    [0x7875, 19],
  ])('may have the extra field %i with up to %i bytes', (id, longest) => {
    const having = (length: number) => refusal({ ...A, both: { extra: extraField(id, Buffer.alloc(length)) } });
    expect([having(0), having(longest)]).toEqual(['accepted', 'accepted']);
    expect(having(longest + 1)).toMatchObject({ code: 'EXTRA_FIELD' });
  });

  it.each([
    ['a link', 0o120777],
    ['a character device', 0o020644],
    ['a block device', 0o060644],
    ['a pipe', 0o010644],
    ['a socket', 0o140644],
    ['of a type that there is not', 0o170644],
    ['run as its owner', 0o104755],
    ['run as its group', 0o102755],
    ['sticky', 0o101755],
    ['run as its owner, without a type', 0o004755],
    ['a folder by its mode', 0o040755],
  ])('is refused when it is %s', (_, mode) => {
    expect(refusal({ ...A, attributes: unixMode(mode) })).toMatchObject({
      code: 'SPECIAL_FILE',
      details: { entry: 'a.txt' },
    });
  });

  it.each([
    ['a label', 0x08],
    ['a device', 0x40],
    ['a link of Windows', 0x400],
    ['a folder of Windows', 0x10],
  ])('is refused when it is %s by its attributes', (_, attributes) => {
    expect(refusal({ ...A, attributes })).toMatchObject({ code: 'SPECIAL_FILE' });
  });

  it('is refused when its name is a folder’s and its mode a file’s', () => {
    expect(refusal({ name: 'a/', attributes: unixMode(0o100644) })).toMatchObject({ code: 'SPECIAL_FILE' });
  });

  it.each([
    ['signature', { signature: 0x04034b51 }],
    ['version needed', { versionNeeded: 10 }],
    ['flags', { flags: 2 }],
    ['flags', { flags: 8 }],
    ['method', { method: 0 }],
    ['time', { time: 1 }],
    ['date', { date: 1 }],
    ['CRC', { crc: 1 }],
    ['compressed size', { compressedSize: 1 }],
    ['size', { size: 1 }],
    ['length of the name', { name: bytesOf('a.txtx') }],
    ['name', { name: bytesOf('b.txt') }],
    ['name', { name: bytesOf('a.txT') }],
  ] satisfies readonly (readonly [string, HeaderLies])[])(
    'is refused with another %s in front of it',
    (field, local) => {
      expect(refusal({ ...A, local })).toMatchObject({ code: 'HEADER_MISMATCH', details: { entry: 'a.txt', field } });
    },
  );

  it('is refused with what is wrong, as people write it', () => {
    expect(refusal({ ...A, both: { flags: 0x0022 } })).toMatchObject({ details: { actual: '0x0020' } });
    expect(refusal({ ...A, attributes: 0x408 })).toMatchObject({ details: { problem: 'its attributes are 0x0408' } });
    const link = { ...A, attributes: unixMode(0o120777) };
    expect(refusal(link)).toMatchObject({ details: { problem: 'its mode is 0o120777' } });
  });

  it('tells both values where they differ', () => {
    const differing = (field: string, actual: number, expected: number) => ({
      code: 'HEADER_MISMATCH',
      details: { entry: 'a.txt', field, actual, expected },
    });
    expect(refusal({ ...A, local: { size: 1 } })).toEqual(differing('size', 1, 9));
    expect(refusal({ ...A, local: { date: 0x0102 }, directory: { date: 0x0102 + 1 } })).toEqual(
      differing('date', 0x0102, 0x0103),
    );
    // In the upper half of the number, too.
    expect(refusal({ ...A, local: { size: 0x10009 } })).toEqual(differing('size', 0x10009, 9));
  });
});

describe('the first fault', () => {
  it('is told, whatever else is wrong', () => {
    const wrong: ZipEntry = { name: '../a', attributes: unixMode(0o120777), both: { flags: 1, method: 99 } };
    expect(refusal(wrong)).toMatchObject({ code: 'ENCRYPTED' });
    expect(refusal({ ...wrong, both: { method: 99 } })).toMatchObject({ code: 'METHOD' });
    expect(refusal({ ...wrong, both: {} })).toMatchObject({ code: 'SPECIAL_FILE' });
    expect(refusal({ name: wrong.name })).toMatchObject({ code: 'PATH_TRAVERSAL' });
  });

  it('is that of the entry that the directory lists first', () => {
    const bytes = zipOf({ ...A, both: { method: 99 } }, { ...AFTER, both: { flags: 1 } });
    expect(readArchive(bytes, nodeCodec(), DEFAULT_LIMITS)).toMatchObject({ fault: { code: 'METHOD' } });
  });
});
