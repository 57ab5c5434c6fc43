import type { Observed, ScalingBounds, Task, TaskStatus } from '#shared/domain/lifecycle/observed.ts';
import type { Fleet } from '#shared/ports/fleet.ts';
import type { Actor, World } from './world.ts';

export interface SimService {
  readonly service: string;
  readonly createdAt: number;
  desiredCount: number;
  bounds: ScalingBounds | null;
  tasks: Task[];
  deployingSince: number | null;
  taskDefinition: string;
}

export interface DesiredWrite {
  readonly actor: Actor;
  readonly service: string;
  readonly to: number;
}

const LIFE: Readonly<Record<TaskStatus, TaskStatus>> = {
  PROVISIONING: 'PENDING',
  PENDING: 'ACTIVATING',
  ACTIVATING: 'RUNNING',
  RUNNING: 'RUNNING',
  DEACTIVATING: 'STOPPING',
  STOPPING: 'DEPROVISIONING',
  DEPROVISIONING: 'STOPPED',
  STOPPED: 'STOPPED',
};
const HISTORY = 4;

const isLive = (task: Task): boolean => task.desiredStatus === 'RUNNING';

const snapshot = (service: SimService, now: number): Observed => ({
  service: service.service,
  createdAt: service.createdAt,
  tags: {},
  desiredCount: service.desiredCount,
  runningCount: service.tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
  pendingCount: service.tasks.filter(({ lastStatus }) => lastStatus === 'PENDING').length,
  taskDefinition: service.taskDefinition,
  hasHealthCheck: true,
  hasEndpoint: true,
  deployingSince: service.deployingSince,
  bounds: service.bounds,
  tasks: service.tasks.map((task) => ({ ...task })),
  observedAt: now,
});

/**
 * ECS as far as the control plane meets it: a desired count that anybody may set, tasks that follow it in their own
 * time, reads that may show the past, writes that may land late, and a scaler that has an opinion of its own.
 */
export const simEcs = (world: World, mayBeStale: boolean, onDesired: (write: DesiredWrite) => void) => {
  const services = new Map<string, SimService>();
  const past = new Map<string, Observed[]>();
  let taskIds = 0;

  const record = (service: SimService): void => {
    const seen = [...(past.get(service.service) ?? []), snapshot(service, world.now())];
    past.set(service.service, seen.slice(-HISTORY));
  };

  const change = (name: string, apply: (service: SimService) => void): void => {
    const service = services.get(name);
    if (!service) throw new Error(`ServiceNotFoundException: ${name}`);
    apply(service);
    record(service);
  };

  const observe = (names: readonly string[], isStale: boolean): ReadonlyMap<string, Observed> =>
    new Map(
      names.flatMap((name) => {
        const service = services.get(name);
        if (!service) return [];
        const seen = isStale ? past.get(name)?.[0] : undefined;
        // The past, told as if it were the present: that is what eventual consistency looks like.
        return [[name, { ...(seen ?? snapshot(service, world.now())), observedAt: world.now() }] as const];
      }),
    );

  const of = (actor: Actor): Fleet => ({
    list: () =>
      world.call(actor, {
        label: 'list services',
        effect: () =>
          [...services.values()].map(({ service, createdAt, bounds, taskDefinition }) => ({
            service,
            createdAt,
            tags: {},
            autoscaled: bounds !== null,
            taskDefinition,
          })),
      }),
    observe: (names) =>
      world.call(actor, {
        label: `observe ${names.join(' ')}`,
        effect: () => observe(names, mayBeStale && world.isWhim()),
      }),
    setDesiredCount: (service, to) =>
      world.call(actor, {
        label: `set ${service} to ${to}`,
        effect: () => {
          onDesired({ actor, service, to });
          change(service, (target) => void (target.desiredCount = to));
        },
        mayLandLate: true,
      }),
    setBounds: (service, bounds) =>
      world.call(actor, {
        label: `bound ${service} to ${bounds.min}..${bounds.max}${bounds.suspended ? ' suspended' : ''}`,
        effect: () =>
          change(service, (target) => {
            target.bounds = bounds;
            // Registering a target itself moves the service into its bounds.
            target.desiredCount = Math.min(Math.max(target.desiredCount, bounds.min), bounds.max);
          }),
        mayLandLate: true,
      }),
  });

  const start = (service: SimService): void => {
    taskIds += 1;
    service.tasks.push({
      id: `t${taskIds}`,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      health: 'UNKNOWN',
      createdAt: world.now(),
      startedAt: null,
      stoppedAt: null,
      stopCode: null,
      stoppedReason: null,
      endpoint: null,
      output: null,
    });
  };

  const stop = (service: SimService, id: string, stopCode: Task['stopCode'], stoppedReason: string): void => {
    service.tasks = service.tasks.map((task) =>
      task.id === id
        ? { ...task, desiredStatus: 'STOPPED', lastStatus: 'DEACTIVATING', stopCode, stoppedReason }
        : task,
    );
  };

  const move = (task: Task): Task => {
    const lastStatus = LIFE[task.lastStatus];
    if (lastStatus === 'RUNNING' && task.lastStatus === 'RUNNING') {
      return { ...task, health: 'HEALTHY', endpoint: { host: '10.0.0.1', port: 80, url: null } };
    }
    return {
      ...task,
      lastStatus,
      startedAt: lastStatus === 'RUNNING' ? world.now() : task.startedAt,
      stoppedAt: lastStatus === 'STOPPED' && task.stoppedAt === null ? world.now() : task.stoppedAt,
    };
  };

  /** One step of every task's life, and of the scheduler that keeps their number. */
  const evolve = (name: string): void =>
    change(name, (service) => {
      service.tasks = service.tasks.map(move);
      const live = service.tasks.filter(isLive);
      for (let count = live.length; count < service.desiredCount; count += 1) start(service);
      for (const { id } of live.slice(service.desiredCount)) stop(service, id, 'ServiceSchedulerInitiated', 'Scaling');
    });

  return {
    of,
    evolve,
    add: (service: SimService): void => {
      services.set(service.service, service);
      record(service);
    },
    service: (name: string): SimService | undefined => services.get(name),
    /** A task of the service dies by itself. */
    crash: (name: string): void =>
      change(name, (service) => {
        const victim = service.tasks.find(isLive);
        if (victim) stop(service, victim.id, 'EssentialContainerExited', 'exit code 1');
      }),
    /** The scaler acts, unless it is suspended: lifts to the minimum, else wanders within its bounds. */
    scale: (name: string): void =>
      change(name, (service) => {
        const { bounds, desiredCount } = service;
        if (!bounds || bounds.suspended) return;
        service.desiredCount = Math.min(
          Math.max(desiredCount === bounds.max ? bounds.min : desiredCount + 1, bounds.min),
          bounds.max,
        );
      }),
  };
};

export type SimEcs = ReturnType<typeof simEcs>;
