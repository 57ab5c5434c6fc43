import { describe, expect, it } from 'vitest';
import { interruption } from '../../cli/interruption.ts';
import { output, table } from '../../cli/output.ts';
import { tellFailure } from '../../cli/tell-failure.ts';
import { Failure } from '../../cli/failure.ts';

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  text: string;
}

const stream = (more: Partial<Terminal> = {}) => {
  const made = { text: '', ...more, write: (text: string) => (made.text += text) };
  return made;
};

const ESCAPE = '\u001B';
const MOVERS = [ESCAPE, '\u0007', '\u009B', '\u202E', '\r'];

const bench = ({
  isTTY = false,
  isJson = false,
  environment = {},
}: {
  readonly isTTY?: boolean;
  readonly isJson?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}) => {
  const stdout = stream({ isTTY });
  const stderr = stream({ isTTY, columns: 40 });
  return { stdout, stderr, out: output({ stdout, stderr, environment, isJson }) };
};

describe('what a command prints', () => {
  it.each([
    ['into a terminal', { isTTY: true }, `${ESCAPE}[32mready${ESCAPE}[39m\n`],
    ['into a terminal that wants none', { isTTY: true, environment: { NO_COLOR: '1' } }, 'ready\n'],
    [
      'into a terminal when NO_COLOR is empty',
      { isTTY: true, environment: { NO_COLOR: '' } },
      `${ESCAPE}[32mready${ESCAPE}[39m\n`,
    ],
    ['into a terminal that cannot', { isTTY: true, environment: { TERM: 'dumb' } }, 'ready\n'],
    ['into a file', {}, 'ready\n'],
    ['for a program in a terminal', { isTTY: true, isJson: true }, '{"state":"ready"}\n'],
  ])('has colours only where they are wanted: %s', (_, options, expected) => {
    const { out, stdout } = bench(options);
    out.answer({ state: 'ready' }, out.paint('green', 'ready'));
    expect(stdout.text).toBe(expected);
  });

  it.each([true, false])('lets no text of others move the cursor or ring the bell (terminal: %s)', (isTTY) => {
    const { out, stdout, stderr } = bench({ isTTY });
    const foreign = `a${ESCAPE}]0;title\u0007b${ESCAPE}[2Jc\u009B31md\u202Ee\rf${ESCAPE}[8mg`;
    out.answer({}, foreign);
    out.note(foreign);
    expect(MOVERS.filter((char) => (stdout.text + stderr.text).includes(char))).toEqual([]);
  });

  it('is in columns, however they are coloured', () => {
    const red = `${ESCAPE}[31mred${ESCAPE}[39m`;
    expect(
      table([
        ['A', 'B'],
        [red, 'x'],
        ['longer', ''],
      ]),
    ).toBe(`A       B\n${red}     x\nlonger`);
  });

  it('replaces its line in a terminal, and takes it away before the answer', () => {
    const { out, stderr } = bench({ isTTY: true });
    out.progress('waking', 'waking, 1 s');
    out.progress('waking', `waking, 2 s ${'.'.repeat(100)}`);
    out.answer({}, 'ready');
    const [, first, second, last] = stderr.text.split(`\r${ESCAPE}[2K`);
    expect([first, last]).toEqual(['waking, 1 s', '']);
    expect(second).toHaveLength(39);
  });

  it('tells each phase once where there is no terminal, and nothing of it to programs', () => {
    const people = bench({});
    const programs = bench({ isJson: true });
    for (const { out } of [people, programs]) {
      out.progress('waking', 'waking, 1 s');
      out.progress('waking', 'waking, 2 s');
      out.progress('ready', 'ready, 3 s');
      out.note('and besides');
    }
    expect(people.stderr.text).toBe('waking, 1 s\nready, 3 s\nand besides\n');
    expect(programs.stderr.text).toBe('');
  });
});

describe('what ends a command', () => {
  const told = (
    cause: unknown,
    more: { readonly isJson?: boolean; readonly environment?: Record<string, string> } = {},
  ) => {
    const stderr = stream();
    const status = tellFailure({ stderr, environment: {}, isJson: false, ...more }, cause);
    return { status, text: stderr.text };
  };

  it('is told in one line: what, and what to do', () => {
    const failure = new Failure('refused', 'held by\nada', { code: 'held', fix: 'ask her', detail: 'one\ntwo' });
    expect(told(failure)).toEqual({ status: 5, text: '  one\n  two\nerror: held by ada (ask her)\n' });
    expect(JSON.parse(told(failure, { isJson: true }).text)).toEqual({
      error: { code: 'held', message: 'held by\nada', fix: 'ask her', detail: 'one\ntwo' },
    });
  });

  it('is called a bug when nobody expected it, with its trace for whoever wants to mend it', () => {
    const bug = new TypeError('undefined is not a function');
    expect(told(bug)).toEqual({ status: 1, text: 'error: a bug: TypeError: undefined is not a function\n' });
    expect(told(bug, { environment: { NIGHTPORTER_DEBUG: '1' } }).text).toContain(' at ');
  });
});

describe('Ctrl-C', () => {
  it('is left to the system until somebody wants to know, and ends at once when it comes again', () => {
    const listeners: (() => void)[] = [];
    let again = 0;
    const interrupted = interruption({ on: (_, listener) => listeners.push(listener) }, () => (again += 1));
    expect(listeners).toEqual([]);
    const signal = interrupted();
    expect(interrupted()).toBe(signal);
    listeners[0]?.();
    expect([signal.aborted, again]).toEqual([true, 0]);
    listeners[0]?.();
    expect(again).toBe(1);
  });
});
