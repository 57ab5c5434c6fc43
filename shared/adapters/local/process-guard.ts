/**
 * The guard of one task: a process of its own, in a session of its own, between the server and the task's process.
 * It starts the process, passes on what it prints, and stops it when the server says so or is no more: the IPC
 * channel closes however the server dies. Run by `guarded-process.ts`, with nothing but Node and this folder.
 */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, signalGroup } from './process-group.ts';

/** What the server asks of the guard. */
export type GuardRequest =
  | {
      readonly ask: 'start';
      readonly command: readonly [string, ...string[]];
      readonly environment: Readonly<Record<string, string>>;
      readonly workingFolder: string;
      readonly stopTimeoutMs: number;
    }
  | { readonly ask: 'stop' | 'kill' };

/** What the guard tells the server. */
export type GuardReport =
  | { readonly told: 'started'; readonly pid: number }
  | { readonly told: 'not-started'; readonly code: string; readonly message: string }
  | { readonly told: 'stopping' }
  | { readonly told: 'exited'; readonly code: number | null; readonly signal: string | null };

/** How long output may still come from descendants that left the group and kept its pipes. */
const LAST_OUTPUT_MS = 1_000;

type StartRequest = Extract<GuardRequest, { ask: 'start' }>;

const tell = (report: GuardReport): void => {
  if (process.connected) process.send?.(report, undefined, undefined, () => undefined);
};

const start = ({ command: [program, ...args], environment, workingFolder, stopTimeoutMs }: StartRequest) => {
  const task = spawn(program, args, {
    cwd: workingFolder,
    env: environment,
    detached: true, // leads a group of its own, so that its descendants can be ended with it
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let killTimer: NodeJS.Timeout | undefined;
  const hasClosed = new Promise((resolve) => task.once('close', resolve));
  const isRunning = (): boolean => task.exitCode === null && task.signalCode === null;

  task.stdout.pipe(process.stdout);
  task.stderr.pipe(process.stderr);
  task.once('spawn', () => tell({ told: 'started', pid: task.pid! }));
  task.once('error', (error: NodeJS.ErrnoException) => {
    tell({ told: 'not-started', code: error.code ?? '', message: error.message });
    leave();
  });
  task.once('exit', (code, signal) => {
    clearTimeout(killTimer);
    void settle(code, signal);
  });

  const settle = async (code: number | null, signal: string | null): Promise<void> => {
    if (task.pid !== undefined) await killGroup(task.pid);
    await Promise.race([hasClosed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
    task.stdout.destroy();
    task.stderr.destroy();
    tell({ told: 'exited', code, signal });
    leave();
  };
  const kill = (): void => {
    if (task.pid !== undefined && isRunning()) signalGroup(task.pid, 'SIGKILL');
  };
  const stop = (): void => {
    // A second request must not become a second SIGTERM: to many programs that means "at once".
    if (killTimer !== undefined || task.pid === undefined || !isRunning()) return;
    killTimer = setTimeout(kill, stopTimeoutMs);
    signalGroup(task.pid, 'SIGTERM');
    tell({ told: 'stopping' });
  };
  const stopUnheard = (): void => {
    // Nobody reads any more: the output is dropped, lest the task block on a full pipe instead of ending.
    for (const output of [task.stdout, task.stderr]) output.unpipe().resume();
    stop();
  };
  return { stop, kill, stopUnheard };
};

/** Nothing is left to do: without the channel the guard ends as soon as its output is written. */
const leave = (): void => {
  if (process.connected) process.disconnect();
};

let task: ReturnType<typeof start> | undefined;

process.on('message', (request: GuardRequest) => {
  if (request.ask === 'start') task = start(request);
  else task?.[request.ask]();
});
process.on('disconnect', () => task?.stopUnheard());
process.on('SIGTERM', () => task?.stop());
// The pipes may break a moment before the channel closes.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
