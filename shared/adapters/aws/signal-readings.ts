import type { Measurement, Signal } from '#shared/domain/idle/evidence.ts';
import type { Dimension } from '#shared/domain/idle/metric-words.ts';
import type { Metric, Point } from './metric-series.ts';

/** Which metrics tell of a signal, and what they tell. */
export interface SignalReading {
  readonly metrics: readonly Metric[];
  /** Takes the metrics' points, in the order of the metrics. */
  readonly read: (series: readonly (readonly Point[])[]) => Measurement;
}

/** Where a service's own metrics are when its policy does not say. */
export interface MetricDefaults {
  readonly namespace: string;
  /** `undefined`: it is not known under which dimensions the service reports. */
  readonly dimensions: readonly Dimension[] | undefined;
}

type Of<Kind extends Signal['kind']> = Extract<Signal, { readonly kind: Kind }>;

/** What is to be asked; `undefined`: nothing. */
export const signalReading = (signal: Signal, defaults: MetricDefaults): SignalReading | undefined => {
  switch (signal.kind) {
    case 'connections':
      return connections(signal, defaults);
    case 'metric':
      return anyMetric(signal, defaults);
    case 'alb':
      return requests(signal);
    case 'nlb':
      return flows(signal);
    case 'leases':
      return undefined;
  }
};

const connections = (signal: Of<'connections'>, defaults: MetricDefaults): SignalReading | undefined => {
  const { namespace = defaults.namespace, dimensions = defaults.dimensions } = signal;
  if (dimensions === undefined) return undefined;
  // The largest of all tasks: one that serves nobody says nothing of the others.
  const shared = { namespace, dimensions, statistic: 'Maximum' } as const;
  return {
    metrics: [
      { ...shared, name: 'ActiveConnections' },
      { ...shared, name: 'LastActivityEpochSeconds' },
    ],
    read: ([open = [], activity = []]) => {
      const lastActivity = largest(activity.map(({ value }) => value));
      return { ...usage(open, 0), lastActivityAt: lastActivity === null ? null : lastActivity * 1_000 };
    },
  };
};

const anyMetric = (signal: Of<'metric'>, defaults: MetricDefaults): SignalReading | undefined => {
  const { namespace, name, idleAtMost, dimensions = defaults.dimensions } = signal;
  if (dimensions === undefined) return undefined;
  return {
    metrics: [{ namespace, name, dimensions, statistic: 'Maximum' }],
    read: ([points = []]) => usage(points, idleAtMost),
  };
};

const requests = ({ dimensions }: Of<'alb'>): SignalReading => {
  const shared = { namespace: 'AWS/ApplicationELB', dimensions };
  return {
    metrics: [
      { ...shared, name: 'RequestCount', statistic: 'Sum' },
      { ...shared, name: 'HealthyHostCount', statistic: 'Maximum' },
    ],
    // A balancer that gets no request may report none. It means zero only while somebody could have answered one.
    read: ([counted = [], hosts = []]) =>
      usage([...counted, ...hosts.filter(({ value }) => value >= 1).map(({ at }) => ({ at, value: 0 }))], 0),
  };
};

const flows = ({ dimensions }: Of<'nlb'>): SignalReading => {
  const shared = { namespace: 'AWS/NetworkELB', dimensions };
  return {
    metrics: [
      { ...shared, name: 'ActiveFlowCount', statistic: 'Maximum' },
      { ...shared, name: 'ProcessedBytes', statistic: 'Sum' },
    ],
    // The flows are always reported, so they alone tell of idleness; bytes betray flows too short to be counted.
    read: ([open = [], bytes = []]) => usage([...open, ...bytes.filter(({ value }) => value > 0)], 0),
  };
};

const usage = (points: readonly Point[], idleAtMost: number): Measurement => {
  const used = points.filter(({ value }) => value > idleAtMost);
  const measuredAt = largest(points.map(({ at }) => at));
  const lastUseAt = largest(used.map(({ at }) => at));
  return { measuredAt, inUse: measuredAt === null ? null : lastUseAt === measuredAt, lastUseAt, lastActivityAt: null };
};

/** Not `Math.max(...)`, which would make an infinity of nothing. */
const largest = (numbers: readonly number[]): number | null =>
  numbers.reduce<number | null>((most, each) => (most === null || each > most ? each : most), null);
