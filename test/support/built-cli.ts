import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bundleCli } from '../../infra/cli/bundle.ts';

export interface Ran {
  readonly status: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The answer, where one was asked for in JSON. */
  readonly json: any;
}

export interface RunOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunningCommand {
  readonly pid: number;
  readonly text: { stdout: string; stderr: string };
  readonly ended: Promise<Ran>;
  signal(name: NodeJS.Signals): void;
}

export interface BuiltCli {
  /** The built file. */
  readonly file: () => string;
  /** Runs the command to its end, as a user does: with nothing in the environment but what is given. */
  readonly run: (args: readonly string[], options: RunOptions) => Promise<Ran>;
  readonly start: (args: readonly string[], options: RunOptions) => RunningCommand;
}

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The command as it is shipped, built once for the file of tests that asks for it. */
export const builtCli = (): BuiltCli => {
  let folder = '';
  const file = (): string => join(folder, 'cli/nightporter.js');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightporter-cli-'));
    await bundleCli(folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const start: BuiltCli['start'] = (args, { cwd, environment = {} }) => {
    const child = spawn(process.execPath, [file(), ...args], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
    const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    return {
      pid: child.pid as number,
      text,
      ended: closed.then(([code, signal]) => ({ ...text, status: code ?? signal, json: jsonIn(text.stdout) })),
      signal: (name) => void child.kill(name),
    };
  };

  return { file, start, run: (args, options) => start(args, options).ended };
};
