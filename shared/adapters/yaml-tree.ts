import { Composer, isMap, isScalar, isSeq, LineCounter, Parser, type CST, type Document, type ParsedNode } from 'yaml';
import type { YamlMark, YamlNode, YamlPair, YamlReading } from '#shared/domain/registry/yaml-tree.ts';
import type { YamlReader } from '#shared/ports/yaml-reader.ts';

type Marks = YamlReading['marks'][number][];
type Token = CST.Token;
type Item = CST.CollectionItem;
type TokenMarks = Readonly<Partial<Record<Token['type'], YamlMark>>>;

/** Tokens that have no business in a plain document. */
const STRANGERS: TokenMarks = {
  tag: 'a tag',
  anchor: 'an anchor',
  alias: 'an alias',
  directive: 'a directive',
  'explicit-key-ind': 'a key with a question mark before it',
};

interface Look {
  readonly type: Token['type'];
  readonly good: RegExp;
  readonly mark: YamlMark;
}

/** How tokens look that everybody reads alike. The package itself asks only whether the last character is a quote. */
const LOOKS: readonly Look[] = [
  { type: 'single-quoted-scalar', good: /^'(?:[^']|'')*'$/, mark: 'quotes that are not closed' },
  { type: 'double-quoted-scalar', good: /^"(?:[^"\\]|\\[^])*"$/, mark: 'quotes that are not closed' },
  {
    type: 'double-quoted-scalar',
    good: /^(?:[^\\]|\\(?!\r?\n *\r?\n)[^])*$/,
    mark: 'a backslash at the end of a line, and an empty line after it',
  },
  { type: 'scalar', good: /^(?!---)/, mark: 'a word without quotes that begins with three dashes' },
  { type: 'block-scalar', good: /(?:^|\n)$/, mark: 'a block of text that does not end with its line' },
  { type: 'block-scalar-header', good: /^\D*$/, mark: 'a block of text with a number for its indentation' },
];

const list = <T>(value: T | readonly T[] | null | undefined): readonly T[] =>
  value === null || value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** What lies within a token. An item of a collection is no token and may hold several. */
const partsOf = (token: Token | Item): readonly (Token | Item)[] => {
  const { start, items, props, key, sep, value, end } = token as Partial<
    Record<'start' | 'items' | 'props' | 'key' | 'sep' | 'value' | 'end', Token | Token[]>
  >;
  return [start, items, props, key, sep, value, end].flatMap(list);
};

const isOddWord = (token: Token | null | undefined): boolean => token?.type === 'scalar' && /^:|\?/.test(token.source);

const isPair = ({ sep }: Item): boolean => sep?.some(({ type }) => type === 'map-value-ind') ?? false;

/** An item without key and value is what a comma at the end leaves behind. */
const flowMark = (item: Item, isSequence: boolean): YamlMark | undefined => {
  const { key, value } = item;
  if (isSequence && isPair(item)) return 'a key and its value between brackets';
  if (!isSequence && !isPair(item) && (key ?? value)) return 'a key without a value between braces';
  if (!isOddWord(key) && !isOddWord(value)) return undefined;
  return 'a word with a question mark or a first colon, without quotes, between brackets or braces';
};

/** The package asks it only of keys outside of brackets and braces, and not of all. */
const itemMark = ({ key, sep = [] }: Item): YamlMark | undefined => {
  const colon = sep.findIndex(({ type }) => type === 'map-value-ind');
  const isApart = sep.slice(0, Math.max(colon, 0)).some(({ type }) => type === 'newline');
  const isBroken = colon >= 0 && key !== null && key !== undefined && 'source' in key && key.source.includes('\n');
  return isApart || isBroken ? 'a key that is not on one line with its colon' : undefined;
};

const collectionMarks = (token: Token): readonly (YamlMark | undefined)[] => {
  if (token.type === 'block-map') return token.items.map(itemMark);
  if (token.type !== 'flow-collection') return [];
  const isSequence = token.start.type === 'flow-seq-start';
  return token.items.flatMap((item) => [itemMark(item), flowMark(item, isSequence)]);
};

const lookMarks = (token: Token): readonly YamlMark[] =>
  LOOKS.filter(({ type, good }) => token.type === type && 'source' in token && !good.test(token.source)).map(
    ({ mark }) => mark,
  );

/** Walks the tokens without recursion: how deep they go is up to the text. */
const marksOf = (tokens: readonly Token[], lineOf: (offset: number) => number): Marks => {
  const marks: Marks = [];
  const left: (Token | Item)[] = [...tokens];
  for (let token = left.pop(); token !== undefined; token = left.pop()) {
    for (const part of partsOf(token)) left.push(part);
    if (!('type' in token)) continue;
    const line = lineOf(token.offset);
    const found = [STRANGERS[token.type], ...lookMarks(token), ...collectionMarks(token)];
    for (const mark of found) if (mark) marks.push({ mark, line });
  }
  return marks;
};

/** More than `depthMax` levels: known without going deeper than that. */
const isTooDeep = (node: unknown, depthMax: number): boolean => {
  if (!isMap(node) && !isSeq(node)) return false;
  if (depthMax === 0) return true;
  const parts = isMap(node) ? node.items.flatMap(({ key, value }) => [key, value]) : node.items;
  return parts.some((part) => isTooDeep(part, depthMax - 1));
};

const toTree = (node: unknown, lineOf: (offset: number) => number): YamlNode => {
  const line = lineOf((node as ParsedNode | null)?.range[0] ?? 0);
  if (isMap(node)) {
    const toPair = ({ key, value }: { key: unknown; value?: unknown }): YamlPair => ({
      key: toTree(key, lineOf),
      value: toTree(value, lineOf),
    });
    return { kind: 'map', pairs: node.items.map(toPair), line };
  }
  if (isSeq(node)) return { kind: 'sequence', items: node.items.map((item) => toTree(item, lineOf)), line };
  // An alias too comes this way: its mark is what tells of it.
  const text = isScalar(node) && typeof node.value === 'string' ? node.value : '';
  return { kind: 'scalar', text, isPlain: !isScalar(node) || node.type === 'PLAIN', line };
};

/** Without what it quotes of the text: that may be a secret, and problems are kept and told. */
const unquoted = (message: string): string => message.replace(/(\w): [^]*$/, '$1');

/** The `yaml` package, held to text: no value is resolved, and no key is merged, dropped or put in order. */
export const yamlTree = (): YamlReader => (text, depthMax) => {
  const lines = new LineCounter();
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  // The bundles hold the rest of the package to these (infra/aws/esbuild-plugins.cjs).
  const options = {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
  } as const;
  const documents: Document.Parsed[] = [...new Composer(options).compose(tokens, true, text.length)];
  const [first, second] = documents;
  const marks = marksOf(tokens, lineOf);
  if (second) marks.push({ mark: 'a second document', line: lineOf(second.range[0]) });
  const errors = documents.flatMap((document) =>
    document.errors.map(({ message, pos }) => ({ line: lineOf(pos[0]), problem: unquoted(message) })),
  );
  const root = first?.contents ?? undefined;
  if (isTooDeep(root, depthMax)) errors.push({ line: 1, problem: `nested deeper than ${depthMax} levels` });
  return { root: root && errors.length === 0 ? toTree(root, lineOf) : undefined, errors, marks };
};
