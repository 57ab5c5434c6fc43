import type { Clock } from '#shared/ports/clock.ts';

export interface TickerOptions {
  readonly everyMs: number;
  readonly work: () => Promise<void>;
  /** Told what a round has failed with. */
  readonly onFailure: (cause: unknown) => void;
  readonly clock: Clock;
  readonly ending: AbortSignal;
}

/**
 * Runs `work` now and then again and again, never twice at once. A round that fails is not the last.
 * Resolves after the round during which `ending` was aborted.
 */
export const ticker = async ({ everyMs, work, onFailure, clock, ending }: TickerOptions): Promise<void> => {
  while (!ending.aborted) {
    await work().catch(onFailure);
    await clock.sleep(everyMs, ending).catch(() => undefined);
  }
};
