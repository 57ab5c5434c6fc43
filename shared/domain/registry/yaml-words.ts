export type YamlWord = string | number | boolean | null;

const NULLS = ['', '~', 'null', 'Null', 'NULL'];
const TRUE = ['true', 'True', 'TRUE'];
const FALSE = ['false', 'False', 'FALSE'];

/** What YAML 1.1, by its specification or one of its readers, takes for a yes or a no, and YAML 1.2 for text. */
const SWITCHES = ['y', 'n', 'yes', 'no', 'on', 'off'];

/** Numbers that every reader reads, and reads alike: longer ones some cannot hold. */
const WHOLE = /^[-+]?(?:0|[1-9]\d{0,14})$/;
const HEXADECIMAL = /^0x[\dA-Fa-f]{1,12}$/;
const DECIMAL = /^(?:[-+]?\d{1,15}\.\d{0,20}|\.\d{1,20})(?:[eE][-+]\d{1,2})?$/;

/**
 * Whatever some reader takes for a number: 1.1 with underscores, with a bare 0 for octal and 0b for binary, in base 60
 * (1:30); 1.2 with 0o for octal and an exponent without a sign or a point. Wider than both together, never narrower.
 */
const NUMBER_LIKE =
  /^(?=[^]*\d)[-+]?(?:0b[01_]+|0o[0-7_]+|0x[\da-f_]+|(?:[\d_]+(?:\.[\d_]*)?|\.[\d_]+)(?:e[-+]?[\d_]+)?|[\d_]+(?::[0-5]?\d)+(?:\.[\d_]*)?)$/i;

/** Text in 1.2; in 1.1 a date, and an error when there is no such day. */
const DATE_LIKE = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d.*)?$/;

/** Infinity and no number. JSON has neither, and who passes a manifest on may have to. */
const NO_FINITE = /^[-+]?\.(?:inf|nan)$/i;

/** In 1.1 words of the language; PyYAML fails at “=”. */
const RESERVED = /^(?:<<|=)$/;

const CONTESTED = [NUMBER_LIKE, DATE_LIKE, NO_FINITE, RESERVED];

const isSwitch = (text: string): boolean => {
  const small = text.toLowerCase();
  const capital = small.slice(0, 1).toUpperCase() + small.slice(1);
  return SWITCHES.includes(small) && [small, capital, small.toUpperCase()].includes(text);
};

const isContested = (text: string): boolean => isSwitch(text) || CONTESTED.some((pattern) => pattern.test(text));

/** Words that are something else than text to some reader of YAML, when nobody puts quotes around them. */
export const YAML_WORDS: readonly string[] = [...SWITCHES, 'null', 'true', 'false'];

/**
 * What text without quotes stands for, where readers of YAML 1.1 (PyYAML) and of YAML 1.2 say the same.
 * `undefined` where they do not.
 */
export const readPlain = (text: string): YamlWord | undefined => {
  if (NULLS.includes(text)) return null;
  if (TRUE.includes(text)) return true;
  if (FALSE.includes(text)) return false;
  if (WHOLE.test(text) || HEXADECIMAL.test(text) || DECIMAL.test(text)) return Number(text);
  return isContested(text) ? undefined : text;
};
