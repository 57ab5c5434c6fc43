import { parsePolicy } from '#shared/domain/idle/policy.ts';
import type { StopCode, Task } from '#shared/domain/lifecycle/observed.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { startGuarded, type GuardedProcess, type ProcessEnd } from './guarded-process.ts';
import { HOST, portComplaint, watchHealth } from './health-check.ts';
import { commandLine, taskEnvironment, type LocalService, type TaskRef } from './local-service.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { pruneTaskFolders, taskFolder, writeTaskFile } from './task-folder.ts';
import { taskOutput } from './task-output.ts';

/** The machine and the listeners that all tasks of a fleet share. */
export interface TaskSurroundings {
  readonly dataFolder: string;
  readonly clock: Clock;
  /** The server's environment, from which a task gets only what it needs to run. */
  readonly serverEnvironment: Readonly<Record<string, string | undefined>>;
  readonly onChange: (task: TaskRef) => void;
  /** One line on the task's standard output. */
  readonly onLine: (task: TaskRef, line: string) => void;
  /** The task is gone, and its last line has been handed over. */
  readonly onStopped: (task: TaskRef) => void;
  /** Something about a task of the service could not be written down or passed on; the task lives on without it. */
  readonly onFailure: (service: string, cause: unknown) => void;
}

/** One process with the life of a Fargate task. */
export interface ProcessTask {
  /** As it is now; a task never goes back to an earlier status. */
  now(): Task;
  /** Gracefully; the reason of the first call is the one that is told. */
  stop(reason: string): void;
  /** At once, after `stop`. */
  kill(): void;
  /** Resolves when nothing of the task is left. */
  readonly gone: Promise<void>;
}

interface Stop {
  readonly stopCode: StopCode;
  readonly stoppedReason: string;
}

/** Starts a task. It is PROVISIONING on return; everything after that is told through `onChange`. */
export const startTask = (id: string, service: LocalService, around: TaskSurroundings): ProcessTask => {
  const { clock, dataFolder } = around;
  const ref: TaskRef = { service: service.service, taskId: id };
  const folder = taskFolder(dataFolder, id);
  const createdAt = clock.now();
  const record = (process: ProcessIdentity | null, guard: ProcessIdentity | null): void =>
    writeTaskFile(folder, {
      service: service.service,
      createdAt,
      stopTimeoutMs: service.stopTimeoutMs,
      process,
      guard,
    });
  const output = taskOutput(folder, (line) => attempt(() => around.onLine(ref, line)));
  const complain = (cause: unknown): void => {
    output.note(`nightporter: ${messageOf(cause)}`);
    around.onFailure(service.service, cause);
  };
  /** For what goes on beside the life of the task, and must not break it: records on a full disk, and listeners. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (cause) {
      complain(cause);
    }
  };

  const life = new AbortController();
  const gone = Promise.withResolvers<void>();
  let task: Task = newTask(id, createdAt);
  let guarded: GuardedProcess | undefined;
  let askedToStop: Stop | undefined;

  const update = (change: Partial<Task>): void => {
    task = { ...task, ...change };
    attempt(() => around.onChange(ref));
  };

  const stop = (stoppedReason: string, stopCode: StopCode = 'ServiceSchedulerInitiated'): void => {
    if (askedToStop !== undefined || task.lastStatus === 'STOPPED') return;
    askedToStop = { stopCode, stoppedReason };
    life.abort();
    update({ desiredStatus: 'STOPPED', ...(task.lastStatus === 'RUNNING' && { lastStatus: 'DEACTIVATING' }) });
    guarded?.stop();
  };

  const begin = async (): Promise<void> => {
    const complaint = await (service.port === null ? undefined : portComplaint(service.port));
    if (askedToStop !== undefined) return finish(askedToStop);
    if (complaint !== undefined) return finish(cannotStart(complaint));
    update({ lastStatus: 'PENDING' });
    const { workingFolder, stopTimeoutMs } = service;
    const environment = taskEnvironment(service, around.serverEnvironment);
    guarded = startGuarded(
      { command: commandLine(service), environment, workingFolder, stopTimeoutMs },
      {
        onStarted,
        onStopping: () => update({ lastStatus: 'STOPPING' }),
        onFailure: complain,
        onOutput: output.write,
        onEnded: (end) => finish(end.kind === 'exited' ? (askedToStop ?? stopOf(end)) : stopOf(end)),
      },
    );
  };

  const onStarted = (pid: number, guardPid: number): void => {
    // Without the record one line of defence is missing; the guard still ends the task when the server dies.
    recordIdentities(pid, guardPid).catch(complain);
    // Asked to stop while it started: SIGTERM is under way.
    const lastStatus = askedToStop === undefined ? 'RUNNING' : 'DEACTIVATING';
    update({ lastStatus, startedAt: clock.now(), endpoint: endpointOf(service) });
    if (askedToStop === undefined) watch();
  };

  const recordIdentities = async (pid: number, guardPid: number): Promise<void> => {
    const [process, guard] = await Promise.all([identify(pid), identify(guardPid)]);
    if (task.lastStatus !== 'STOPPED') record(process ?? null, guard ?? null);
  };

  const giveUp = (complaint: string, stopCode?: StopCode): void => {
    update({ health: 'UNHEALTHY' });
    stop(`Task failed container health checks (${complaint})`, stopCode);
  };

  const watch = (): void => {
    const { port, health } = service;
    if (port === null || health === null) return;
    watchHealth({
      check: health,
      port,
      clock,
      signal: life.signal,
      bootLimitMs: parsePolicy(service.tags).policy.bootLimitMs,
      onHealthy: () => update({ health: 'HEALTHY' }),
      // Stopped by us, but for its own failure to start: under the scheduler's code nobody would count it as one.
      onNeverHealthy: (complaint) => giveUp(complaint, 'TaskFailedToStart'),
      onUnhealthy: (complaint) => giveUp(complaint),
    }).catch((cause: unknown) => giveUp(messageOf(cause), 'TaskFailedToStart'));
  };

  const finish = (how: Stop): void => {
    life.abort();
    attempt(() => record(null, null));
    output.close();
    attempt(() => around.onStopped(ref));
    update({ ...how, lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stoppedAt: clock.now(), endpoint: null });
    gone.resolve();
  };

  attempt(() => record(null, null));
  attempt(() => pruneTaskFolders(dataFolder, service.service));
  // Before there is a process: once there is one, its end is told by `onEnded`.
  begin().catch((cause: unknown) => finish(cannotStart(messageOf(cause))));
  return {
    now: () => ({ ...task, output: output.tail() }),
    stop,
    kill: () => guarded?.kill(),
    gone: gone.promise,
  };
};

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const newTask = (id: string, createdAt: number): Task => ({
  id,
  lastStatus: 'PROVISIONING',
  desiredStatus: 'RUNNING',
  health: 'UNKNOWN',
  createdAt,
  startedAt: null,
  stoppedAt: null,
  stopCode: null,
  stoppedReason: null,
  endpoint: null,
  output: null,
});

const endpointOf = ({ port, health }: LocalService): Task['endpoint'] => {
  if (port === null) return null;
  const speaksHttp = health !== null && 'path' in health;
  return { host: HOST, port, url: speaksHttp ? `http://${HOST}:${port}` : null };
};

const cannotStart = (complaint: string): Stop => ({
  stopCode: 'TaskFailedToStart',
  stoppedReason: `CannotStartContainerError: ${complaint}`,
});

const stopOf = (end: ProcessEnd): Stop => {
  if (end.kind === 'not-started') return cannotStart(end.reason);
  if (end.kind === 'guard-lost') {
    return { stopCode: 'InfrastructureHealth', stoppedReason: `Task killed because ${end.reason}` };
  }
  const how = end.signal ?? `exit code ${end.code}`;
  return { stopCode: 'EssentialContainerExited', stoppedReason: `Essential container in task exited (${how})` };
};
