/** Stands in for a value: in brackets of any kind, a variable, or one character over and over. */
const STAND_IN = /^(?:<.*>|\[.*\]|\{\{.*\}\}|\$\{.*\}|\$\w+|%\w+%|(.)\1*)?$/;

/** What people write where a secret will be, or where it does not matter. */
const SPOKEN = new RegExp(
  [
    'your|example|sample|change|replace|placeholder|insert|dummy|fake|mock|todo|fixme|redacted|hidden',
    'here|test|demo|local|develop|default|password|passwd|passw0rd|letmein|admin|postgres|guest',
    'none|null|undefined|foobar|secret|token|x{4}|0{6}|\\*{3}|\\.{3}|123456|abcdef|qwerty',
  ].join('|'),
  'i',
);

const DISTINCT_MIN = 5;

/** Nothing that anybody could misuse. It would rather see a secret in a placeholder than the other way round. */
export const isPlaceholder = (value: string): boolean =>
  STAND_IN.test(value) || SPOKEN.test(value) || new Set(value).size < DISTINCT_MIN;

/** Bits in a character, by how often each comes: about 4 for hexadecimal digits at random, and 3 for a word. */
const entropy = (text: string): number => {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / text.length);
  return shares.reduce((bits, share) => bits - share * Math.log2(share), 0);
};

const ENTROPY_MIN = 3;

/** Words and numbers with something between them, such as `weather-agent-2`, `gpt-4o` or `eu_west_1`. */
const WORDS = /^(?:[A-Za-z]+|\d+|[A-Za-z]{1,8}\d{1,2}[a-z]?)(?:[-_.:/](?:[A-Za-z]+|\d+|[A-Za-z]{1,8}\d{1,2}[a-z]?))*$/;

/** Looks like nobody made it up: neither a placeholder nor words. */
export const looksRandom = (value: string): boolean =>
  !/\s/.test(value) && !isPlaceholder(value) && !WORDS.test(value) && entropy(value) >= ENTROPY_MIN;
