import { styleText } from 'node:util';

/** One of the two streams of a process, as far as it is used. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isJson: boolean;
}

export type Tone = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** What a command has to say: its answer on standard output, everything else on standard error. */
export interface Output {
  readonly isJson: boolean;
  /** The answer, as one line of JSON for programs or as text for people. */
  answer(value: unknown, text: string): void;
  /** As it is, for people and programs alike. */
  raw(text: string): void;
  /** Something worth knowing besides; for people only. */
  note(text: string): void;
  /** Coloured on standard output, where that shows colours. */
  paint(tone: Tone, text: string): string;
  /** A line that is replaced by the next one; without a terminal each phase is told once. For people only. */
  progress(phase: string, text: string): void;
  /** Takes the line away. */
  endProgress(): void;
}

/**
 * What moves a cursor, changes a terminal or turns the line round: texts of others may be made of it. The few colours
 * that we use ourselves do no harm.
 */
const UNSHOWN =
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not pass.
  /\u001B(?!\[(?:0|1|2|22|31|32|33|36|39)m)|[\u0000-\u0008\u000B-\u001A\u001C-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
// oxlint-disable-next-line no-control-regex -- an escape sequence begins with a control character.
const COLOURS = /\u001B\[\d+m/g;

/** A text as a terminal can bear it. */
const safe = (text: string): string => text.replace(UNSHOWN, '');
const visible = (text: string): string => safe(text).replace(COLOURS, '');

const CLEAR_LINE = '\r\u001B[2K';

type Environment = OutputOptions['environment'];

/** Whether a stream is a terminal that may be coloured. */
export const showsColours = ({ isTTY = false }: TextStream, environment: Environment): boolean =>
  isTTY && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';

export const output = ({ stdout, stderr, environment, isJson }: OutputOptions): Output => {
  const isColoured = !isJson && showsColours(stdout, environment);
  const isLive = stderr.isTTY === true && environment['TERM'] !== 'dumb';
  let lastPhase: string | undefined;
  let isShowing = false;
  const endProgress = (): void => {
    if (isShowing) stderr.write(CLEAR_LINE);
    isShowing = false;
    lastPhase = undefined;
  };
  return {
    isJson,
    answer: (value, text) => {
      endProgress();
      stdout.write(`${isJson ? JSON.stringify(value) : (isColoured ? safe : visible)(text)}\n`);
    },
    raw: (text) => void stdout.write(text),
    note: (text) => {
      endProgress();
      if (!isJson) stderr.write(`${visible(text)}\n`);
    },
    paint: (tone, text) => (isColoured ? styleText(tone, text, { validateStream: false }) : text),
    progress: (phase, text) => {
      if (isJson) return;
      if (!isLive) {
        if (phase !== lastPhase) stderr.write(`${visible(text)}\n`);
      } else {
        stderr.write(CLEAR_LINE + visible(text).slice(0, Math.max(20, (stderr.columns || 80) - 1)));
        isShowing = true;
      }
      lastPhase = phase;
    },
    endProgress,
  };
};

/** Columns as wide as what is in them, colours apart; each row is one line. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const lines = rows.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')));
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((cells) => visible(cells[at] ?? '').length)));
  const padded = (cell: string, at: number): string => cell + ' '.repeat((widths[at] ?? 0) - visible(cell).length);
  return lines.map((cells) => cells.map(padded).join('  ').trimEnd()).join('\n');
};
