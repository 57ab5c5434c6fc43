import { emfTelemetry } from '#shared/adapters/aws/emf-telemetry.ts';
import { control } from '#shared/usecases/deps.ts';
import { kill } from '#shared/usecases/kill.ts';
import { taskChanged } from '#shared/usecases/task-changed.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { anOperator } from '../builders.ts';
import { aKill, aWake } from '../control-plane.ts';
import { account } from '../sim-aws/account.ts';
import { container } from '../sim-aws/containers.ts';
import { hasReached, MANAGED, type Seed, type SimService } from '../sim-aws/machines.ts';
import { HOUR, MINUTE, SECOND, virtualClock } from '../virtual-clock.ts';
import { datapoints, type Metric } from './datapoints.ts';
import { watch, type Watched } from './watch.ts';

export interface HouseOptions {
  readonly cluster: string;
  readonly services: readonly string[];
  readonly deployment: string;
  readonly namespace: string;
  /** Of everything that is alarmed on. */
  readonly alarms: readonly Watched[];
  /** How late CloudWatch knows of what it is told. */
  readonly delayMs: number;
  /** Periods that an alarm looks at beyond those asked for. */
  readonly more: number;
  /** What load balancers, queues and others tell of the minute that has just passed. */
  readonly neighbours: (house: House, put: (metric: Metric, ...values: readonly number[]) => void) => void;
}

const STEP_MS = 10 * SECOND;
const TICK_MINUTES = 5;
/** Nobody says of themselves that they are in use: sessions are leases, and last. */
const TAGS = { ...MANAGED, 'nightporter:signal': 'leases' };

/** The numbers of a line, as CloudWatch takes them out of it. */
const numbersIn = (
  line: string,
): readonly { readonly metric: Metric; readonly at: number; readonly values: number[] }[] => {
  const document = JSON.parse(line);
  const { Timestamp, CloudWatchMetrics = [] } = document['_aws'] ?? {};
  return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }: any) =>
    Dimensions.flatMap((names: readonly string[]) =>
      Metrics.map(({ Name }: any) => ({
        metric: {
          namespace: Namespace,
          name: Name,
          dimensions: Object.fromEntries(names.map((one) => [one, document[one]])),
        },
        at: Timestamp,
        values: [document[Name]].flat(),
      })),
    ),
  );
};

/**
 * A house with its alarms: the control plane over an account in memory, woken by what becomes of tasks and by its tick,
 * telling of itself by the lines that it tells CloudWatch; and the alarms of some stacks, looked at every minute.
 */
export const watchedHouse = (options: HouseOptions) => {
  const { cluster, services, delayMs, more } = options;
  const clock = virtualClock();
  const data = datapoints();
  const aws = account({ now: clock.now, clusters: [cluster] });
  const watches = options.alarms.map((stack) => watch(stack, { data, more }));
  const lines: string[] = [];
  const own = container(aws.clients('house'), clock);
  const telemetry = emfTelemetry({
    clock,
    namespace: options.namespace,
    deployment: options.deployment,
    tellsVitals: true,
    write: (line) => {
      lines.push(line);
      for (const { metric, at, values } of numbersIn(line)) data.put(metric, at, values, delayMs);
    },
  });
  const deps = control({ ...own, telemetry }, own.settings);
  const look = tick(deps);
  for (const service of services) aws.add({ cluster, service, tags: TAGS, paceMs: 10 * SECOND });
  /** How the tasks were when the control plane was last told of them. */
  const told = new Map<string, string>();
  let minutes = 0;

  const serviceCalled = (name: string): SimService => {
    const found = aws.machines.find(cluster, name);
    if (!found) throw new Error(`no service ${name}`);
    return found;
  };

  const statusOf = (name: string): string =>
    serviceCalled(name)
      .tasks.map(({ id, lastStatus, health }) => `${id} ${lastStatus} ${health}`)
      .join();

  /** Lets a little time pass, and has the control plane told of every task that changed. */
  const step = async (): Promise<void> => {
    clock.advance(STEP_MS);
    for (const name of services) {
      const status = statusOf(name);
      if (status !== (told.get(name) ?? '')) await taskChanged(deps)(name);
      told.set(name, status);
    }
  };

  const house = {
    clock,
    lines,
    data,
    rings: () => watches.flatMap(({ rings }) => rings),
    ringing: () => watches.flatMap(({ ringing }) => ringing()),
    service: serviceCalled,
    running: (name: string): number =>
      serviceCalled(name).tasks.filter((task) => hasReached(task, 'RUNNING') && task.desiredStatus === 'RUNNING')
        .length,
    /** Tasks that a load balancer was told of. */
    registered: (name: string): number =>
      serviceCalled(name).tasks.filter((task) => hasReached(task, 'ACTIVATING') && task.desiredStatus === 'RUNNING')
        .length,
    change: (name: string, change: Partial<Seed>): void =>
      void aws.machines.change(cluster, name, (service) => void Object.assign(service, change)),
    crash: (name: string): void => aws.machines.crash(name, cluster),
    wake: (service: string) => wake(deps)(aWake({ service, leaseMs: 12 * HOUR, force: true, caller: anOperator() })),
    sleep: (service: string) => kill(deps)(aKill({ service, force: true, caller: anOperator() })),
    deps,
    /** Lets minutes pass: tasks live, the control plane looks, everybody tells CloudWatch, and the alarms are looked at. */
    live: async (count: number, also: (minute: number) => void = () => {}): Promise<void> => {
      for (let minute = 0; minute < count; minute += 1) {
        for (let passed = 0; passed < MINUTE; passed += STEP_MS) await step();
        minutes += 1;
        if (minutes % TICK_MINUTES === 2) await look();
        const at = clock.now() - SECOND;
        options.neighbours(house, (metric, ...values) => data.put(metric, at, values, delayMs));
        also(minute);
        for (const { look: lookAtAlarms } of watches) lookAtAlarms(clock.now());
      }
    },
  };
  return house;
};

export type House = ReturnType<typeof watchedHouse>;
