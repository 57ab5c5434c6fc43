import type { Telemetry } from '#shared/ports/telemetry.ts';

export interface CountedCallsOptions {
  readonly telemetry: Telemetry;
  /** How many requests there have been. */
  readonly connections: { readonly requests: () => number };
}

/** The tick, telling how many calls it made, also when it fails: that is when there are too many. */
export const countedCalls =
  (tick: () => Promise<void>, { telemetry, connections }: CountedCallsOptions) =>
  async (): Promise<void> => {
    const before = connections.requests();
    try {
      await tick();
    } finally {
      telemetry.metric('TickApiCalls', connections.requests() - before);
    }
  };
