import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { TOOLS_FOLDER, toolsIn } from './python-tools.ts';

export interface PythonServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Runs a script that serves something on the loopback interface: it prints its port once it answers, and ends when its
 * standard input does, hence with this process at the latest. What it runs on Node it runs on this one.
 */
export const startPythonServer = async (
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<PythonServer> => {
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const child = spawn(toolsIn(TOOLS_FOLDER).python, [script], {
    env: { ...process.env, PATH, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const neverServed = ended.then(
    ([code]) => Promise.reject(new Error(`${script} ended with ${code} before it served`)),
    (cause: unknown) => Promise.reject(new Error('`npm run test:aws` installs what this needs', { cause })),
  );
  const [port] = await Promise.race([once(createInterface(child.stdout), 'line'), neverServed]);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
};
