import { UNMEASURED, type Measurement, type Signal } from '#shared/domain/idle/evidence.ts';
import type { Activity, ActivityQuery } from '#shared/ports/activity.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { TaskRef } from './local-service.ts';
import { parseMetricLine } from './emf-line.ts';
import { metricHistory, type MetricHistory } from './metric-history.ts';

export interface EmfActivity extends Activity {
  /** One line that a task printed on its standard output; those that are no metrics are ignored. */
  readonly read: (task: TaskRef, line: string) => void;
  /** The task is gone: what it said no longer counts as present use. */
  readonly taskStopped: (task: TaskRef) => void;
}

/** The metrics that count without a policy naming them, in any namespace. */
const CONNECTIONS = 'ActiveConnections';
const LAST_ACTIVITY = 'LastActivityEpochSeconds';

/** A service may name its metrics as it likes, but not fill the memory with names. */
const METRICS_PER_SHELF = 100;

/** Metrics of one service that compete for room: these two with nobody but their own namesakes, all others together. */
type Shelf = typeof CONNECTIONS | typeof LAST_ACTIVITY | 'others';

interface MetricName {
  readonly namespace: string;
  readonly name: string;
}

/** What CloudWatch Logs does on AWS: turns the metric lines of the services into measurements, in memory. */
export const emfActivity = (clock: Clock): EmfActivity => {
  const services = new Map<string, Readonly<Record<Shelf, Map<string, MetricHistory>>>>();

  const shelvesOf = (service: string): Readonly<Record<Shelf, Map<string, MetricHistory>>> => {
    const shelves = services.get(service) ?? {
      [CONNECTIONS]: new Map(),
      [LAST_ACTIVITY]: new Map(),
      others: new Map(),
    };
    services.set(service, shelves);
    return shelves;
  };

  const reported = (service: string, metric: MetricName): MetricHistory | undefined => {
    const metrics = shelvesOf(service)[shelfOf(metric)];
    const key = metricKey(metric);
    if (!metrics.has(key) && metrics.size < METRICS_PER_SHELF) metrics.set(key, metricHistory());
    return metrics.get(key);
  };

  /** What a policy asks for has room, whatever else the service reports. */
  const asked = (service: string, metric: MetricName): MetricHistory => {
    const metrics = shelvesOf(service)[shelfOf(metric)];
    const history = metrics.get(metricKey(metric)) ?? metricHistory();
    metrics.set(metricKey(metric), history);
    return history;
  };

  const read = ({ service, taskId }: TaskRef, line: string): void => {
    const now = clock.now();
    for (const datapoint of parseMetricLine(line)) {
      // A service whose clock is ahead must not look busy for longer.
      const at = Math.min(datapoint.at ?? now, now);
      reported(service, datapoint)?.add({ taskId, dimensions: datapoint.dimensions, value: datapoint.value, at }, now);
    }
  };

  const usageOf = (service: string, signal: Signal): readonly MetricHistory[] =>
    signal.kind === 'metric' ? [asked(service, signal)] : [...shelvesOf(service)[CONNECTIONS].values()];

  const measureOne = ({ service, signal, lookBackMs }: ActivityQuery): Measurement => {
    const since = clock.now() - lookBackMs;
    const use = usageOf(service, signal).map((history) => history.usage(idleAtMost(signal), since));
    const activity = signal.kind === 'connections' ? [...shelvesOf(service)[LAST_ACTIVITY].values()] : [];
    const lastActivityAt = latest(activity.map((history) => history.largest(since)));
    return {
      measuredAt: latest(use.map(({ measuredAt }) => measuredAt)),
      inUse: anyOf(use.map(({ inUse }) => inUse)),
      lastUseAt: latest(use.map(({ lastUseAt }) => lastUseAt)),
      lastActivityAt: lastActivityAt === null ? null : lastActivityAt * 1_000,
    };
  };

  /** One service's trouble is its own: it is unknown, and the others are measured all the same. */
  const measured = (query: ActivityQuery): Measurement => {
    try {
      return isMeasured(query.signal) ? measureOne(query) : UNMEASURED;
    } catch {
      return UNMEASURED;
    }
  };

  return {
    read,
    taskStopped: ({ service, taskId }) => {
      for (const metrics of Object.values(shelvesOf(service))) metrics.forEach((history) => history.forget(taskId));
    },
    measure: async (queries) => new Map(queries.map((query) => [query.service, measured(query)])),
  };
};

/** There is no load balancer here. */
const isMeasured = ({ kind }: Signal): boolean => kind === 'connections' || kind === 'metric';

const metricKey = ({ namespace, name }: MetricName): string => JSON.stringify([namespace, name]);

const shelfOf = ({ name }: MetricName): Shelf => (name === CONNECTIONS || name === LAST_ACTIVITY ? name : 'others');

const idleAtMost = (signal: Signal): number => (signal.kind === 'metric' ? signal.idleAtMost : 0);

const latest = (instants: readonly (number | null)[]): number | null =>
  instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);

const anyOf = (answers: readonly (boolean | null)[]): boolean | null => {
  const known = answers.filter((answer) => answer !== null);
  return known.length === 0 ? null : known.includes(true);
};
