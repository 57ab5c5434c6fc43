import type { ScalingBounds, StopCode, TaskStatus } from '#shared/domain/lifecycle/observed.ts';

export interface SimTask {
  readonly id: string;
  readonly taskDefinition: string;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  readonly health: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  readonly createdAt: number;
  readonly startedAt: number | null;
  /** When it was asked to stop. */
  readonly stoppingAt: number | null;
  readonly stoppedAt: number | null;
  readonly stopCode: StopCode | null;
  readonly stoppedReason: string | null;
  readonly exitCode: number | null;
}

/** How a task ends. */
export interface End {
  readonly stopCode: StopCode;
  readonly stoppedReason: string;
  /** Of its container, where that has run. */
  readonly exitCode: number | null;
}

/** What a task runs. */
export interface Build {
  /** null: a worker, to which nobody connects. */
  readonly port: number | null;
  readonly hasHealthCheck: boolean;
}

export interface SimService {
  readonly cluster: string;
  readonly service: string;
  readonly createdAt: number;
  /** As they stand on the service, prefix and all. */
  readonly tags: Readonly<Record<string, string>>;
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON';
  readonly isPublic: boolean;
  /** Whether EC2 knows the public addresses of its tasks yet: it is slower than ECS. */
  isAddressed: boolean;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desiredCount: number;
  bounds: ScalingBounds | null;
  tasks: readonly SimTask[];
  deployingSince: number | null;
  taskDefinition: string;
  build: Build;
  /** How long a task stays in one status; null: until somebody moves it. */
  paceMs: number | null;
  /** How long a container that is asked to stop goes on. */
  stopMs: number;
  /** What becomes of every task that reaches this status; null: it lives. */
  fate: (End & { readonly at: TaskStatus }) | null;
  movedAt: number;
}

export type Seed = Partial<Omit<SimService, 'tasks' | 'movedAt'>> & Pick<SimService, 'service'>;

export const MAIN_CLUSTER = 'main';
/** What a service is managed by. */
export const MANAGED = { 'nightporter:managed': 'true' };
export const CRASH: End = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  exitCode: 1,
};
const SCALED_IN: End = {
  stopCode: 'ServiceSchedulerInitiated',
  stoppedReason: 'Scaling activity initiated by deployment',
  exitCode: 0,
};

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
const STATUSES = Object.keys(LIFE) as readonly TaskStatus[];
const HISTORY = 4;
const STOPPED_SHOWN_MS = 3_600_000;

const isLive = ({ desiredStatus }: SimTask): boolean => desiredStatus === 'RUNNING';
const within = (count: number, { min, max }: ScalingBounds): number => Math.min(Math.max(count, min), max);
const keyOf = (cluster: string, service: string): string => `${cluster}/${service}`;

/** Whether a task has come so far and is not on its way down. */
export const hasReached = ({ lastStatus }: SimTask, status: TaskStatus): boolean =>
  STATUSES.indexOf(lastStatus) >= STATUSES.indexOf(status) &&
  STATUSES.indexOf(lastStatus) < STATUSES.indexOf('STOPPED');

const ended = (task: SimTask, { stopCode, stoppedReason, exitCode }: End): SimTask => ({
  ...task,
  desiredStatus: 'STOPPED',
  lastStatus: 'DEACTIVATING',
  stopCode,
  stoppedReason,
  exitCode,
});

const moved = (task: SimTask, { build, stopMs }: SimService, at: number): SimTask => {
  const lastStatus = LIFE[task.lastStatus];
  if (task.lastStatus === 'STOPPING' && at < (task.stoppingAt ?? at) + stopMs) return task;
  if (task.lastStatus === 'RUNNING') return build.hasHealthCheck ? { ...task, health: 'HEALTHY' } : task;
  return {
    ...task,
    lastStatus,
    startedAt: lastStatus === 'RUNNING' ? at : task.startedAt,
    stoppingAt: lastStatus === 'STOPPING' ? at : task.stoppingAt,
    stoppedAt: lastStatus === 'STOPPED' && task.stoppedAt === null ? at : task.stoppedAt,
  };
};

const isAtRest = ({ tasks, desiredCount, build, fate }: SimService): boolean =>
  fate === null &&
  tasks.filter(isLive).length === desiredCount &&
  tasks.every(
    ({ lastStatus, health }) =>
      lastStatus === 'STOPPED' || (lastStatus === 'RUNNING' && (health === 'HEALTHY' || !build.hasHealthCheck)),
  );

/**
 * The machines of one account: services with a desired count that anybody may set, tasks that follow it in their own
 * time, and a scaler with an opinion of its own. `remembers`: enough of the past to show it to a stale read.
 */
export const machines = (now: () => number, remembers: boolean) => {
  const services = new Map<string, SimService>();
  const past = new Map<string, readonly SimService[]>();
  let taskIds = 0;

  const start = (service: SimService, at: number): SimTask => {
    taskIds += 1;
    return {
      id: `t${taskIds}`,
      taskDefinition: service.taskDefinition,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      health: 'UNKNOWN',
      createdAt: at,
      startedAt: null,
      stoppingAt: null,
      stoppedAt: null,
      stopCode: null,
      stoppedReason: null,
      exitCode: null,
    };
  };

  /** One step of every task's life, and of the scheduler that keeps their number. */
  const step = (service: SimService, at: number): void => {
    const { fate, desiredCount } = service;
    const tasks = service.tasks.map((task) =>
      fate && isLive(task) && task.lastStatus === fate.at ? ended(task, fate) : moved(task, service, at),
    );
    const live = tasks.filter(isLive);
    const surplus = new Set(live.slice(desiredCount));
    const missing = Array.from({ length: Math.max(0, desiredCount - live.length) }, () => start(service, at));
    service.tasks = [...tasks.map((task) => (surplus.has(task) ? ended(task, SCALED_IN) : task)), ...missing];
    service.movedAt = at;
  };

  /** Lets the tasks live up to now, where they live by the clock. */
  const catchUp = (service: SimService): SimService => {
    const { paceMs } = service;
    if (paceMs === null) return service;
    while (service.movedAt + paceMs <= now()) {
      if (isAtRest(service)) break;
      step(service, service.movedAt + paceMs);
    }
    return service;
  };

  const note = (service: SimService): void => {
    if (!remembers) return;
    const key = keyOf(service.cluster, service.service);
    past.set(key, [...(past.get(key) ?? []), { ...service }].slice(-HISTORY));
  };

  const find = (cluster: string, name: string): SimService | undefined => {
    const service = services.get(keyOf(cluster, name));
    return service && catchUp(service);
  };

  /** false: there is no such service. */
  const change = (cluster: string, name: string, apply: (service: SimService) => void): boolean => {
    const service = find(cluster, name);
    if (!service) return false;
    if (isAtRest(service)) service.movedAt = now();
    apply(service);
    note(service);
    return true;
  };

  const all = (cluster: string): readonly SimService[] =>
    [...services.values()].filter((service) => service.cluster === cluster).map(catchUp);

  return {
    find,
    all,
    change,
    /** The past, told as if it were the present: that is what eventual consistency looks like. */
    seen: (service: SimService, isStale: boolean): SimService =>
      (isStale ? past.get(keyOf(service.cluster, service.service))?.[0] : undefined) ?? service,
    /** Those that ECS still shows. */
    shownTasks: ({ tasks }: SimService): readonly SimTask[] =>
      tasks.filter(({ stoppedAt }) => stoppedAt === null || now() < stoppedAt + STOPPED_SHOWN_MS),
    add: (seed: Seed): SimService => {
      const service: SimService = {
        cluster: MAIN_CLUSTER,
        createdAt: now(),
        tags: MANAGED,
        controller: 'ECS',
        schedulingStrategy: 'REPLICA',
        isPublic: true,
        isAddressed: true,
        status: 'ACTIVE',
        desiredCount: 0,
        bounds: null,
        deployingSince: null,
        taskDefinition: `${seed.service}:1`,
        build: { port: 80, hasHealthCheck: true },
        paceMs: null,
        stopMs: 0,
        fate: null,
        ...seed,
        tasks: [],
        movedAt: now(),
      };
      services.set(keyOf(service.cluster, service.service), service);
      note(service);
      return service;
    },
    remove: (cluster: string, name: string): void => void services.delete(keyOf(cluster, name)),
    setDesired: (cluster: string, name: string, to: number): boolean =>
      change(cluster, name, (service) => void (service.desiredCount = to)),
    /** Registering a target itself moves the service into its bounds. */
    setBounds: (cluster: string, name: string, bounds: ScalingBounds): boolean =>
      change(cluster, name, (service) => {
        service.bounds = bounds;
        service.desiredCount = within(service.desiredCount, bounds);
      }),
    evolve: (name: string, cluster = MAIN_CLUSTER): void =>
      void change(cluster, name, (service) => step(service, now())),
    /** A task of the service dies by itself. */
    crash: (name: string, cluster = MAIN_CLUSTER): void =>
      void change(cluster, name, (service) => {
        const victim = service.tasks.find(isLive);
        service.tasks = service.tasks.map((task) => (task === victim ? ended(task, CRASH) : task));
      }),
    /** A deployment comes to its end: what runs an older task definition has to go. */
    replaceOld: (name: string, cluster = MAIN_CLUSTER): void =>
      void change(cluster, name, (service) => {
        const isOld = (task: SimTask): boolean => isLive(task) && task.taskDefinition !== service.taskDefinition;
        service.tasks = service.tasks.map((task) => (isOld(task) ? ended(task, SCALED_IN) : task));
        service.deployingSince = null;
      }),
    /** The scaler acts, unless it is suspended: lifts to the minimum, else wanders within its bounds. */
    scale: (name: string, cluster = MAIN_CLUSTER): void =>
      void change(cluster, name, (service) => {
        const { bounds, desiredCount } = service;
        if (!bounds || bounds.suspended) return;
        service.desiredCount = within(desiredCount === bounds.max ? bounds.min : desiredCount + 1, bounds);
      }),
  };
};

export type Machines = ReturnType<typeof machines>;
