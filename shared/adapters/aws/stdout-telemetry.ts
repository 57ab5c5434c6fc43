import type { Clock } from '#shared/ports/clock.ts';
import type { ScopedTelemetry } from '#shared/ports/telemetry.ts';
import { emfTelemetry } from './emf-telemetry.ts';

export interface TelemetryNames {
  readonly METRIC_NAMESPACE: string;
  readonly DEPLOYMENT: string;
  /** Only those who look at services have something to tell of each. */
  readonly SERVICE_METRICS?: 'on' | 'off';
}

/** What a function says of itself. Past `console`, which in Lambda puts words of its own before every line. */
export const stdoutTelemetry = (names: TelemetryNames, clock: Clock): ScopedTelemetry =>
  emfTelemetry({
    clock,
    namespace: names.METRIC_NAMESPACE,
    deployment: names.DEPLOYMENT,
    tellsVitals: names.SERVICE_METRICS === 'on',
    write: (line) => void process.stdout.write(`${line}\n`),
  });
