import { passed, refused } from './checked.ts';
import type { Checked } from './verdict.ts';
import type { YamlMap, YamlNode, YamlReading, YamlScalar, YamlSequence } from './yaml-tree.ts';
import { readPlain, type YamlWord } from './yaml-words.ts';

export type Value = YamlWord | readonly Value[] | Values;
export type Values = ReadonlyMap<string, Value>;

/** PyYAML gives up on a key on one line beyond 1,024 characters, its indicators included; nobody needs half of that. */
const KEY_LENGTH = 256;

/** A value as people may be told of it. */
export const shownValue = (value: Value): string => {
  if (typeof value === 'string') return value === '' ? 'an empty text' : value;
  if (value === null) return 'nothing';
  return typeof value === 'object' ? (value instanceof Map ? 'a map' : 'a list') : `the ${typeof value} ${value}`;
};

const invalid = (line: number, problem: string): Checked<never> => refused('YAML_INVALID', { line, problem });

const readScalar = ({ text, isPlain, line }: YamlScalar, field: string): Checked<YamlWord> => {
  if (!isPlain) return passed(text);
  const value = readPlain(text);
  return value === undefined ? refused('YAML_AMBIGUOUS', { field, line, actual: text }) : passed(value);
};

const readSequence = ({ items }: YamlSequence, field: string): Checked<Value> => {
  const values: Value[] = [];
  for (const [index, item] of items.entries()) {
    const value = readNode(item, `${field}[${index}]`);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return passed(values);
};

/** Text and nothing else: for one reader 1, 1.0 and true are one key, for another three, and JSON has none of them. */
const readKey = (node: YamlNode, field: string): Checked<string> => {
  if (node.kind !== 'scalar') return invalid(node.line, 'a key that is a list or a map');
  const key = readScalar(node, `${field}${node.text}`);
  if (!key.ok) return key;
  const { value } = key;
  if (typeof value !== 'string' || value.length > KEY_LENGTH || value.includes('\n')) {
    return invalid(node.line, 'a key that is not short text on one line');
  }
  // With quotes it is text to most and still a merge to some.
  return value === '<<' ? invalid(node.line, 'a merge key') : passed(value);
};

const readMap = ({ pairs }: YamlMap, field: string): Checked<Values> => {
  const values = new Map<string, Value>();
  const prefix = field === '' ? '' : `${field}.`;
  for (const pair of pairs) {
    const key = readKey(pair.key, prefix);
    if (!key.ok) return key;
    // PyYAML takes the last of them, others the first or none.
    if (values.has(key.value)) return invalid(pair.key.line, `the key ${key.value} comes twice`);
    const value = readNode(pair.value, `${prefix}${key.value}`);
    if (!value.ok) return value;
    values.set(key.value, value.value);
  }
  return passed(values);
};

const readNode = (node: YamlNode, field: string): Checked<Value> => {
  if (node.kind === 'scalar') return readScalar(node, field);
  return node.kind === 'map' ? readMap(node, field) : readSequence(node, field);
};

const firstOf = <T extends { readonly line: number }>(found: readonly T[]): T | undefined =>
  found.toSorted((one, other) => one.line - other.line)[0];

/**
 * The values of a text, when readers of YAML 1.1 and 1.2 agree on every one of them: not only on those that are used
 * here. Runtimes and tools read the rest, each with the reader it happens to have; among what they read in different
 * ways are words at which PyYAML fails and dates that do not exist, so that a list of harmless ones would be a list
 * of guesses. A pair of quotes always mends it.
 */
export const readValues = ({ root, errors, marks }: YamlReading): Checked<Values> => {
  const error = firstOf(errors);
  if (error) return invalid(error.line, error.problem);
  const mark = firstOf(marks);
  if (mark) return invalid(mark.line, mark.mark);
  return root?.kind === 'map' ? readMap(root, '') : invalid(root?.line ?? 1, 'not a map with a name and a version');
};
