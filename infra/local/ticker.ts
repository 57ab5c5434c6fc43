import type { Clock } from '#shared/ports/clock.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';

export interface TickerOptions {
  readonly everyMs: number;
  readonly work: () => Promise<void>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly ending: AbortSignal;
}

/**
 * Runs `work` now and then again and again, never twice at once. A failing round is logged and not the last.
 * Resolves after the round during which `ending` was aborted.
 */
export const ticker = async ({ everyMs, work, clock, telemetry, ending }: TickerOptions): Promise<void> => {
  while (!ending.aborted) {
    await work().catch((cause: unknown) => {
      // The parts of an aggregate have been logged one by one, where they failed.
      if (cause instanceof AggregateError) telemetry.event('tick.incomplete', { failures: cause.errors.length });
      else telemetry.failure('tick.failed', cause, {});
    });
    await clock.sleep(everyMs, ending).catch(() => undefined);
  }
};
