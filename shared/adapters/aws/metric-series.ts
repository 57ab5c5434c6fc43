import {
  GetMetricDataCommand,
  InvalidParameterCombinationException,
  InvalidParameterValueException,
  type CloudWatchClient,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { Dimension } from '#shared/domain/idle/metric-words.ts';
import type { MetricWindow } from './metric-windows.ts';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly statistic: 'Maximum' | 'Sum';
  readonly dimensions: readonly Dimension[];
}

/** What was reported of a time that ended then. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** One answer per metric, in their order; `undefined`: the data is not all there, which is not the same as none. */
type Answers = readonly (readonly Point[] | undefined)[];

/** As many as CloudWatch answers at once. */
const BATCH = 500;
/** How often a refused batch may be halved: enough to find a few bad metrics, few enough to give up on a bad rule. */
const HALVINGS = 40;

interface Answer {
  readonly points: Point[];
  status: MetricDataResult['StatusCode'];
}

/**
 * Asks for the metrics one batch after the other: nobody waits for the answer, and a burst would eat the account's
 * quota. A metric that CloudWatch does not accept is left without an answer; any other failure rejects.
 */
export const metricSeries = (cloudwatch: Pick<CloudWatchClient, 'send'>) => {
  const ask = async (window: MetricWindow, metrics: readonly Metric[]): Promise<Answers> => {
    const answers = metrics.map((): Answer => ({ points: [], status: undefined }));
    const queries = metrics.map((metric, index) => toQuery(metric, `m${index}`, window));
    let token: string | undefined;
    do {
      const page = await cloudwatch.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(window.startAt),
          EndTime: new Date(window.endAt),
          NextToken: token,
        }),
      );
      for (const result of page.MetricDataResults ?? []) {
        const answer = answers[Number(result.Id?.slice(1))];
        if (answer) add(answer, result, window);
      }
      token = page.NextToken;
    } while (token !== undefined);
    // Pages of one metric end with its last status: `PartialData` on the way is only the announcement of more.
    return answers.map(({ points, status }) => (status === 'Complete' ? points : undefined));
  };

  return async (window: MetricWindow, metrics: readonly Metric[]): Promise<Answers> => {
    let halvings = 0;
    /** One service's bad tag must not leave all others unknown, tick after tick, until they are put to sleep. */
    const askAround = async (some: readonly Metric[]): Promise<Answers> => {
      try {
        return await ask(window, some);
      } catch (cause) {
        halvings += 1;
        if (!isRefusedInput(cause) || halvings > HALVINGS) throw cause;
        if (some.length === 1) return [undefined];
        const half = Math.ceil(some.length / 2);
        return [...(await askAround(some.slice(0, half))), ...(await askAround(some.slice(half)))];
      }
    };

    const answers: (readonly Point[] | undefined)[] = [];
    for (let start = 0; start < metrics.length; start += BATCH) {
      answers.push(...(await askAround(metrics.slice(start, start + BATCH))));
    }
    return answers;
  };
};

const toQuery = (metric: Metric, id: string, { periodMs }: MetricWindow): MetricDataQuery => ({
  Id: id,
  MetricStat: {
    Metric: {
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
    },
    Period: periodMs / 1_000,
    Stat: metric.statistic,
  },
});

/** A datapoint's timestamp is the start of its period. */
const add = (answer: Answer, result: MetricDataResult, { periodMs, knownUntil }: MetricWindow): void => {
  answer.status = result.StatusCode;
  for (const [index, timestamp] of (result.Timestamps ?? []).entries()) {
    const value = result.Values?.[index];
    const at = Math.min(timestamp.getTime() + periodMs, knownUntil);
    if (value !== undefined) answer.points.push({ at, value });
  }
};

/** What CloudWatch calls it itself has no class; which of the two words it is depends on the protocol. */
const isRefusedInput = (cause: unknown): boolean =>
  cause instanceof InvalidParameterValueException ||
  cause instanceof InvalidParameterCombinationException ||
  (cause instanceof Error && (cause.name === 'ValidationError' || cause.name === 'ValidationException'));
