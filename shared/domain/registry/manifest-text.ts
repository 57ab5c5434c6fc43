import { passed, refused } from './checked.ts';
import type { Checked, Details } from './verdict.ts';

interface Unwanted {
  readonly chars: RegExp;
  readonly problem: string;
}

/** Characters at which readers of YAML part: one ends a line or refuses the text, another goes on. */
const UNWANTED: readonly Unwanted[] = [
  { chars: /\uFEFF/, problem: 'a byte order mark' },
  { chars: /\t/, problem: 'a tab' },
  { chars: /\r(?!\n)|[\u0085\u2028\u2029]/, problem: 'a line break other than LF or CRLF' },
  // Not the same set as Unicode's: it is what PyYAML calls unprintable.
  // oxlint-disable-next-line no-control-regex
  { chars: /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/, problem: 'a control character' },
  // Two escapes that are one character here and two halves of one in Python.
  { chars: /\\u[Dd][89A-Fa-f]|\\U0000[Dd][89A-Fa-f]/, problem: 'half a character, written with an escape' },
];

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const BLANK = /^ *(?:#.*)?\r?$/;
const SEPARATOR = /^(?:---|\.\.\.)(?!\S)/;

/** To PyYAML a line is one even between quotes. `---` may stand before the first line that says something. */
const separatorLine = (text: string): number | undefined => {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !BLANK.test(line));
  const found = lines.findIndex((line, index) => SEPARATOR.test(line) && !(index === first && line.startsWith('---')));
  return found < 0 ? undefined : found + 1;
};

/** `undefined` for bytes that are something else. */
export const readUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    // The mark is kept, so that it is seen.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
};

const unwanted = (text: string): Details | undefined => {
  for (const { chars, problem } of UNWANTED) {
    const found = chars.exec(text);
    if (found) return { line: lineAt(text, found.index), problem };
  }
  const line = separatorLine(text);
  return line === undefined ? undefined : { line, problem: 'more than one document' };
};

/** A manifest's bytes as text that every reader of YAML cuts into the same lines. */
export const readText = (bytes: Uint8Array): Checked<string> => {
  const text = readUtf8(bytes);
  if (text === undefined) return refused('YAML_INVALID', { problem: 'not UTF-8' });
  const details = unwanted(text);
  return details ? refused('YAML_INVALID', details) : passed(text);
};
