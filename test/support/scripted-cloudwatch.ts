import {
  GetMetricDataCommand,
  type CloudWatchClient,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
  type MetricDataResult,
  type MetricStat,
} from '@aws-sdk/client-cloudwatch';

export interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Metrics in memory, which answer GetMetricData as CloudWatch documents it. */
export interface ScriptedCloudWatch extends Pick<CloudWatchClient, 'send'> {
  /** One value, at one instant. */
  put(series: Series, at: number, value: number): void;
  answer(input: GetMetricDataCommandInput): GetMetricDataCommandOutput;
  /** Every request that was answered or refused, pages included. */
  readonly requests: readonly GetMetricDataCommandInput[];
  /** How each series ends from now on, whatever it holds; by its metric's name. */
  readonly troubles: Map<string, NonNullable<MetricDataResult['StatusCode']>>;
  /** What is thrown instead of an answer, while it is set. */
  outage: Error | undefined;
}

interface Point {
  readonly at: number;
  readonly value: number;
}

const QUERIES = 500;
const ID = /^[a-z][a-zA-Z0-9_]*$/;

/** What CloudWatch calls a request that breaks its rules: one word in its old protocol, the other in the newer ones. */
type RefusalName = 'ValidationError' | 'ValidationException';

const failure = (name: RefusalName | 'InvalidNextToken', message: string): Error =>
  Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });

const keyOf = (namespace: string, name: string, dimensions: readonly (readonly [string, string])[]): string =>
  [namespace, name, ...dimensions.map((pair) => pair.join('=')).toSorted()].join('\n');

const keyOfStat = ({ Metric }: MetricStat): string =>
  keyOf(
    Metric?.Namespace ?? '',
    Metric?.MetricName ?? '',
    (Metric?.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]),
  );

const isGood = ({ Id = '', MetricStat: stat }: MetricDataQuery): boolean => {
  const { Namespace = '', MetricName = '', Dimensions = [] } = stat?.Metric ?? {};
  const dimensions = Dimensions.flatMap(({ Name = '', Value = '' }) => [Name, Value]);
  return (
    ID.test(Id) &&
    // oxlint-disable-next-line no-control-regex -- its own rule: ASCII without control characters
    [Namespace, MetricName, ...dimensions].every((text) => /^[^:\0-\x1f][\x20-\x7e]*$/.test(text)) &&
    Dimensions.length <= 30 &&
    (stat?.Period ?? 0) % 60 === 0
  );
};

/** What is wrong with a request; one bad query spoils it all. */
const faultOf = (input: GetMetricDataCommandInput): string | undefined => {
  const { MetricDataQueries: queries = [], StartTime: start, EndTime: end } = input;
  if (queries.length === 0 || queries.length > QUERIES) return `${queries.length} queries`;
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length) return 'the ids are not unique';
  if (!start || !end || start >= end) return 'the start is not before the end';
  const bad = queries.findIndex((query) => !isGood(query));
  return bad < 0 ? undefined : `MetricDataQueries.member.${bad + 1} is not valid`;
};

/** By period, the newest first; of points in the order of time. */
const aggregate = (points: readonly Point[], stat: MetricStat, start: number, end: number): readonly Point[] => {
  const periodMs = (stat.Period ?? 60) * 1_000;
  const periods = new Map<number, number>();
  for (let index = points.length - 1; index >= 0; index -= 1) {
    const { at, value } = points[index]!;
    const period = Math.floor(at / periodMs) * periodMs;
    if (period < start) break;
    if (period >= end) continue;
    const before = periods.get(period);
    if (before === undefined) periods.set(period, value);
    else periods.set(period, stat.Stat === 'Sum' ? before + value : Math.max(before, value));
  }
  return [...periods].map(([at, value]) => ({ at, value }));
};

interface ScriptedCloudWatchOptions {
  /** How many datapoints fit into one answer. */
  readonly pageSize?: number;
  readonly refusal?: RefusalName;
}

export const scriptedCloudWatch = (options: ScriptedCloudWatchOptions = {}): ScriptedCloudWatch => {
  const { pageSize = 100_800, refusal = 'ValidationError' } = options;
  const store = new Map<string, Point[]>();
  const requests: GetMetricDataCommandInput[] = [];
  const troubles: ScriptedCloudWatch['troubles'] = new Map();

  /** The datapoints from the `from`th on, over all series in their order. */
  const page = (input: GetMetricDataCommandInput, from: number): GetMetricDataCommandOutput => {
    const results: MetricDataResult[] = [];
    let skip = from;
    let room = pageSize;
    for (const { Id, MetricStat: stat } of input.MetricDataQueries ?? []) {
      if (!Id || !stat) continue;
      const stored = store.get(keyOfStat(stat)) ?? [];
      const points = aggregate(stored, stat, input.StartTime!.getTime(), input.EndTime!.getTime());
      const shown = points.slice(skip, skip + room);
      // Told to the end on an earlier page.
      const isTold = skip > 0 && shown.length === 0;
      const isWhole = skip + shown.length >= points.length;
      skip = Math.max(0, skip - points.length);
      room -= shown.length;
      if (isTold) continue;
      results.push({
        Id,
        Label: stat.Metric?.MetricName,
        Timestamps: shown.map(({ at }) => new Date(at)),
        Values: shown.map(({ value }) => value),
        StatusCode: isWhole ? (troubles.get(stat.Metric?.MetricName ?? '') ?? 'Complete') : 'PartialData',
      });
      if (!isWhole) return { $metadata: {}, MetricDataResults: results, NextToken: `from-${from + pageSize}` };
    }
    return { $metadata: {}, MetricDataResults: results };
  };

  const answer = (input: GetMetricDataCommandInput): GetMetricDataCommandOutput => {
    requests.push(input);
    if (fake.outage) throw fake.outage;
    const fault = faultOf(input);
    if (fault !== undefined) throw failure(refusal, fault);
    const from = /^from-(\d+)$/.exec(input.NextToken ?? 'from-0')?.[1];
    if (from === undefined) throw failure('InvalidNextToken', 'the token is not one of ours');
    return page(input, Number(from));
  };

  const fake: ScriptedCloudWatch = {
    requests,
    troubles,
    outage: undefined,
    answer,
    put: ({ namespace, name, dimensions }, at, value) => {
      const key = keyOf(namespace, name, Object.entries(dimensions));
      const points = store.get(key) ?? [];
      const later = points.findLastIndex((point) => point.at <= at) + 1;
      points.splice(later, 0, { at, value });
      store.set(key, points);
    },
    send: (async (command: unknown) => {
      if (!(command instanceof GetMetricDataCommand)) throw new Error('only GetMetricData is scripted');
      return answer(command.input);
    }) as CloudWatchClient['send'],
  };
  return fake;
};
