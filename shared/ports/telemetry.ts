import type { MetricName, ServiceMetrics } from '#shared/domain/metrics.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What the system says of itself to machines. Never blocks, never fails its caller, never carries a secret. */
export interface Telemetry {
  /** One structured line, `noun.participle`. */
  event(name: string, fields: Fields): void;
  /** The same, for something that failed and was handled here: logged once, with its cause. */
  failure(name: string, cause: unknown, fields: Fields): void;
  /** One number; metrics that are alarmed on are also emitted as zero. */
  metric(name: MetricName, value: number, fields?: Fields): void;
  /** How one service stands, under its own name. Only where the deployment wants that: every service has its price. */
  vitals(service: string, values: ServiceMetrics): void;
  /** Every change leaves one: who, what, on which service, why, before and after. */
  audit(entry: AuditEntry): void;
}

/** Telemetry that knows on whose behalf something is done. */
export interface ScopedTelemetry extends Telemetry {
  /** Every line written by `work`, and by whatever it starts, carries the fields too; what the line says itself wins. */
  within<T>(fields: Fields, work: () => T): T;
}

export interface AuditEntry {
  readonly action: string;
  readonly service: string;
  readonly subject: string;
  readonly source: string;
  readonly reason: string | null;
  readonly before: Fields;
  readonly after: Fields;
}
