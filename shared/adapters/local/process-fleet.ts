import { Refusal } from '#shared/domain/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import { reapLeftovers, type Leftover } from './leftovers.ts';
import { taskDefinition, type LocalService, type TaskRef } from './local-service.ts';
import { serviceScheduler, type ServiceScheduler } from './service-scheduler.ts';

export interface ProcessFleetOptions {
  readonly services: readonly LocalService[];
  /** Owned by this server alone: what an earlier one left running in it is ended first. */
  readonly dataFolder: string;
  readonly clock: Clock;
  /** The server's environment. Tasks get PATH, HOME and the like of it, never the rest. */
  readonly serverEnvironment: Readonly<Record<string, string | undefined>>;
  /** A task of the service changed its status or health: what a task event is on ECS. May repeat itself. */
  readonly onTaskChange?: (service: string) => void;
  /** One line on a task's standard output. */
  readonly onLine?: (task: TaskRef, line: string) => void;
  /** The task is gone; no line of it comes any more. */
  readonly onTaskStopped?: (task: TaskRef) => void;
  /** Something about the service could not be written down or passed on: its tasks live on. Must not throw. */
  readonly onFailure?: (service: string, cause: unknown) => void;
}

export interface ProcessFleet extends Fleet {
  /** What an earlier server had left running, now ended. */
  readonly leftovers: readonly Leftover[];
  /** Stops every task gracefully; resolves when all are gone. Nothing starts any more. */
  close(): Promise<void>;
  /** For whoever cannot wait for `close`, during it or instead of it. */
  kill(): Promise<void>;
}

const warn = (service: string, cause: unknown): void => process.emitWarning(`${service}: ${String(cause)}`);

/** Services as child processes of this machine. Every desired count is 0 at first: the control plane converges. */
export const processFleet = async (options: ProcessFleetOptions): Promise<ProcessFleet> => {
  const { services, dataFolder, clock, serverEnvironment } = options;
  const leftovers = await reapLeftovers(dataFolder, clock);
  let isClosed = false;

  const around = {
    dataFolder,
    clock,
    serverEnvironment,
    onChange: ({ service }: TaskRef) => options.onTaskChange?.(service),
    onLine: options.onLine ?? (() => undefined),
    onStopped: options.onTaskStopped ?? (() => undefined),
    onFailure: options.onFailure ?? warn,
  };
  const schedulers = new Map(services.map((service) => [service.service, serviceScheduler(service, around)]));

  const schedulerOf = (service: string): ServiceScheduler => {
    const scheduler = schedulers.get(service);
    if (scheduler === undefined) throw new Refusal('service-not-found', `there is no service named ${service}`);
    return scheduler;
  };
  const end = async (how: 'close' | 'kill'): Promise<void> => {
    isClosed = true;
    await Promise.all([...schedulers.values()].map((scheduler) => scheduler[how]()));
  };

  return {
    leftovers,
    list: async () =>
      services.map((entry) => ({
        service: entry.service,
        createdAt: entry.createdAt,
        tags: entry.tags,
        autoscaled: false,
        taskDefinition: taskDefinition(entry),
      })),
    observe: async (names) =>
      new Map(
        names.flatMap((name) => {
          const scheduler = schedulers.get(name);
          return scheduler === undefined ? [] : [[name, scheduler.observe()]];
        }),
      ),
    setDesiredCount: async (service, desiredCount) => {
      if (isClosed) throw new Error(`the fleet is closed, ${service} keeps desired count 0`);
      schedulerOf(service).setDesiredCount(desiredCount);
    },
    setBounds: async (service) => {
      throw new Error(`${service} has no autoscaler on this machine, so it has no bounds`);
    },
    close: () => end('close'),
    kill: () => end('kill'),
  };
};
