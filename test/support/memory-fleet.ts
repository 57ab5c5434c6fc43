import type { Observed, ScalingBounds, StopCode, Task } from '#shared/domain/lifecycle/observed.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fleet } from '#shared/ports/fleet.ts';

/** How the tasks of a service behave. */
export interface Behaviour {
  /** From created to RUNNING and HEALTHY; Infinity: never. */
  readonly bootMs: number;
  /** From created to stopped by itself; null: never. */
  readonly crashAfterMs: number | null;
  readonly stopCode: StopCode;
  readonly stoppedReason: string;
  /** From told to stop to STOPPED. */
  readonly stopMs: number;
}

export interface FleetSeed extends Partial<Behaviour> {
  readonly createdAt?: number;
  readonly desiredCount?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly bounds?: ScalingBounds;
  readonly hasHealthCheck?: boolean;
}

export interface FleetCall {
  readonly op: 'list' | 'observe' | 'setDesiredCount' | 'setBounds';
  readonly services: readonly string[];
  /** What was to be set. */
  readonly to?: number | ScalingBounds;
}

export interface MemoryFleet extends Fleet {
  readonly calls: FleetCall[];
  /** Runs before every call; what it throws is an outage. */
  before: (call: FleetCall) => Promise<void> | void;
  /** Registers a service, or puts another one in the place of one of that name. */
  add(service: string, seed?: FleetSeed): void;
  /** Takes the tag away: it runs on, and nobody here sees it. */
  remove(service: string): void;
  behave(service: string, behaviour: Partial<Behaviour>): void;
  /** What an operator, a scaler or a late write does behind everybody's back. */
  meddle(service: string, change: { readonly desiredCount?: number; readonly bounds?: ScalingBounds }): void;
  /** Another build. */
  deploy(service: string, taskDefinition: string, deployingSince?: number | null): void;
  desiredCount(service: string): number;
  writes(service: string): readonly FleetCall[];
}

interface Kept {
  readonly service: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly hasHealthCheck: boolean;
  desiredCount: number;
  bounds: ScalingBounds | null;
  taskDefinition: string;
  deployingSince: number | null;
  behaviour: Behaviour;
  tasks: {
    readonly id: string;
    readonly createdAt: number;
    toStopAt: number | null;
    readonly crashesAt: number | null;
  }[];
}

const SOUND: Behaviour = {
  bootMs: 30_000,
  crashAfterMs: null,
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  stopMs: 0,
};
const STOPPED_SHOWN_MS = 3_600_000;

/** Machines that exist in memory; their tasks boot, crash and stop as the clock goes. */
export const memoryFleet = ({ clock }: { readonly clock: Pick<Clock, 'now'> }): MemoryFleet => {
  const services = new Map<string, Kept>();
  let created = 0;

  const keptOf = (service: string): Kept => {
    const kept = services.get(service);
    if (!kept) throw new Error(`no service named ${service}`);
    return kept;
  };

  const start = (kept: Kept, createdAt: number): void => {
    created += 1;
    const { crashAfterMs } = kept.behaviour;
    const crashesAt = crashAfterMs === null ? null : createdAt + crashAfterMs;
    kept.tasks.push({ id: `${kept.service}-${created}`, createdAt, toStopAt: null, crashesAt });
  };

  /** As ECS does: replaces what crashed, starts what is missing, stops the oldest of what is too many. */
  const settle = (kept: Kept): void => {
    const now = clock.now();
    const isUp = (task: Kept['tasks'][number], at: number): boolean =>
      task.toStopAt === null && (task.crashesAt === null || task.crashesAt > at);
    for (const task of kept.tasks) {
      if (task.toStopAt !== null || task.crashesAt === null || task.crashesAt > now) continue;
      if (kept.tasks.filter((other) => isUp(other, now) || other === task).length <= kept.desiredCount) {
        start(kept, task.crashesAt);
      }
      task.toStopAt = task.crashesAt;
    }
    const up = kept.tasks.filter((task) => isUp(task, now));
    for (const task of up.slice(0, Math.max(0, up.length - kept.desiredCount))) task.toStopAt = now;
    for (let missing = kept.desiredCount - up.length; missing > 0; missing -= 1) start(kept, now);
  };

  const taskOf = ({ behaviour, hasHealthCheck }: Kept, task: Kept['tasks'][number], now: number): Task => {
    const hasCrashed = task.crashesAt !== null && task.toStopAt === task.crashesAt;
    const startedAt = task.createdAt + behaviour.bootMs;
    const stoppedAt = task.toStopAt === null ? null : task.toStopAt + (hasCrashed ? 0 : behaviour.stopMs);
    const hasStopped = stoppedAt !== null && now >= stoppedAt;
    const isRunning = now >= startedAt && (task.toStopAt === null || startedAt <= task.toStopAt);
    const lastStatus = hasStopped ? 'STOPPED' : task.toStopAt !== null ? 'STOPPING' : isRunning ? 'RUNNING' : 'PENDING';
    return {
      id: task.id,
      lastStatus,
      desiredStatus: task.toStopAt === null ? 'RUNNING' : 'STOPPED',
      health: lastStatus === 'RUNNING' && hasHealthCheck ? 'HEALTHY' : 'UNKNOWN',
      createdAt: task.createdAt,
      startedAt: isRunning ? startedAt : null,
      stoppedAt: hasStopped ? stoppedAt : null,
      stopCode: task.toStopAt === null ? null : hasCrashed ? behaviour.stopCode : 'ServiceSchedulerInitiated',
      stoppedReason:
        task.toStopAt === null ? null : hasCrashed ? behaviour.stoppedReason : 'Scaling activity initiated',
      endpoint: isRunning ? { host: '10.0.0.1', port: 8080, url: null } : null,
      output: null,
    };
  };

  const observed = (kept: Kept): Observed => {
    settle(kept);
    const now = clock.now();
    const tasks = kept.tasks
      .map((task) => taskOf(kept, task, now))
      .filter(({ stoppedAt }) => stoppedAt === null || now < stoppedAt + STOPPED_SHOWN_MS);
    const { behaviour: _, ...shown } = kept;
    const counted = (status: Task['lastStatus']): number =>
      tasks.filter(({ lastStatus }) => lastStatus === status).length;
    return {
      ...shown,
      tasks,
      hasEndpoint: true,
      runningCount: counted('RUNNING'),
      pendingCount: counted('PENDING'),
      observedAt: now,
    };
  };

  const called = async (call: FleetCall): Promise<void> => {
    fleet.calls.push(call);
    await fleet.before(call);
  };

  const fleet: MemoryFleet = {
    calls: [],
    before: () => undefined,
    add: (service, seed = {}) => {
      const { createdAt, desiredCount = 0, tags = {}, bounds = null, hasHealthCheck = true, ...behaviour } = seed;
      const kept: Kept = {
        service,
        createdAt: createdAt ?? clock.now(),
        tags,
        hasHealthCheck,
        desiredCount,
        bounds,
        taskDefinition: `${service}:1`,
        deployingSince: null,
        behaviour: { ...SOUND, ...behaviour },
        tasks: [],
      };
      services.set(service, kept);
      settle(kept);
    },
    remove: (service) => void services.delete(service),
    behave: (service, behaviour) => {
      const kept = keptOf(service);
      kept.behaviour = { ...kept.behaviour, ...behaviour };
    },
    meddle: (service, { desiredCount, bounds }) => {
      const kept = keptOf(service);
      settle(kept);
      if (bounds) kept.bounds = bounds;
      if (desiredCount !== undefined) kept.desiredCount = desiredCount;
      settle(kept);
    },
    deploy: (service, taskDefinition, deployingSince = null) => {
      Object.assign(keptOf(service), { taskDefinition, deployingSince });
    },
    desiredCount: (service) => keptOf(service).desiredCount,
    writes: (service) =>
      fleet.calls.filter(
        ({ op, services: [first] }) => first === service && (op === 'setDesiredCount' || op === 'setBounds'),
      ),
    list: async () => {
      await called({ op: 'list', services: [] });
      return [...services.values()].map(({ service, createdAt, tags, bounds, taskDefinition }) => ({
        service,
        createdAt,
        tags,
        autoscaled: bounds !== null,
        taskDefinition,
      }));
    },
    observe: async (names) => {
      await called({ op: 'observe', services: names });
      const found = names.flatMap((name) => services.get(name) ?? []);
      return new Map(found.map((kept) => [kept.service, observed(kept)]));
    },
    setDesiredCount: async (service, to) => {
      await called({ op: 'setDesiredCount', services: [service], to });
      fleet.meddle(service, { desiredCount: to });
    },
    setBounds: async (service, to) => {
      await called({ op: 'setBounds', services: [service], to });
      const { desiredCount } = keptOf(service);
      // A scaler in force moves the count into its bounds at once.
      const moved = to.suspended ? desiredCount : Math.min(Math.max(desiredCount, to.min), to.max);
      fleet.meddle(service, { bounds: to, desiredCount: moved });
    },
  };
  return fleet;
};
