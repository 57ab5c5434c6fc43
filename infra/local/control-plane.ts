import { join } from 'node:path';
import { emfActivity } from '#shared/adapters/local/emf-activity.ts';
import { fileNotifier } from '#shared/adapters/local/file-notifier.ts';
import { folderObjectStore } from '#shared/adapters/local/folder-object-store.ts';
import type { LocalService } from '#shared/adapters/local/local-service.ts';
import { processFleet } from '#shared/adapters/local/process-fleet.ts';
import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { NIGHTPORTER } from '#shared/usecases/caller.ts';
import { control, type DecisionSettings, type TickDeps } from '#shared/usecases/deps.ts';
import { listServices } from '#shared/usecases/list-services.ts';
import { sleepEndpoint } from '../../functions/sleep/endpoint.ts';
import { taskEventEndpoint } from '../../functions/task-events/endpoint.ts';
import { LOCAL } from './server.ts';
import { stateNews } from './state-news.ts';
import { taskChanges, type TaskChanges } from './task-changes.ts';
import { ticker } from './ticker.ts';

export interface ControlPlaneOptions {
  readonly services: readonly LocalService[];
  readonly dataFolder: string;
  readonly tickMs: number;
  readonly defaultService: string | undefined;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly serverEnvironment: Readonly<Record<string, string | undefined>>;
}

/** Everything but the HTTP server. */
export interface ControlPlane {
  readonly deps: TickDeps;
  /** Begins to look after the services. */
  start(): void;
  /** Looks after nothing any more, and stops every service gracefully. */
  close(): Promise<void>;
  /** Ends the services without asking them. */
  kill(): Promise<void>;
}

const NIGHTLY_KILL = { timeOfDayMs: 23 * 3_600_000, timeZone: 'UTC' };
const ALL = 1_000;

const settingsOf = ({ defaultService }: ControlPlaneOptions): DecisionSettings => ({
  timeZone: NIGHTLY_KILL.timeZone,
  nightlyKill: NIGHTLY_KILL,
  ...(defaultService !== undefined && { defaultService }),
});

const isRunning = ({ tasks }: Observed): boolean => tasks.some(({ lastStatus }) => lastStatus !== 'STOPPED');

const runningServices = async (fleet: Fleet): Promise<readonly string[]> => {
  const observed = await fleet.observe((await fleet.list()).map(({ service }) => service));
  return [...observed].filter(([, service]) => isRunning(service)).map(([name]) => name);
};

/** Waits until what an earlier server left running has ended; starts nothing yet. */
export const controlPlane = async (options: ControlPlaneOptions): Promise<ControlPlane> => {
  const { clock, telemetry, dataFolder } = options;
  const activity = emfActivity(clock);
  let changes: TaskChanges | undefined;
  const fleet = await processFleet({
    ...options,
    onTaskChange: (service) => changes?.tell(service),
    onLine: (task, line) => activity.read(task, line),
    onTaskStopped: (task) => activity.taskStopped(task),
    onFailure: (service, cause) => telemetry.failure('task.troubled', cause, { service }),
  });
  for (const { service, pid } of fleet.leftovers) telemetry.event('service.reaped', { service, pid });

  const notifier = fileNotifier({
    dataFolder,
    clock,
    log: ({ event, service, message }) => telemetry.event('notification.sent', { service, event, message }),
  });
  const store = folderObjectStore(join(dataFolder, 'buckets', 'control'));
  const deps = control(
    { store, fleet, activity, notifier, telemetry, clock, random: Math.random },
    settingsOf(options),
  );

  // Whoever has the key of a local server owns it; an owner may take away what they like, and keep it so.
  await deps.docs.swap(controlKeys.grant(LOCAL), null, { force: true, hold: true, registry: true });

  const tellNews = stateNews(telemetry);
  const onTaskEvent = taskEventEndpoint(deps);
  changes = taskChanges(async (service) => tellNews(await onTaskEvent({ service })), telemetry);
  const sleep = sleepEndpoint(deps);
  const lookAfter = async (): Promise<void> => {
    try {
      await sleep();
    } finally {
      // One service's failure fails the tick; of the others there is news all the same.
      const { services } = await listServices(deps)({ caller: NIGHTPORTER, limit: ALL, after: null });
      services.forEach(tellNews);
    }
  };

  const onFailure = (cause: unknown): void => {
    // The parts of an aggregate have been logged one by one, where they failed.
    if (cause instanceof AggregateError) telemetry.event('tick.incomplete', { failures: cause.errors.length });
    else telemetry.failure('tick.failed', cause, {});
  };
  const ending = new AbortController();
  let ticking: Promise<void> | undefined;
  return {
    deps,
    start: () => {
      const everyMs = options.tickMs;
      ticking = ticker({ everyMs, work: lookAfter, onFailure, clock, ending: ending.signal });
    },
    close: async () => {
      ending.abort();
      await Promise.all([ticking, changes.close()]);
      const running = await runningServices(fleet);
      for (const service of running) telemetry.event('service.stopping', { service });
      await fleet.close();
      for (const service of running) telemetry.event('service.stopped', { service });
    },
    kill: () => fleet.kill(),
  };
};
