import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { YamlMark, YamlNode } from '#shared/domain/registry/yaml-tree.ts';
import type { YamlReader } from '#shared/ports/yaml-reader.ts';
import { yamlMutant } from '../support/registry/yaml-snippets.ts';

const shown = (node: YamlNode | undefined): unknown => {
  if (node === undefined) return 'nothing';
  if (node.kind === 'scalar') return node.isPlain ? node.text : [node.text];
  if (node.kind === 'sequence') return { items: node.items.map(shown) };
  return { pairs: node.pairs.map(({ key, value }) => [shown(key), shown(value)]) };
};

const TREES: readonly (readonly [what: string, text: string, tree: unknown])[] = [
  ['an empty text', '', 'nothing'],
  ['a comment', '# a\n', 'nothing'],
  [
    'a map in the order of the text, with repeated keys',
    'b: 1\na: 2\nb: 3\n',
    {
      pairs: [
        ['b', '1'],
        ['a', '2'],
        ['b', '3'],
      ],
    },
  ],
  [
    'words without resolving them',
    'a: no\nb: 010\nc: ~\nd:\n',
    {
      pairs: [
        ['a', 'no'],
        ['b', '010'],
        ['c', '~'],
        ['d', ''],
      ],
    },
  ],
  [
    'quoted words as such',
    `a: "no"\n'b': 'x'\n`,
    {
      pairs: [
        ['a', ['no']],
        [['b'], ['x']],
      ],
    },
  ],
  [
    'blocks as text',
    'a: |\n  no\nb: >-\n  1\n',
    {
      pairs: [
        ['a', ['no\n']],
        ['b', ['1']],
      ],
    },
  ],
  [
    'escapes and folds',
    'a: "\\u00e9\\n"\nb: x\n  y\n',
    {
      pairs: [
        ['a', ['é\n']],
        ['b', 'x y'],
      ],
    },
  ],
  ['flow collections', 'a: [1, {b: c}, ]\n', { pairs: [['a', { items: ['1', { pairs: [['b', 'c']] }] }]] }],
  ['a merge key as any key', '<<: a\n', { pairs: [['<<', 'a']] }],
];

const MARKS: readonly (readonly [mark: YamlMark, text: string, line: number])[] = [
  ['a tag', 'a: b\nc: !!str d\n', 2],
  ['a tag', 'a: ! d\n', 1],
  ['an anchor', 'a: &x b\n', 1],
  ['an anchor', 'a:\n  - &x\n    b: c\n', 2],
  ['an alias', 'a: &x b\nc: [*x]\n', 2],
  ['a directive', '%YAML 1.1\n---\na: b\n', 1],
  ['a second document', 'a: b\n---\nc: d\n', 2],
  ['a key with a question mark before it', '? a\n: b\n', 1],
  ['a key with a question mark before it', 'a: {? b: c}\n', 1],
  ['a key that is not on one line with its colon', 'a: {b\n  : c}\n', 1],
  ['a key that is not on one line with its colon', 'a: {"b\n  c": d}\n', 1],
  ['a key without a value between braces', 'a: {b}\n', 1],
  ['a key and its value between brackets', 'a: [b: c]\n', 1],
  ['a word with a question mark or a first colon, without quotes, between brackets or braces', 'a: [b, c? ]\n', 1],
  ['a word with a question mark or a first colon, without quotes, between brackets or braces', 'a: [:b]\n', 1],
  ['a word without quotes that begins with three dashes', 'a:\n  ---b\n', 2],
  ['a block of text with a number for its indentation', 'a: |2\n   b\n', 1],
  ['a block of text that does not end with its line', 'a: |\n  b', 1],
  ['a backslash at the end of a line, and an empty line after it', 'a: "b \\\n\n  c"\n', 1],
  ['quotes that are not closed', 'a: "\\"', 1],
];

/** What every reader of YAML keeps. */
export const yamlReaderContract = (name: string, read: YamlReader): void => {
  describe(`yaml reader: ${name}`, () => {
    it.each(TREES)('takes apart %s', (_, text, tree) => {
      expect(shown(read(text, 8).root)).toEqual(tree);
      expect(read(text, 8)).toMatchObject({ errors: [], marks: [] });
    });

    it.each(MARKS)('tells of %s in %j', (mark, text, line) => {
      expect(read(text, 8).marks).toContainEqual({ mark, line });
    });

    it.each([
      ['a: b: c\n', 1],
      ['a: b\n c: d\n', 1],
      ['a: [b\nc: d\n', 2],
      ['a: "b\n', 1],
      ['a: @b\n', 1],
    ])('has no tree for %j, and says in which line it goes wrong', (text, line) => {
      const { root, errors } = read(text, 8);
      expect(root).toBeUndefined();
      expect(errors[0]).toMatchObject({ problem: expect.stringMatching(/./) });
      expect(errors.some((error) => error.line >= line)).toBe(true);
    });

    it.each([
      'a: "b" s3cr3t\n',
      'a: |s3cr3t\n  b\n',
      's3cr3t\na: b\n',
      'a: [b] s3cr3t\n',
      'a: b\n}s3cr3t\n',
      'a: *s3cr3t\n',
    ])('quotes nothing of %j', (text) => {
      expect(JSON.stringify(read(text, 8).errors)).not.toContain('s3cr3t');
    });

    it('knows the line of every node', () => {
      const { root } = read('a: b\n\nc:\n  - d\n', 8);
      const lines = root?.kind === 'map' ? root.pairs.map(({ key, value }) => [key.line, value.line]) : [];
      expect(lines).toEqual([
        [1, 1],
        [3, 4],
      ]);
    });

    it.each([
      ['brackets', '['.repeat(3) + ']'.repeat(3), '['.repeat(4) + ']'.repeat(4)],
      ['dashes', '- - - a', '- - - - a'],
      ['maps', '{a: {a: {a: b}}}', '{a: {a: {a: {a: b}}}}'],
    ])('goes as deep as asked into %s, and calls more an error', (_, deep, deeper) => {
      expect(read(deep, 3)).toMatchObject({ errors: [], root: { line: 1 } });
      expect(read(deeper, 3).root).toBeUndefined();
      expect(read(deeper, 3).errors).not.toEqual([]);
    });

    it.each(['[', '- ', '? ', '{a: ', '"', '&a ', '!', ',', '[a,', '---\n', '%a\n', 'a:\n ', '*a\n', '|\n'])(
      'bears 64 KiB of %j',
      (piece) => {
        expect(read(piece.repeat(65_536 / piece.length), 32)).toBeDefined();
      },
    );

    it('has a reading of any text', () => {
      fc.assert(
        fc.property(fc.oneof(yamlMutant, fc.string({ unit: 'binary' })), (text) => read(text, 8) !== undefined),
      );
    });
  });
};
