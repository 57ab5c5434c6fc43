import { randomUUID } from 'node:crypto';
import type { Observed, Task, TaskStatus } from '#shared/domain/lifecycle/observed.ts';
import { taskDefinition, type LocalService } from './local-service.ts';
import { startTask, type ProcessTask, type TaskSurroundings } from './process-task.ts';

/** Keeps as many tasks of one service alive as are wanted: what the ECS service scheduler does. */
export interface ServiceScheduler {
  setDesiredCount(desiredCount: number): void;
  observe(): Observed;
  /** Wants nothing any more; resolves when every task is gone. */
  close(): Promise<void>;
  /** Ends the tasks without asking them; resolves when they are gone. */
  kill(): Promise<void>;
}

const FIRST_RESTART_AFTER_MS = 1_000;
const LAST_RESTART_AFTER_MS = 60_000;
/** A task that ran this long was well: the next restart is prompt again. */
const SETTLED_AFTER_MS = 60_000;
const STOPPED_SHOWN_MS = 3_600_000;
const STOPPED_SHOWN = 10;

/** How long the next start waits after so many failures in a row: 1 s, 2 s, 4 s … one minute. */
export const restartDelayMs = (failures: number): number =>
  Math.min(FIRST_RESTART_AFTER_MS * 2 ** (failures - 1), LAST_RESTART_AFTER_MS);

const isStopped = (task: ProcessTask): boolean => task.now().lastStatus === 'STOPPED';
const isWanted = (task: ProcessTask): boolean => task.now().desiredStatus === 'RUNNING';

/** A task that was stopped for its health is a failure, though the scheduler stopped it. */
const wasScaledIn = ({ stopCode, health }: Task): boolean =>
  stopCode === 'ServiceSchedulerInitiated' && health !== 'UNHEALTHY';

export const serviceScheduler = (service: LocalService, around: TaskSurroundings): ServiceScheduler => {
  const { clock } = around;
  let desiredCount = 0;
  let tasks: readonly ProcessTask[] = [];
  let failures = 0;
  let backOff: AbortController | undefined;
  const complain = (cause: unknown): void => around.onFailure(service.service, cause);

  const reconcile = (): void => {
    const surplus = tasks.filter(isWanted).slice(desiredCount);
    for (const task of surplus) task.stop(`Scaling activity initiated (desired count ${desiredCount})`);
    if (backOff !== undefined) return;
    // A task that still stops keeps its place, for it still has the port; and a port has room for one.
    const places = service.port === null ? desiredCount : Math.min(desiredCount, 1);
    for (let taken = tasks.filter((task) => !isStopped(task)).length; taken < places; taken += 1) start();
  };

  const start = (): void => {
    const task = startTask(randomUUID().replaceAll('-', ''), service, around);
    tasks = [...tasks, task];
    task.gone.then(() => afterStop(task.now())).catch(complain);
  };

  const afterStop = (stopped: Task): void => {
    const forgotten = new Set(tasks.filter(isStopped).slice(0, -STOPPED_SHOWN));
    tasks = tasks.filter((task) => !forgotten.has(task));
    if (desiredCount > 0 && !wasScaledIn(stopped)) waitBeforeRestart(stopped);
    reconcile();
  };

  const waitBeforeRestart = ({ startedAt, stoppedAt }: Task): void => {
    const hadSettled = startedAt !== null && stoppedAt !== null && stoppedAt - startedAt >= SETTLED_AFTER_MS;
    failures = hadSettled ? 1 : failures + 1;
    endBackOff();
    const waiting = (backOff = new AbortController());
    clock
      .sleep(restartDelayMs(failures), waiting.signal)
      .then(
        () => {
          backOff = undefined;
          reconcile();
        },
        () => undefined, // nothing is wanted any more
      )
      .catch(complain);
  };

  const endBackOff = (): void => {
    backOff?.abort();
    backOff = undefined;
  };

  const setDesiredCount = (count: number): void => {
    desiredCount = count;
    if (count === 0) {
      // Whoever wakes the service next is not to wait for the failures of before.
      failures = 0;
      endBackOff();
    }
    reconcile();
  };

  const observe = (): Observed => {
    const observedAt = clock.now();
    const shown = tasks
      .map((task) => task.now())
      .filter(({ stoppedAt }) => stoppedAt === null || observedAt - stoppedAt <= STOPPED_SHOWN_MS);
    const count = (status: TaskStatus): number => shown.filter(({ lastStatus }) => lastStatus === status).length;
    return {
      service: service.service,
      createdAt: service.createdAt,
      tags: service.tags,
      desiredCount,
      runningCount: count('RUNNING'),
      pendingCount: count('PENDING'),
      taskDefinition: taskDefinition(service),
      hasHealthCheck: service.health !== null,
      hasEndpoint: service.port !== null,
      deployingSince: null,
      bounds: null,
      tasks: shown,
      observedAt,
    };
  };

  const close = async (): Promise<void> => {
    setDesiredCount(0);
    await Promise.all(tasks.map((task) => task.gone));
  };

  const kill = (): Promise<void> => {
    const closed = close();
    for (const task of tasks) task.kill();
    return closed;
  };

  return { setDesiredCount, observe, close, kill };
};
