import { AsyncLocalStorage } from 'node:async_hooks';
import { METRICS, type MetricName } from '#shared/domain/metrics.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fields, ScopedTelemetry } from '#shared/ports/telemetry.ts';
import { logLine } from '#shared/adapters/log-line.ts';

export interface EmfTelemetryOptions {
  readonly clock: Clock;
  readonly namespace: string;
  /** The one dimension. More would be a metric, and a price, of its own for every service. */
  readonly deployment: string;
  readonly write: (line: string) => void;
}

/** On every line, whether or not anything is known. */
const NOBODY: Fields = { correlationId: null, subject: null, service: null };

/**
 * Lines of JSON for CloudWatch Logs; metrics as such lines in its embedded metric format, so that they cost no call.
 *
 * Who asked is kept beside the running code (`AsyncLocalStorage`), not in a copy of the telemetry per request: use
 * cases are put together once per container, and what a request leaves running keeps its own name in the next one.
 */
export const emfTelemetry = ({ clock, namespace, deployment, write }: EmfTelemetryOptions): ScopedTelemetry => {
  const scope = new AsyncLocalStorage<Fields>();

  const line = (head: { readonly level: 'info' | 'error'; readonly event: string }, fields: Fields, aws = {}): void => {
    const said: Fields = { ...NOBODY, ...scope.getStore(), ...fields };
    // `_aws` alone makes CloudWatch read a line as metrics, so it is never taken from a field.
    write(logLine({ ...head, at: new Date(clock.now()).toISOString(), _aws: undefined, ...aws }, said));
  };

  const embedded = (name: MetricName, value: number): Fields => ({
    _aws: {
      Timestamp: clock.now(),
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [['Deployment']],
          Metrics: [{ Name: name, Unit: METRICS[name].unit }],
        },
      ],
    },
    Deployment: deployment,
    [name]: value,
  });

  return {
    event: (event, fields) => line({ level: 'info', event }, fields),
    failure: (event, cause, fields) => line({ level: 'error', event }, { ...fields, error: cause }),
    metric: (name, value, fields = {}) => {
      // JSON has no other numbers, and CloudWatch would refuse the whole line.
      if (!Number.isFinite(value)) line({ level: 'error', event: 'metric.refused' }, { ...fields, metric: name });
      else line({ level: 'info', event: 'metric.measured' }, fields, embedded(name, value));
    },
    audit: (entry) => line({ level: 'info', event: 'audit.recorded' }, { ...entry }),
    within: (fields, work) => scope.run({ ...scope.getStore(), ...fields }, work),
  };
};
