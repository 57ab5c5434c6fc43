import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killGroup } from './process-group.ts';
import type { GuardReport, GuardRequest } from './process-guard.ts';

export interface ProcessSpec {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  readonly stopTimeoutMs: number;
}

/** How a process ended: by itself or by us, never begun, or left alone by its guard and therefore killed. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: 'not-started'; readonly reason: string }
  | { readonly kind: 'guard-lost'; readonly reason: string };

export interface ProcessEvents {
  readonly onStarted: (pid: number, guardPid: number) => void;
  /** SIGTERM has been sent. */
  readonly onStopping: () => void;
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Last of all, once: the process and its group are gone and all their output has been handed over. */
  readonly onEnded: (end: ProcessEnd) => void;
  /** Something went wrong that does not keep the process from its end. */
  readonly onFailure: (cause: unknown) => void;
}

export interface GuardedProcess {
  /** SIGTERM, and SIGKILL after the stop timeout. Asking again changes nothing. */
  stop(): void;
  /** SIGKILL, now. */
  kill(): void;
}

/** A guard takes up to two seconds, after the process has ended, for the rest of the group and the last output. */
const GUARD_SLACK_MS = 3_000;

/** Beside this file and in its language, also where both were built into something else. */
const GUARD = fileURLToPath(new URL(`./process-guard${extname(import.meta.url)}`, import.meta.url));

/** Starts a process under a guard of its own, which ends it should this server die in whatever way. */
export const startGuarded = (spec: ProcessSpec, events: ProcessEvents): GuardedProcess => {
  const guard = spawn(process.execPath, [GUARD], {
    // A session of its own: Ctrl-C in the terminal is for the server, which then stops its tasks in order.
    detached: true,
    // What the task gets travels in the message; the guard itself needs nothing, and must not keep the API key.
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ask = (request: GuardRequest): void => {
    // A guard that has gone needs no telling: its end is reported below.
    if (guard.connected) guard.send(request, () => undefined);
  };

  let taskPid: number | undefined;
  let end: ProcessEnd | undefined;
  guard.stdout?.on('data', (chunk: Buffer) => events.onOutput('stdout', chunk));
  guard.stderr?.on('data', (chunk: Buffer) => events.onOutput('stderr', chunk));
  guard.on('message', (report: GuardReport) => {
    if (report.told === 'started') events.onStarted((taskPid = report.pid), guard.pid!);
    if (report.told === 'stopping') events.onStopping();
    if (report.told === 'exited') end = { kind: 'exited', code: report.code, signal: report.signal };
    if (report.told === 'not-started') end = { kind: 'not-started', reason: notStarted(report, spec) };
  });
  let hasEnded = false;
  let patience: NodeJS.Timeout | undefined;
  let patienceEndsAt = Infinity;
  /** A guard that is stopped (SIGSTOP) or hangs obeys nobody: without it the process is ended from here. */
  const expectEndIn = (timeoutMs: number): void => {
    const endsAt = performance.now() + timeoutMs + GUARD_SLACK_MS;
    if (hasEnded || endsAt >= patienceEndsAt) return; // asking again and again must not put it off
    clearTimeout(patience);
    patienceEndsAt = endsAt;
    patience = setTimeout(() => guard.kill('SIGKILL'), endsAt - performance.now());
  };
  const conclude = async (how: string): Promise<void> => {
    if (hasEnded) return;
    hasEnded = true;
    clearTimeout(patience);
    if (end === undefined && taskPid !== undefined) await killGroup(taskPid).catch(events.onFailure);
    events.onEnded(end ?? { kind: taskPid === undefined ? 'not-started' : 'guard-lost', reason: `its guard ${how}` });
  };
  // After some failures to spawn there is no `close`.
  guard.once('error', ({ message }) => void conclude(`did not start (${message})`));
  guard.once('close', (code, signal) => void conclude(`ended (${signal ?? `exit code ${code}`})`));
  ask({ ask: 'start', ...spec });
  return {
    stop: () => {
      ask({ ask: 'stop' });
      expectEndIn(spec.stopTimeoutMs);
    },
    kill: () => {
      ask({ ask: 'kill' });
      expectEndIn(0);
    },
  };
};

type NotStarted = Extract<GuardReport, { told: 'not-started' }>;

const notStarted = ({ code, message }: NotStarted, { command, workingFolder }: ProcessSpec): string => {
  // The system says ENOENT of both.
  if (code === 'ENOENT' && !existsSync(workingFolder)) return `working folder not found: ${workingFolder}`;
  if (code === 'ENOENT') return `command not found: ${command[0]}`;
  if (code === 'EACCES') return `permission denied: ${command[0]}`;
  return message;
};
