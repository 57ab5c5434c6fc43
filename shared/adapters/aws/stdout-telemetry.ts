import type { Clock } from '#shared/ports/clock.ts';
import type { ScopedTelemetry } from '#shared/ports/telemetry.ts';
import { emfTelemetry } from './emf-telemetry.ts';

export interface TelemetryNames {
  readonly METRIC_NAMESPACE: string;
  readonly DEPLOYMENT: string;
}

/** What a function says of itself. Past `console`, which in Lambda puts words of its own before every line. */
export const stdoutTelemetry = ({ METRIC_NAMESPACE, DEPLOYMENT }: TelemetryNames, clock: Clock): ScopedTelemetry =>
  emfTelemetry({
    clock,
    namespace: METRIC_NAMESPACE,
    deployment: DEPLOYMENT,
    write: (line) => void process.stdout.write(`${line}\n`),
  });
