import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { until } from '../support/local-server.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A program of an example, as somebody runs it on a machine of their own. */
export interface Program {
  readonly pid: number;
  /** What it printed so far, on both streams. */
  said(): string;
  /** Waits for something that it prints, and returns what the expression's first group has caught. */
  says(expression: RegExp, patienceMs?: number): Promise<string>;
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Runs until it ends, or with the test. */
export const run = (context: TestContext, file: string, environment: Readonly<Record<string, string>>): Program => {
  const child = spawn(process.execPath, [join(ROOT, file)], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk));
  context.onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  return {
    pid: child.pid as number,
    said: () => text,
    says: (expression, patienceMs) =>
      until(
        `${file} says ${expression}`,
        () => {
          const [whole, caught] = expression.exec(text) ?? [];
          return caught ?? whole;
        },
        patienceMs,
      ),
    end: async (signal) => {
      child.kill(signal);
      const [code, ended] = await closed;
      return code ?? ended;
    },
  };
};
