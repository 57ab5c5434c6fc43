import { describe, expect, it } from 'vitest';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import { zipOf, type ZipEntry } from '../../support/registry/zip-writer.ts';

const judge = (...entries: readonly ZipEntry[]) => {
  const archive = readArchive(zipOf(...entries), nodeCodec(), DEFAULT_LIMITS);
  return archive.ok ? archive.value.entries.map(({ name }) => name) : archive.fault;
};

const codeOf = (...entries: readonly ZipEntry[]) => {
  const found = judge(...entries);
  return 'code' in found ? found.code : 'accepted';
};

const named = (...names: readonly string[]) => names.map((name) => ({ name, method: 0 }));

describe('an entry’s name', () => {
  it.each([
    'a',
    'a/b/c.d',
    'a/',
    '.env',
    '..a/b..c/...d',
    'a b/ c',
    '-rf',
    'Grüße.txt',
    '日本語/ファイル.txt',
    'naïve/',
    '~',
    'a%2e%2e',
    '*?"<>|$\'`',
    'con',
    '😀',
    'x'.repeat(255),
    `${'é'.repeat(127)}e/a`,
    `${'a/'.repeat(63)}a`,
    `${'a/'.repeat(63)}a/`,
    `${'x'.repeat(255)}/`.repeat(3) + 'x'.repeat(256 - 2) + '/a',
  ])('may be %s', (name) => {
    expect(judge(...named(name))).toEqual([name]);
  });

  it.each([
    '../a',
    'a/../b',
    'a/..',
    'a/../',
    '..',
    '../',
    '/a',
    '/',
    '//a',
    '\\a',
    '\\\\host\\share',
    '..\\a',
    'a\\..\\b',
    'a/..\\b',
    'C:\\a',
    'c:a',
    'C:/a',
    '．．/a',
    '‥/a',
    '／a',
    'ｃ：a',
  ])('may not lead out of the package: %s', (name) => {
    expect(judge(...named(name))).toEqual({ code: 'PATH_TRAVERSAL', details: { entry: name } });
  });

  it.each([
    ['', 'it is empty'],
    ['a//b', 'a part of it is empty or a dot'],
    ['a//', 'a part of it is empty or a dot'],
    ['./a', 'a part of it is empty or a dot'],
    ['a/./b', 'a part of it is empty or a dot'],
    ['.', 'a part of it is empty or a dot'],
    ['a.', 'a part of it ends with a dot or a space'],
    ['a./b', 'a part of it ends with a dot or a space'],
    ['a./', 'a part of it ends with a dot or a space'],
    ['...', 'a part of it ends with a dot or a space'],
    ['a ', 'a part of it ends with a dot or a space'],
    ['a\\b', 'it has a backslash or a colon'],
    ['ab:stream', 'it has a backslash or a colon'],
    ['a\0.txt', 'it has a control, invisible or unassigned character'],
    ['a\n', 'it has a control, invisible or unassigned character'],
    ['a\u007f', 'it has a control, invisible or unassigned character'],
    ['a\u0085', 'it has a control, invisible or unassigned character'],
    ['a\u202ecod.exe', 'it has a control, invisible or unassigned character'],
    ['\ufeffa', 'it has a control, invisible or unassigned character'],
    ['.g\u200cit', 'it has a control, invisible or unassigned character'],
    ['a\u2028', 'it has a control, invisible or unassigned character'],
    ['a\ue000', 'it has a control, invisible or unassigned character'],
    ['a\u{e0041}', 'it has a control, invisible or unassigned character'],
    ['a\u0378', 'it has a control, invisible or unassigned character'],
    ['nai\u0308ve', 'it is not in NFC'],
    ['\u212b', 'it is not in NFC'],
    ['a／b', 'it has a character that stands for a slash'],
    ['℀', 'it has a character that stands for a slash'],
    ['x'.repeat(256), 'a part of it is longer than 255 bytes'],
    [`a/${'x'.repeat(256)}/b`, 'a part of it is longer than 255 bytes'],
    ['é'.repeat(128), 'a part of it is longer than 255 bytes'],
    [`${'a/'.repeat(64)}a`, 'it is deeper than 64 parts'],
    ['x'.repeat(1_025), 'it is longer than 1024 bytes'],
  ])('may not be %j: %s', (name, problem) => {
    expect(judge(...named(name))).toEqual({ code: 'NAME_INVALID', details: { entry: name, problem } });
  });

  it.each([
    ['a byte that begins nothing', 'ff'],
    ['a character that is cut short', '61c3'],
    ['a longer form than is due', 'c0af'],
    ['half of a pair', 'eda080'],
    ['a character beyond the last', 'f4908080'],
  ])('must be UTF-8, without %s', (_, hex) => {
    const name = Buffer.from(hex, 'hex');
    expect(judge({ name })).toMatchObject({ code: 'NAME_INVALID', details: { problem: 'it is not UTF-8' } });
  });

  it('must be marked as UTF-8 unless it is ASCII, for readers take it for something else', () => {
    const details = { entry: 'é', problem: 'it is neither ASCII nor marked as UTF-8' };
    expect(judge({ name: 'é', both: { flags: 0 } })).toEqual({ code: 'NAME_INVALID', details });
    expect(judge({ name: Buffer.of(0x80), both: { flags: 0 } })).toMatchObject({
      details: { problem: details.problem },
    });
    expect(judge({ name: 'e', both: { flags: 0x0800 } })).toEqual(['e']);
  });
});

describe('two entries', () => {
  it.each([
    ['files', ['a', 'a']],
    ['folders', ['a/', 'a/']],
    ['files in a folder', ['a/b', 'a/b']],
    ['folders with something between them', ['a/', 'a/b', 'a/']],
  ])('may not have the same name: %s', (_, names) => {
    const entry = names[0]?.replace(/\/$/, '');
    expect(judge(...named(...names))).toEqual({ code: 'DUPLICATE', details: { entry } });
  });

  it.each([
    ['case', ['README', 'readme']],
    ['case, of folders', ['src/', 'SRC/']],
    ['case, of folders that have no entries', ['src/a', 'SRC/b']],
    ['case, of a folder deep down', ['a/b/c/d', 'a/B/e/f']],
    ['case, of a file and a folder', ['a', 'A/b']],
    ['a ligature', ['ﬁle', 'file']],
    ['width', ['Ａ', 'a']],
    ['an ordinal', ['x²', 'x2']],
    ['the Turkish capital', ['İ.txt', 'i.txt']],
    ['the Turkish small letter', ['ı.txt', 'I.txt']],
    ['a sharp s', ['straße', 'STRASSE']],
    ['a sharp capital', ['ẞ', 'ss']],
    ['a long s', ['ſ', 's']],
    ['a final sigma', ['ΟΔΟΣ', 'οδος']],
    ['a sigma that is not final', ['ς', 'σ']],
    ['an iota below', ['ᾳ', 'αι']],
    ['Cherokee', ['Ꭰ', 'ꭰ']],
    ['a variation of an emoji', ['☺\ufe0f', '☺']],
  ])('may not differ by %s alone', (_, [one = '', other = '']) => {
    expect(codeOf(...named(one, other))).toBe('CASE_COLLISION');
    expect(codeOf(...named(other, one))).toBe('CASE_COLLISION');
  });

  it('are both named when they are taken for the same', () => {
    const details = { entry: 'readme', actual: 'README' };
    expect(judge(...named('README', 'a', 'readme'))).toEqual({ code: 'CASE_COLLISION', details });
  });

  it.each([
    ['with an entry', ['a', 'a/']],
    ['without an entry', ['a', 'a/b']],
    ['further up', ['a', 'a/b/c/d']],
    ['deeper down', ['x/a', 'x/a/b']],
    ['with names between them', ['a', 'a.b', 'a/b']],
  ])('may not be a file and a folder of one name: %s', (_, names) => {
    const conflict = { code: 'FILE_DIR_CONFLICT', details: { entry: expect.stringMatching(/^(x\/)?a$/) as string } };
    expect(judge(...named(...names))).toEqual(conflict);
    expect(judge(...named(...names.toReversed()))).toEqual(conflict);
  });

  it.each([
    ['a folder and what is in it', ['a/', 'a/b', 'a/c']],
    ['what is in a folder before the folder', ['a/b/c', 'a/', 'a/b/']],
    ['names that begin alike', ['a', 'ab', 'a.b', 'b/a', 'c/a']],
    ['letters that only look alike', ['a', 'а']],
  ])('may be %s', (_, names) => {
    expect(judge(...named(...names))).toEqual(names);
  });
});
