import { readFile } from 'node:fs/promises';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { SECTIONS } from '../../cli/commands.ts';
import { EXITS } from '../../cli/exit-codes.ts';
import { allCommands, program } from '../../cli/program.ts';
import { cliPage } from '../../infra/cli/page.ts';

const COMMANDS = SECTIONS.flatMap(({ commands }) => commands);

/** What the command line would have run, and with what; or how it was refused. */
const parsed = async (line: readonly string[]) => {
  let asked: { readonly command: string; readonly given: object } | undefined;
  let told = '';
  const whole = program({
    version: '1.2.3',
    run: async ({ words }, given) => {
      asked = { command: words.join(' '), given };
    },
  });
  for (const command of allCommands(whole)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: (text) => (told += text) });
    command.configureOutput({ outputError: (text) => (told += text) });
  }
  try {
    await whole.parseAsync(line, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return { refused: cause.exitCode !== 0, told };
  }
  return { ...asked, told };
};

/** A line of a shell without anything in it but words and double quotes. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);

const EXAMPLES = COMMANDS.flatMap(({ words, examples }) =>
  examples.map(({ line }) => ({ command: words.join(' '), line })),
);

describe('the command line', () => {
  it.each(EXAMPLES)('takes the example of $command: $line', async ({ command, line }) => {
    const own = /\$\((.*)\)/.exec(line)?.[1] ?? line;
    const [name, ...words] = wordsOf(own);
    expect(name).toBe('nightporter');
    expect(await parsed(words)).toMatchObject({ command });
  });

  it('gives what was said by its names, and what is usual otherwise', async () => {
    expect(await parsed(['wake', 'echo', '--lease', '2m', '--timeout', '10s', '--json'])).toMatchObject({
      command: 'wake',
      given: { service: 'echo', lease: 120_000, timeout: 10_000, json: true, data: '.nightporter' },
    });
    expect(await parsed(['packages', 'a@b/hello@1.0.0-rc.1'])).toMatchObject({
      given: { package: { developer: 'a@b', name: 'hello', version: '1.0.0-rc.1' } },
    });
    expect(await parsed(['pack', '--exclude', 'a\\b', '--exclude', './c/'])).toMatchObject({
      given: { folder: '.', exclude: ['a/b', 'c'] },
    });
  });

  it.each([
    ['nothing-of-the-kind'],
    ['services echo'],
    ['wake'],
    ['wake ../etc'],
    ['wake echo --lease 5s'],
    ['wake echo --lease 25h'],
    ['wake echo --holder -'],
    ['wake echo --timeout soon'],
    ['wake echo --api-key key'],
    ['status echo --every 0s'],
    ['logs echo --lines -1'],
    ['hold echo open --for 2h'],
    ['hold echo awake --for 2h --until 2030-01-01'],
    ['hold echo awake --until tomorrow'],
    ['explain'],
    ['publish'],
    ['publish a.apkg --developer a/b'],
    ['packages hello'],
    ['packages acme/hello@latest'],
    ['yank acme/hello'],
    ['yank acme/hello@1.0'],
    ['keygen Release'],
    ['sign a.apkg'],
    ['pack a b'],
    ['validate'],
    ['dlq'],
    ['dlq list --limit 0'],
    ['dlq show'],
    ['developers add'],
    ['developers add ../acme'],
    ['developers add acme --principal role/admin'],
    ['developers add acme --key release'],
    ['developers add acme --signature perhaps'],
    ['start --port 70000'],
    ['start --tick 1ms'],
  ])('refuses %s', async (line) => {
    expect(await parsed(line.split(' '))).toMatchObject({ refused: true });
  });

  it.each(COMMANDS.map(({ words }) => words.join(' ')))('helps with %s, with an example', async (words) => {
    const { told } = await parsed([...words.split(' '), '--help']);
    expect(told).toContain(`Usage: nightporter ${words}`);
    expect(told).toMatch(/\nExamples:\n  \S/);
  });

  it('has a status of its own for every end', () => {
    const statuses = Object.values(EXITS).map(({ status }) => status);
    expect(new Set(statuses).size).toBe(statuses.length);
  });

  it('is described as it is; `npm run cli-reference` writes the page', async () => {
    expect(await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')).toBe(cliPage());
  });
});
