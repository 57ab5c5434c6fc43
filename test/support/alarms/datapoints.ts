import { MINUTE } from '../virtual-clock.ts';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Datapoint {
  readonly value: number;
  readonly arrivesAt: number;
}

/** A metric is its name and its whole set of dimensions, in whatever order. */
export const keyOf = ({ namespace, name, dimensions }: Metric): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

/** What CloudWatch was told, by the minute. */
export const datapoints = () => {
  const told = new Map<string, Map<number, Datapoint[]>>();
  return {
    put: (metric: Metric, at: number, values: readonly number[], delayMs = 0): void => {
      const minutes = told.get(keyOf(metric)) ?? new Map<number, Datapoint[]>();
      const minute = Math.floor(at / MINUTE);
      const known = minutes.get(minute) ?? [];
      minutes.set(minute, [...known, ...values.map((value) => ({ value, arrivesAt: at + delayMs }))]);
      told.set(keyOf(metric), minutes);
    },
    /** What is known by `now` of the whole minutes from the one to the other. */
    between: (metric: Metric, from: number, to: number, now: number): readonly number[] => {
      const minutes = told.get(keyOf(metric));
      if (!minutes) return [];
      const found: number[] = [];
      for (let minute = from / MINUTE; minute < to / MINUTE; minute += 1) {
        for (const { value, arrivesAt } of minutes.get(minute) ?? []) if (arrivesAt <= now) found.push(value);
      }
      return found;
    },
    keys: (): readonly string[] => [...told.keys()],
  };
};

export type Datapoints = ReturnType<typeof datapoints>;

/** By rank, which is near enough to what CloudWatch interpolates. */
const percentile = (values: readonly number[], percent: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const SIMPLE: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Minimum: (values) => values.reduce((a, b) => Math.min(a, b)),
  Maximum: (values) => values.reduce((a, b) => Math.max(a, b)),
  Sum: sum,
  Average: (values) => sum(values) / values.length,
  SampleCount: (values) => values.length,
};

/** `undefined`: of nothing there is no statistic, not even a sum. */
export const statisticOf = (name: string, values: readonly number[]): number | undefined => {
  if (values.length === 0) return undefined;
  const simple = SIMPLE[name];
  if (simple) return simple(values);
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(name) ?? [];
  if (percent !== undefined) return percentile(values, Number(percent));
  // The share of values up to a bound, in percent.
  const [, bound] = /^PR\(:(\d+(?:\.\d+)?)\)$/.exec(name) ?? [];
  if (bound === undefined) throw new Error(`CloudWatch knows no statistic ${name}`);
  return (100 * values.filter((value) => value <= Number(bound)).length) / values.length;
};
