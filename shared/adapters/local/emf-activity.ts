import type { Measurement, Signal } from '#shared/domain/idle/evidence.ts';
import type { Activity, ActivityQuery } from '#shared/ports/activity.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { TaskRef } from './local-service.ts';
import { parseMetricLine, type Datapoint } from './emf-line.ts';
import { metricHistory, type MetricHistory } from './metric-history.ts';

export interface EmfActivity extends Activity {
  /** One line that a task printed on its standard output; those that are no metrics are ignored. */
  readonly read: (task: TaskRef, line: string) => void;
  /** The task is gone: what it said no longer counts as present use. */
  readonly taskStopped: (task: TaskRef) => void;
}

/** A service may name its metrics as it likes, but not fill the memory with names. */
const METRICS_PER_SERVICE = 100;

const UNKNOWN: Measurement = { measuredAt: null, inUse: null, lastUseAt: null, lastActivityAt: null };

/** What CloudWatch Logs does on AWS: turns the metric lines of the services into measurements, in memory. */
export const emfActivity = (clock: Clock): EmfActivity => {
  const services = new Map<string, Map<string, MetricHistory>>();

  const historyFor = (service: string, { namespace, name }: Datapoint): MetricHistory | undefined => {
    const metrics = services.get(service) ?? new Map<string, MetricHistory>();
    services.set(service, metrics);
    const key = metricKey(namespace, name);
    if (!metrics.has(key) && metrics.size < METRICS_PER_SERVICE) metrics.set(key, metricHistory());
    return metrics.get(key);
  };

  const read = ({ service, taskId }: TaskRef, line: string): void => {
    const now = clock.now();
    for (const datapoint of parseMetricLine(line)) {
      // A service whose clock is ahead must not look busy for longer.
      const at = Math.min(datapoint.at ?? now, now);
      historyFor(service, datapoint)?.add(
        { taskId, dimensions: datapoint.dimensions, value: datapoint.value, at },
        now,
      );
    }
  };

  const histories = (service: string, isWanted: (key: string) => boolean): readonly MetricHistory[] =>
    [...(services.get(service) ?? [])].filter(([key]) => isWanted(key)).map(([, history]) => history);

  const measureOne = ({ service, signal, lookBackMs }: ActivityQuery): Measurement => {
    const since = clock.now() - lookBackMs;
    const use = histories(service, usageOf(signal)).map((history) => history.usage(idleAtMost(signal), since));
    const activity = signal.kind === 'connections' ? histories(service, isNamed('LastActivityEpochSeconds')) : [];
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
      return isMeasured(query.signal) ? measureOne(query) : UNKNOWN;
    } catch {
      return UNKNOWN;
    }
  };

  return {
    read,
    taskStopped: ({ service, taskId }) => services.get(service)?.forEach((history) => history.forget(taskId)),
    measure: async (queries) => new Map(queries.map((query) => [query.service, measured(query)])),
  };
};

/** There is no load balancer here. */
const isMeasured = ({ kind }: Signal): boolean => kind === 'connections' || kind === 'metric';

const metricKey = (namespace: string, name: string): string => JSON.stringify([namespace, name]);

/** In any namespace. */
const isNamed =
  (name: string) =>
  (key: string): boolean =>
    (JSON.parse(key) as readonly string[])[1] === name;

const usageOf = (signal: Signal): ((key: string) => boolean) => {
  if (signal.kind !== 'metric') return isNamed('ActiveConnections');
  const wanted = metricKey(signal.namespace, signal.name);
  return (key) => key === wanted;
};

const idleAtMost = (signal: Signal): number => (signal.kind === 'metric' ? signal.idleAtMost : 0);

const latest = (instants: readonly (number | null)[]): number | null =>
  instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);

const anyOf = (answers: readonly (boolean | null)[]): boolean | null => {
  const known = answers.filter((answer) => answer !== null);
  return known.length === 0 ? null : known.includes(true);
};
