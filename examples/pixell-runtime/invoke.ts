import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Agent } from './installed.ts';

/** Imports `module`, calls `function` with what comes in as JSON, and prints what comes out. */
const CALLER = `
import importlib, json, sys
module, function = sys.argv[1].split(':')
print(json.dumps(getattr(importlib.import_module(module), function)(json.load(sys.stdin))))
`;

/** Runs the agent's entry point in a CPython of its own. Throws with what Python said. */
export const invoke = async (python: string, { folder, entrypoint }: Agent, input: string): Promise<unknown> => {
  const child = spawn(python, ['-c', CALLER, entrypoint ?? ''], {
    cwd: folder,
    env: { PYTHONPATH: `${folder}:${join(folder, 'src')}`, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const text = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (text.error += chunk));
  child.stdin.on('error', () => undefined).end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(text.error.trim().split('\n').at(-1));
  return JSON.parse(text.out);
};
