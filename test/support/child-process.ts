import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished, type TestContext } from 'vitest';

/** Runs scripts of this folder in processes of their own, which end with that test at the latest. For tests that run side by side. */
export const childrenOf =
  ({ onTestFinished: whenDone }: Pick<TestContext, 'onTestFinished'>) =>
  (script: string, ...args: readonly string[]): ChildProcessByStdio<null, Readable, null> => {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    whenDone(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    return child;
  };

/** The same for the test that runs at present, which has to be the only one. */
export const startChild = childrenOf({ onTestFinished });
