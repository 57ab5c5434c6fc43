import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ended {
  /** `null` when it could not be started or a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  /** Besides the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it prints to where this process prints, instead of into the answer. */
  readonly inSight?: boolean;
}

/** Runs a command to its end. A command that there is not ends with code `null` as well. */
export const runCommand = async (
  command: string,
  args: readonly string[],
  { cwd, env = {}, inSight = false }: CommandOptions,
): Promise<Ended> => {
  const output = inSight ? 'inherit' : 'pipe';
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
  const printed = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (printed.stdout += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (printed.stderr += chunk));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...printed };
  } catch (cause) {
    return { code: null, stdout: '', stderr: String(cause) };
  }
};
