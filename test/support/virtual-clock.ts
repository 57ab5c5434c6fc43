import type { Clock } from '#shared/ports/clock.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Friday, 20 November 2026, ten in the morning UTC. */
export const T0 = Date.UTC(2026, 10, 20, 10);

export interface VirtualClock extends Clock {
  /** Lets time pass while nobody does anything. */
  advance(durationMs: number): void;
  /** Time stands still while work goes on that is not done in one go, such as a computation in another thread. */
  during<T>(work: Promise<T>): Promise<T>;
  /** How often somebody slept, and for how long. */
  readonly slept: readonly number[];
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes when everybody sleeps: the next sleeper is woken as soon as nobody has anything left to do. */
export const virtualClock = (start = T0): VirtualClock => {
  const slept: number[] = [];
  let now = start;
  let sleepers: readonly Sleeper[] = [];
  let isDriven = false;
  let busy = 0;

  const drive = (): void => {
    if (busy > 0) {
      setImmediate(drive);
      return;
    }
    const next = Math.min(...sleepers.map(({ at }) => at));
    const due = sleepers.filter(({ at }) => at === next);
    sleepers = sleepers.filter(({ at }) => at !== next);
    now = Math.max(now, next);
    for (const { wake } of due) wake();
    isDriven = sleepers.length > 0;
    if (isDriven) setImmediate(drive);
  };

  return {
    slept,
    now: () => now,
    advance: (durationMs) => {
      now += durationMs;
    },
    during: async (work) => {
      busy += 1;
      try {
        return await work;
      } finally {
        busy -= 1;
      }
    },
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        const abort = (): void => reject(signal?.reason as Error);
        if (signal?.aborted) return abort();
        slept.push(durationMs);
        signal?.addEventListener('abort', abort, { once: true });
        sleepers = [...sleepers, { at: now + durationMs, wake: resolve }];
        if (!isDriven) setImmediate(drive);
        isDriven = true;
      }),
  };
};
