import { MINUTE, SECOND } from '../virtual-clock.ts';
import { statisticOf, type Datapoints, type Metric } from './datapoints.ts';
import { metricMath, type Value } from './metric-math.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

const metricOf = ({ Namespace, MetricName, Dimensions = [] }: any): Metric => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }: any) => [Name, String(Value)])),
});

interface Stat {
  readonly id: string;
  readonly metric: Metric;
  readonly statistic: string;
  readonly periodMs: number;
}

/** What an alarm looks at, whether it names one metric or calculates with several. */
interface Watched {
  readonly stats: readonly Stat[];
  readonly calculate: (valueOf: (id: string) => Value) => Value;
}

const watchedBy = (properties: any): Watched => {
  const { Metrics, Period, Statistic, ExtendedStatistic } = properties;
  if (!Metrics) {
    const statistic = Statistic ?? ExtendedStatistic;
    const stat = { id: 'it', metric: metricOf(properties), statistic, periodMs: Number(Period) * SECOND };
    return { stats: [stat], calculate: (valueOf) => valueOf('it') };
  }
  const returned = Metrics.filter(({ ReturnData }: any) => ReturnData !== false);
  if (returned.length !== 1) throw new Error('an alarm looks at exactly one result');
  const stats = Metrics.filter(({ MetricStat }: any) => MetricStat).map(({ Id, MetricStat }: any) => ({
    id: Id,
    metric: metricOf(MetricStat.Metric),
    statistic: MetricStat.Stat,
    periodMs: Number(MetricStat.Period) * SECOND,
  }));
  return { stats, calculate: metricMath(returned[0].Expression) };
};

/** Every metric that an alarm looks at. */
export const metricsOf = (properties: any): readonly Metric[] =>
  watchedBy(properties).stats.map(({ metric }) => metric);

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export interface MetricAlarmOptions {
  readonly data: Datapoints;
  /** Periods that are looked at beyond those asked for; CloudWatch does not tell how many. */
  readonly more: number;
}

/**
 * An alarm on metrics, as CloudWatch documents it: looked at every minute, over windows that end then. Where enough
 * periods have data, the latest of these decide, however old; missing ones are made up only as far as they must be.
 */
export const metricAlarm = (properties: any, { data, more }: MetricAlarmOptions) => {
  const { stats, calculate } = watchedBy(properties);
  const periodMs = stats[0]?.periodMs ?? MINUTE;
  if (stats.some((stat) => stat.periodMs !== periodMs)) throw new Error('an alarm has one period');
  const periods = Number(properties.EvaluationPeriods);
  const needed = Number(properties.DatapointsToAlarm ?? periods);
  const isBreaching = COMPARISONS[properties.ComparisonOperator];
  const missing: string = properties.TreatMissingData;
  if (!isBreaching) throw new Error(`no comparison: ${properties.ComparisonOperator}`);
  if (missing === 'ignore' && periods > 1) throw new Error('what is ignored of several periods is not told here');
  let state: AlarmState = 'INSUFFICIENT_DATA';

  const valueAt = (end: number, now: number): Value =>
    calculate((id) => {
      const stat = stats.find((one) => one.id === id);
      if (!stat) throw new Error(`the alarm calculates with ${id}, which it does not ask for`);
      return statisticOf(stat.statistic, data.between(stat.metric, end - periodMs, end, now));
    });

  /** Of the latest periods with data, whether they breach; no more than are asked for. */
  const known = (now: number): readonly boolean[] => {
    const end = Math.floor(now / MINUTE) * MINUTE;
    const found: boolean[] = [];
    for (let back = 0; back < periods + more && found.length < periods; back += 1) {
      const value = valueAt(end - back * periodMs, now);
      if (value !== undefined) found.push(isBreaching(value, Number(properties.Threshold)));
    }
    return found;
  };

  const judged = (found: readonly boolean[]): AlarmState => {
    const madeUp = periods - found.length;
    if (madeUp === periods && missing === 'ignore') return state;
    const breaching = found.filter((is) => is).length + (missing === 'breaching' ? madeUp : 0);
    return breaching >= needed ? 'ALARM' : 'OK';
  };

  return {
    state: (): AlarmState => state,
    /** Looks at what is known by now. */
    look: (now: number): AlarmState => {
      state = judged(known(now));
      return state;
    },
  };
};
