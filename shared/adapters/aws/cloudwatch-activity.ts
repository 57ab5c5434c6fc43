import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { MEASUREMENT_FRESH_MS } from '#shared/domain/idle/decide-idle.ts';
import { UNMEASURED, type Measurement } from '#shared/domain/idle/evidence.ts';
import type { Activity, ActivityQuery } from '#shared/ports/activity.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { metricSeries, type Metric, type Point } from './metric-series.ts';
import { metricWindows, type MetricWindow } from './metric-windows.ts';
import { signalReading, type MetricDefaults, type SignalReading } from './signal-readings.ts';

export interface CloudWatchActivityOptions {
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  readonly clock: Clock;
  /** Where services report their connections, unless their policy says otherwise. */
  readonly namespace: string;
  /** The cluster and the name by which a service reports itself; `undefined` when it has none. */
  readonly placeOf: (service: string) => { readonly cluster: string; readonly name: string } | undefined;
}

interface Question {
  readonly metric: Metric;
  readonly window: MetricWindow;
}

/** One service: what is asked about it, by metric and window. */
interface Inquiry {
  readonly query: ActivityQuery;
  readonly reading: SignalReading | undefined;
  readonly questions: readonly (readonly Question[])[];
}

/**
 * What services report to CloudWatch. A failed call rejects, and with it the whole measurement: an outage that looked
 * like silence would be noticed only once services are put to sleep for it.
 */
export const cloudWatchActivity = (options: CloudWatchActivityOptions): Activity => {
  const { cloudwatch, clock, namespace, placeOf } = options;
  const series = metricSeries(cloudwatch);

  const defaultsOf = (service: string): MetricDefaults => {
    const place = placeOf(service);
    return {
      namespace,
      dimensions: place && [
        { name: 'ServiceName', value: place.name },
        { name: 'ClusterName', value: place.cluster },
      ],
    };
  };

  const answersTo = async (questions: readonly Question[]): Promise<ReadonlyMap<Question, readonly Point[]>> => {
    const known = new Map<Question, readonly Point[]>();
    for (const [window, group] of Map.groupBy(questions, (question) => question.window)) {
      const metrics = group.map(({ metric }) => metric);
      for (const [index, points] of (await series(window, metrics)).entries()) {
        if (points) known.set(group[index]!, points);
      }
    }
    return known;
  };

  return {
    measure: async (queries) => {
      const now = clock.now();
      const windowsFor = metricWindows(now);
      const inquiries = queries.map((query): Inquiry => {
        const reading = signalReading(query.signal, defaultsOf(query.service));
        const windows = windowsFor(query.lookBackMs);
        const questions = (reading?.metrics ?? []).map((metric) => windows.map((window) => ({ metric, window })));
        return { query, reading, questions };
      });
      const answers = await answersTo(inquiries.flatMap(({ questions }) => questions.flat()));
      return new Map(inquiries.map((inquiry) => [inquiry.query.service, measurementOf(inquiry, answers, now)]));
    },
  };
};

/** All that was asked about a service is known, or nothing is. */
const measurementOf = (
  { query, reading, questions }: Inquiry,
  answers: ReadonlyMap<Question, readonly Point[]>,
  now: number,
): Measurement => {
  if (!reading || questions.flat().some((question) => !answers.has(question))) return UNMEASURED;
  // What is up to that old is fresh, even to a policy that looks back less far.
  const since = now - Math.max(query.lookBackMs, MEASUREMENT_FRESH_MS);
  return reading.read(
    questions.map((parts) => parts.flatMap((question) => answers.get(question) ?? []).filter(({ at }) => at >= since)),
  );
};
