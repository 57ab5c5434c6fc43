import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalPath, decodeName, encodeSegment, isKey, spellings } from '#shared/adapters/local/object-path.ts';

/** Any text, with more than their share of the characters that have a meaning. */
const character = fc.oneof(
  fc.constantFrom('%', '.', 'A', 'a', 'é', '4', '1', '2', 'F'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const segment = fc.string({ unit: character }).filter((text) => !text.includes('/'));

const alike = (a: string, b: string): boolean => encodeSegment(a).toLowerCase() === encodeSegment(b).toLowerCase();

describe('the file name of a segment', () => {
  it('leads back to the segment', () => {
    fc.assert(fc.property(segment, (text) => decodeName(encodeSegment(text)) === text));
  });

  it('is one that every file system keeps as it is', () => {
    const portable = /^(?!\.)[A-Za-z0-9._@=,+~ %-]+$/;
    fc.assert(fc.property(segment, (text) => portable.test(encodeSegment(text))));
  });

  it('differs from that of another by more than case', () => {
    fc.assert(fc.property(segment, segment, (a, b) => alike(a, b) === (a === b)));
    fc.assert(fc.property(segment, (a) => alike(a, a.toUpperCase()) === (a === a.toUpperCase())));
  });
});

describe('a file name', () => {
  it('stands for a segment under which it is found again, whoever gave it', () => {
    const name = segment.filter((text) => text !== '' && !text.startsWith('.'));
    fc.assert(fc.property(name, (text) => spellings(decodeName(text) ?? '').includes(text)));
  });

  it.each([
    ['plain.json', 'plain.json'],
    ['%41', 'A'],
    ['%', ''],
    ['%25', '%'],
    ['MyAgent.apkg', 'MyAgent.apkg'],
    ['%61', '%61'],
    ['%2e', '%2e'],
    ['%2F', '%2F'],
    ['%FF', '%FF'],
    ['100%', '100%'],
    ['.hidden', undefined],
    ['..', undefined],
  ])('%j stands for %j', (name, expected) => {
    expect(decodeName(name)).toBe(expected);
  });
});

describe('a key', () => {
  it.each([
    ['nothing', '', false],
    ['one byte', 'a', true],
    ['1024 bytes', 'a'.repeat(1024), true],
    ['1025 bytes', 'a'.repeat(1025), false],
    ['512 letters of two bytes', 'é'.repeat(512), true],
    ['513 letters of two bytes', 'é'.repeat(513), false],
    ['half a character', '\ud83d', false],
  ])('may or may not be %s', (_, key, expected) => {
    expect(isKey(key)).toBe(expected);
  });

  it.each([
    ['255 plain bytes', 'a'.repeat(255), true],
    ['256 plain bytes', 'a'.repeat(256), false],
    ['85 capitals', 'A'.repeat(85), true],
    ['86 capitals', 'A'.repeat(86), false],
  ])('has a path or none with a part of %s', (_, part, expected) => {
    const path = () => canonicalPath(`folder/${part}/file`);
    if (expected) expect(path()).toBe(`folder/${encodeSegment(part)}/file`);
    else expect(path).toThrow(/longer/);
  });
});
