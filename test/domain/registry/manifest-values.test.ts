import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { readText } from '#shared/domain/registry/manifest-text.ts';
import { readValues, type Values } from '#shared/domain/registry/manifest-values.ts';
import type { Checked } from '#shared/domain/registry/verdict.ts';
import { readPlain } from '#shared/domain/registry/yaml-words.ts';
import { plainWord, yamlMutant } from '../../support/registry/yaml-snippets.ts';

const read = (text: string | Uint8Array): Checked<Values> => {
  const checked = readText(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  return checked.ok ? readValues(yamlTree()(checked.value, 32)) : checked;
};

describe('a word without quotes', () => {
  it.each([
    ['', null],
    ['~', null],
    ['NULL', null],
    ['nULL', 'nULL'],
    ['true', true],
    ['TRUE', true],
    ['tRUE', 'tRUE'],
    ['False', false],
    ['0', 0],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['FALSE', false],
    ['+1', 1],
    ['-12', -12],
    ['123456789012345', 123456789012345],
    ['0x1F', 31],
    ['1.', 1],
    ['1.10', 1.1],
    ['.5', 0.5],
    ['1.5e+3', 1500],
    ['1.5e+10', 15_000_000_000],
    ['123.25', 123.25],
    ['.25', 0.25],
    ['1.2.3', '1.2.3'],
    ['1.2.3-rc.1', '1.2.3-rc.1'],
    ['python3.11', 'python3.11'],
    ['8080:80', '8080:80'],
    ['1:60', '1:60'],
    ['.', '.'],
    ['..', '..'],
    ['yEs', 'yEs'],
    ['nothing', 'nothing'],
    ['2024-01', '2024-01'],
    ['2024-01-15 at noon', '2024-01-15 at noon'],
    ['a=b', 'a=b'],
    ['=b', '=b'],
    ['a=', 'a='],
    ['<<b', '<<b'],
    ['a<<', 'a<<'],
    ['x.inf', 'x.inf'],
    ['.info', '.info'],
    ['on 2024-01-15', 'on 2024-01-15'],
    ['requests>=2.0', 'requests>=2.0'],
    ['http://a.b/c?d', 'http://a.b/c?d'],
  ])('%j is %j to everybody', (text, value) => {
    expect(readPlain(text)).toBe(value);
  });

  it.each(
    [
      ['y', 'N', 'yes', 'No', 'ON', 'off', '<<', '=', '010', '08', '00', '1_0', '_1', '0b1', '0o17', '-0x1f', '0x_1'],
      ['1e3', '1E3', '1.5e3', '-.5', '+.5', '1:30', '01:30', '22:22', '10:20:30', '1:30.5', '.inf', '-.INF', '.NaN'],
      ['012345678901', '1234567890123456', '2024-01-15', '2024-1-5', '2024-13-45', '2024-01-15T10:00:00Z'],
      [
        '2024-1-5 10:00:00',
        '2024-1-5   1:00:00',
        '2024-1-5t10:00:00',
        '0b101',
        '0o177',
        '0x1_f',
        '1e10',
        '1:30:45.25',
        '1_0.25',
      ],
    ].flat(),
  )('%j is one thing to one reader and another to the next', (text) => {
    expect(readPlain(text)).toBeUndefined();
  });

  it.each(['1'.repeat(65_536), `${'_'.repeat(65_536)}x`, '1:'.repeat(32_768), `1.${'1'.repeat(65_534)}x`])(
    'takes no time, however long it is',
    (text) => {
      expect(readPlain(text)).toSatisfy((value) => value === undefined || value === text);
    },
  );
});

describe('a manifest’s values', () => {
  it('are what is written, in its order', () => {
    const { value } = read('b: 1\na:\n  - x\n  - {z: no-one}\n"c d": "no"\n') as { value: Values };
    expect([...value]).toEqual([
      ['b', 1],
      ['a', ['x', new Map([['z', 'no-one']])]],
      ['c d', 'no'],
    ]);
  });

  it.each([
    ['a: no\n', { field: 'a', line: 1, actual: 'no' }],
    ['a:\n  b:\n    - x\n    - 1e3\n', { field: 'a.b[1]', line: 4, actual: '1e3' }],
    ['a: {on: push}\n', { field: 'a.on', line: 1, actual: 'on' }],
    ['a: =\n', { field: 'a', line: 1, actual: '=' }],
    ['<<: {a: b}\n', { field: '<<', line: 1, actual: '<<' }],
  ])('are not read where readers part: %j', (text, details) => {
    expect(read(text)).toEqual({ ok: false, fault: { code: 'YAML_AMBIGUOUS', details } });
  });

  it.each([
    ['not UTF-8', Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0x0a), undefined, 'not UTF-8'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), undefined, 'not UTF-8'],
    ['a byte order mark', '\uFEFFa: b\n', 1, 'a byte order mark'],
    ['a tab', 'a: b\nc:\td\n', 2, 'a tab'],
    ['a tab in a comment', 'a: b #\t\n', 1, 'a tab'],
    ['a lone CR', 'a: b\rc: d\n', 1, 'a line break other than LF or CRLF'],
    ['NEL', 'a: b\u0085\n', 1, 'a line break other than LF or CRLF'],
    ['LS', 'a: "b\u2028"\n', 1, 'a line break other than LF or CRLF'],
    ['NUL', 'a: b\u0000\n', 1, 'a control character'],
    ['DEL', 'a: "b\u007F"\n', 1, 'a control character'],
    ['U+FFFE', 'a: "b\uFFFE"\n', 1, 'a control character'],
    ['halves of a character', 'a: "\\ud83d\\ude00"\n', 1, 'half a character, written with an escape'],
    ['a long half of a character', 'a: "\\U0000D83D"\n', 1, 'half a character, written with an escape'],
    ['two documents', 'a: b\n---\nc: d\n', 2, 'more than one document'],
    ['a document end', 'a: b\n...\n', 2, 'more than one document'],
    ['a separator between quotes', 'a: "b\n--- c"\n', 2, 'more than one document'],
    ['a list', '- a\n', 1, 'not a map with a name and a version'],
    ['a word', 'a\n', 1, 'not a map with a name and a version'],
    ['nothing', '', 1, 'not a map with a name and a version'],
    ['only a comment', '# a\n', 1, 'not a map with a name and a version'],
    ['a key twice', 'a: b\nc: d\na: b\n', 3, 'the key a comes twice'],
    ['a key twice, quoted once', 'a: b\n"a": b\n', 2, 'the key a comes twice'],
    ['a key twice, deeper', 'a:\n  - {b: c, b: d}\n', 2, 'the key b comes twice'],
    ['a quoted merge key', 'a: {"<<": {b: c}}\n', 1, 'a merge key'],
    ['a number for a key', 'a: {1: b}\n', 1, 'a key that is not short text on one line'],
    ['a truth for a key', 'true: b\n', 1, 'a key that is not short text on one line'],
    ['nothing for a key', ': b\n', 1, 'a key that is not short text on one line'],
    ['a line break in a key', '"a\\nb": c\n', 1, 'a key that is not short text on one line'],
    ['a long key', `${'k'.repeat(257)}: b\n`, 1, 'a key that is not short text on one line'],
    ['a list for a key', '[a]: b\n', 1, 'a key that is a list or a map'],
    ['a tag', 'a: !!str b\n', 1, 'a tag'],
    ['an object of Python', 'a: !!python/object/apply:os.system ["x"]\n', 1, 'a tag'],
    ['an anchor before an alias', 'a: &x b\nc: *x\n', 1, 'an anchor'],
    ['33 levels', `a: ${'['.repeat(32)}${']'.repeat(32)}\n`, 1, 'nested deeper than 32 levels'],
  ])('are not read from %s', (_, text, line, problem) => {
    const details = line === undefined ? { problem } : { line, problem };
    expect(read(text)).toEqual({ ok: false, fault: { code: 'YAML_INVALID', details } });
  });

  it.each([
    ['CRLF', 'a: b\r\nc: |\r\n  d\r\n'],
    ['a document start', '# hello\n\n---\na: b\n'],
    ['dashes within a text', 'a: |\n  ---\n  b\n'],
    ['an escaped character beyond the first 65,536', 'a: "\\U0001F600"\n'],
    ['a key of 256 characters', `${'k'.repeat(256)}: b\n`],
    ['32 levels', `a: ${'['.repeat(31)}${']'.repeat(31)}\n`],
    ['quoted words and keys', '"no": "010"\n'],
    ['a name that objects have', '__proto__: {constructor: a}\n'],
  ])('are read with %s', (_, text) => {
    expect(read(text)).toMatchObject({ ok: true });
  });

  it('cannot be multiplied by aliases', () => {
    const lines = Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`);
    expect(read(`a0: &a0 [x]\n${lines.join('\n')}\n`)).toMatchObject({ fault: { code: 'YAML_INVALID' } });
  });

  it('are the same to a reader of YAML 1.1 and to one of 1.2, whatever is let through', () => {
    const mapped = (text: string, version: '1.1' | '1.2'): unknown => parse(text, { version, mapAsMap: true });
    // As 1.1, this package takes a lone point or E0 for a number that is none; PyYAML and its own 1.2 do not.
    const isMisread = (text: string): boolean => {
      let hasNoNumber = false;
      const look = (key: unknown, value: unknown): unknown => {
        hasNoNumber ||= Number.isNaN(key) || Number.isNaN(value);
        return value;
      };
      parse(text, look, { version: '1.1', mapAsMap: true });
      return hasNoNumber;
    };
    let letThrough = 0;
    fc.assert(
      fc.property(yamlMutant, (text) => {
        const values = read(text);
        if (!values.ok) return;
        letThrough += 1;
        expect(mapped(text, '1.2')).toEqual(values.value);
        if (!isMisread(text)) expect(mapped(text, '1.1')).toEqual(values.value);
      }),
      { numRuns: 2_000 },
    );
    expect(letThrough).toBeGreaterThan(200);
  });

  it('are text to everybody when they are in quotes', () => {
    fc.assert(
      fc.property(plainWord, (word) => {
        expect(read(`a: ${JSON.stringify(word)}\n`)).toEqual({ ok: true, value: new Map([['a', word]]) });
      }),
    );
  });
});
