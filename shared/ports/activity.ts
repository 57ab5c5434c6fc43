import type { Measurement, Signal } from '#shared/domain/idle/evidence.ts';

export interface ActivityQuery {
  readonly service: string;
  readonly signal: Signal;
  /** How far back to look, in milliseconds. */
  readonly lookBackMs: number;
}

/** What the services themselves report: CloudWatch, or the metric lines that local processes print. */
export interface Activity {
  /**
   * One measurement per service asked for. No data and partial data are null fields, never zero:
   * silence is not idleness.
   */
  measure(queries: readonly ActivityQuery[]): Promise<ReadonlyMap<string, Measurement>>;
}
