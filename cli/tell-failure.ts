import { styleText } from 'node:util';
import { Failure } from './failure.ts';
import { showsColours, type OutputOptions } from './output.ts';

type Told = Omit<OutputOptions, 'stdout'>;

/** One line, and nothing in it that moves a cursor. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not pass.
const inOneLine = (text: string): string => text.replace(/[\u0000-\u001F\u007F-\u009F]+/g, ' ');
const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${inOneLine(line)}\n`)
    .join('');

const textOf = ({ message, fix, detail }: Failure, head: string): string => {
  const line = `${message}${fix === undefined ? '' : ` (${fix})`}`;
  return `${detail === undefined ? '' : indented(detail)}${head}: ${inOneLine(line)}\n`;
};

const jsonOf = ({ code, message, fix, detail }: Failure): string =>
  `${JSON.stringify({ error: { code, message, fix: fix ?? null, detail: detail ?? null } })}\n`;

/** What ended a command, on standard error: one line of what and what to do. Only of a bug there is more. */
export const tellFailure = ({ stderr, environment, isJson }: Told, cause: unknown): number => {
  const isKnown = cause instanceof Failure;
  const failure = isKnown ? cause : new Failure('failed', `a bug: ${String(cause)}`, { code: 'bug' });
  const head = showsColours(stderr, environment) ? styleText('red', 'error', { validateStream: false }) : 'error';
  stderr.write(isJson ? jsonOf(failure) : textOf(failure, head));
  const trace = isKnown || !environment['NIGHTPORTER_DEBUG'] ? undefined : (cause as Error).stack;
  if (trace !== undefined) stderr.write(`${trace}\n`);
  return failure.status;
};
