#!/usr/bin/env node
/** The command `nightporter`: binds what the commands need to this process. */
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import type { CommandSpec, Context } from './command.ts';
import { EXITS } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { interruption } from './interruption.ts';
import { output } from './output.ts';
import { bringUpToDate } from './node-20.ts';
import { allCommands, program } from './program.ts';
import { tellFailure } from './tell-failure.ts';

/** Written into what is built. */
declare const NIGHTPORTER_VERSION: string;

bringUpToDate();

const { env: environment, stdout, stderr, argv } = process;
const HOME = fileURLToPath(new URL('..', import.meta.url));

// Whoever reads what is printed may leave before its end, as `head` does.
stdout.on('error', () => process.exit(EXITS.done.status));

const run = async (spec: CommandSpec, given: object): Promise<void> => {
  const isJson = 'json' in given && given.json === true;
  const out = output({ stdout, stderr, environment, isJson });
  const context: Context = {
    output: out,
    environment,
    workingFolder: process.cwd(),
    home: HOME,
    interrupted: interruption(process, () => process.exit(EXITS.interrupted.status)),
  };
  try {
    process.exitCode = (await spec.run(context, given)) ?? EXITS.done.status;
  } catch (cause) {
    out.endProgress();
    process.exitCode = tellFailure({ stderr, environment, isJson }, cause);
  }
};

/** In one line, as everything that goes wrong. */
const asUsage = (text: string): Failure => {
  const [message = '', ...more] = text.trim().split('\n');
  const fix = [...more.map((line) => line.replace(/^\(|\)$/g, '')), '--help shows how'].join(' ');
  return new Failure('usage', message.replace(/^error: /, ''), { fix });
};

const whole = program({ version: NIGHTPORTER_VERSION, run });
for (const command of allCommands(whole)) {
  command.exitOverride().configureOutput({
    outputError: (text) => tellFailure({ stderr, environment, isJson: argv.includes('--json') }, asUsage(text)),
  });
}
try {
  await whole.parseAsync(argv);
} catch (cause) {
  if (!(cause instanceof CommanderError)) throw cause;
  // It has been told already; help that was asked for is no error.
  process.exitCode = cause.exitCode === 0 ? EXITS.done.status : EXITS.usage.status;
}
