import fc from 'fast-check';

/** Words on both sides of every rule for what stands without quotes; from these, others are made. */
const PLAIN_WORDS = [
  ['y', 'N', 'yes', 'No', 'ON', 'off', 'yEs', 'nO', 'null', 'Null', 'nULL', '~', '', 'true', 'False', 'tRUE'],
  ['0', '-0', '+1', '01', '08', '010', '1_0', '_1', '1__', '123456789012345', '1234567890123456', '012345678901'],
  ['0x1f', '0X1F', '0x_', '-0x1f', '0b1', '0b2', '0o17', '0o8', '1:30', '01:30', '1:60', '22:22', '8080:80'],
  ['1.', '1.0', '1.10', '.5', '-.5', '+.5', '._5', '1.5e3', '1.5e+3', '1e3', '1E+3', '1.e3', '1:30.5', '1,000'],
  ['.inf', '-.INF', '.nan', '.NaN', 'inf', 'nan', '<<', '=', '==', '1.2.3', '1.2.3-rc.1', '1.2.3+b', 'v1', '..'],
  ['2024-01-15', '2024-1-5', '2024-13-45', '2024-01-15T10:00:00Z', '2024-1-5 10:00:00', '2024-01-15 at noon'],
  ['a', 'a b', 'a:b', 'a#b', '-a', '--', ':a', '?a', 'a?', 'é', '日本', '😀', 'http://a.b/c?d=e#f', 'requests>=2.31'],
].flat();

const MANIFESTS = [
  `name: weather-agent
version: "1.0"
display_name: Weather Agent
description: |
  Tells the weather.
  In two lines.
license: MIT
metadata:
  version: 1.4.2
  homepage: https://example.com/a?b=c#d
  tags:
    - weather
    - "a b"
  sub_agents:
  - name: x
    description: >-
      folded text
      goes on

      here
    public: true
environment: {LOG: debug, N: 3}
dependencies: [requests>=2.0, 'pydantic>=2']
`,
  `---
# written by hand
name: 'it''s'
metadata: {version: 1.0.0, a: [1, 2.5, {b: c}], "q": "x\\ny\\u00e9"}
list:
- a: 1
  b: 2
-
  c: 3
- - x
  - y
text: this is
  a plain
  text
quoted: "one
  two

  three \\
  four"
empty:
nothing: ~
keep: |+
  a

strip: |-
  b
`,
] as const;

/** What readers of YAML have been seen to take apart differently, and what it is made of. */
const FRAGMENTS = [
  [' ', '  ', '\n', '\n\n', '\n ', '\n  ', '\r\n', '\r', '\t', '\u0085', '\u2028', '\uFEFF', '\u00A0', '\u0007'],
  [': ', ':', ' :', ' : ', '::', '- ', '-', ' - ', '? ', '?', ' ? ', '[', ']', '{', '}', ',', ', ', '"', "'"],
  ['|', '>', '|-\n', '>+\n', '|1\n', '|2-\n', '#', ' #', '# c\n', '&a ', '*a', '!t ', '!!str ', '<<: ', '%', '@'],
  ['---\n', '--- ', '---', '...\n', '...', '%YAML 1.1\n', '\\', '\\n', '\\x41', '\\/', '\\\n', '\\ud83d\\ude00'],
  ['a: b\n', '"a": b\n', "'a': b\n", '- x\n', '? a\n: b\n', '"a":b', 'a:\n', '  a: b\n', '- - a\n', "''", '""'],
  ['[:', '{:', '[a: b]', '{a}', '{"a":1}', '[a,]', '{a: b,}', '{a: [b]}', '😀', '\\U0001F600', '`'],
  ...PLAIN_WORDS,
].flat();

const fragment = fc.constantFrom(...FRAGMENTS);

type Edit = (text: string) => string;

const at = (text: string, place: number): number => Math.floor(place * (text.length + 1));

const place = fc.nat({ max: 9_999 }).map((n) => n / 10_000);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fragment).map(
    ([where, piece]): Edit =>
      (text) =>
        text.slice(0, at(text, where)) + piece + text.slice(at(text, where)),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(
    ([where, count]): Edit =>
      (text) =>
        text.slice(0, at(text, where)) + text.slice(at(text, where) + count),
  ),
  fc.tuple(place, place).map(([from, to]): Edit => (text) => {
    const lines = text.split('\n');
    return lines.toSpliced(Math.floor(to * lines.length), 0, lines[Math.floor(from * lines.length)] ?? '').join('\n');
  }),
);

const excerpt = fc
  .tuple(fc.constantFrom(...MANIFESTS), place, fc.integer({ min: 2, max: 12 }))
  .map(([text, from, count]) => {
    const lines = text.split('\n');
    const first = Math.floor(from * lines.length);
    return `${lines.slice(first, first + count).join('\n')}\n`;
  });

/** One word without quotes, now and then of no kind that anybody thought of. */
export const plainWord: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...PLAIN_WORDS),
  fc
    .string({ unit: fc.constantFrom(...'0123456789_.:-+eExobTZ ~nNyYaAfF=<'.split('')), maxLength: 8 })
    .map((text) => text.trim()),
);

/** YAML as in manifests, with up to four things changed; and now and then a soup of what it is made of. */
export const yamlMutant: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(excerpt, fc.array(edit, { maxLength: 4 }))
      .map(([text, edits]) => edits.reduce((changed, change) => change(changed), text)),
  },
  {
    weight: 1,
    arbitrary: fc.array(fragment, { minLength: 1, maxLength: 10 }).map((pieces) => `k: ${pieces.join('')}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(plainWord, fc.constantFrom('k: W\n', '- W\n', 'W: v\n', 'k: [W]\n', 'k: {a: W}\n'))
      .map(([word, text]) => text.replace('W', () => word)),
  },
);
