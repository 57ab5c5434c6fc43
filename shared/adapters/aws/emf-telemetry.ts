import { AsyncLocalStorage } from 'node:async_hooks';
import {
  DIMENSIONS,
  METRICS,
  SERVICE_METRICS,
  type MetricName,
  type ServiceMetricName,
  type ServiceMetrics,
} from '#shared/domain/metrics.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fields, ScopedTelemetry } from '#shared/ports/telemetry.ts';
import { logLine } from '#shared/adapters/log-line.ts';

export interface EmfTelemetryOptions {
  readonly clock: Clock;
  readonly namespace: string;
  /** The one dimension of all but the vitals: more would be a metric, and a price, of its own for every service. */
  readonly deployment: string;
  /** Whether the vitals are told. */
  readonly tellsVitals: boolean;
  readonly write: (line: string) => void;
}

const SERVICE_METRIC_NAMES = Object.keys(SERVICE_METRICS) as readonly ServiceMetricName[];

/** On every line, whether or not anything is known. */
const NOBODY: Fields = { correlationId: null, subject: null, service: null };

/**
 * Lines of JSON for CloudWatch Logs; metrics as such lines in its embedded metric format, so that they cost no call.
 *
 * Who asked is kept beside the running code (`AsyncLocalStorage`), not in a copy of the telemetry per request: use
 * cases are put together once per container, and what a request leaves running keeps its own name in the next one.
 */
export const emfTelemetry = (options: EmfTelemetryOptions): ScopedTelemetry => {
  const { clock, namespace, deployment, write } = options;
  const scope = new AsyncLocalStorage<Fields>();

  const line = (head: { readonly level: 'info' | 'error'; readonly event: string }, fields: Fields, aws = {}): void => {
    const said: Fields = { ...NOBODY, ...scope.getStore(), ...fields };
    // `_aws` alone makes CloudWatch read a line as metrics, so it is never taken from a field.
    write(logLine({ ...head, at: new Date(clock.now()).toISOString(), _aws: undefined, ...aws }, said));
  };

  const embedded = (
    dimensions: Readonly<Record<string, string>>,
    metrics: readonly { readonly Name: string; readonly Unit: string }[],
    values: Fields,
  ): Fields => ({
    _aws: {
      Timestamp: clock.now(),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics }],
    },
    ...dimensions,
    ...values,
  });

  const ofDeployment = (name: MetricName, value: number): Fields =>
    embedded({ [DIMENSIONS.deployment]: deployment }, [{ Name: name, Unit: METRICS[name].unit }], { [name]: value });

  const ofService = (service: string, values: ServiceMetrics): Fields =>
    embedded(
      { [DIMENSIONS.deployment]: deployment, [DIMENSIONS.service]: service },
      SERVICE_METRIC_NAMES.map((name) => ({ Name: name, Unit: SERVICE_METRICS[name].unit })),
      values,
    );

  return {
    event: (event, fields) => line({ level: 'info', event }, fields),
    failure: (event, cause, fields) => line({ level: 'error', event }, { ...fields, error: cause }),
    metric: (name, value, fields = {}) => {
      // JSON has no other numbers, and CloudWatch would refuse the whole line.
      if (!Number.isFinite(value)) line({ level: 'error', event: 'metric.refused' }, { ...fields, metric: name });
      else line({ level: 'info', event: 'metric.measured' }, fields, ofDeployment(name, value));
    },
    vitals: (service, values) => {
      if (options.tellsVitals) {
        line({ level: 'info', event: 'metric.measured' }, { service }, ofService(service, values));
      }
    },
    audit: (entry) => line({ level: 'info', event: 'audit.recorded' }, { ...entry }),
    within: (fields, work) => scope.run({ ...scope.getStore(), ...fields }, work),
  };
};
