/** Time, as a port: nothing below an adapter reads the machine's clock. Instants are epoch milliseconds. */
export interface Clock {
  /** The present instant. It may jump; two clocks may differ by seconds. */
  now(): number;
  /** Resolves after at least `durationMs`; rejects with the signal's reason when aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
