const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C under `npm start` comes twice: the terminal signals everybody in front, and npm passes its own on. */
const ECHO_MS = 500;

/** Resolves at the first Ctrl-C or its like; every further one that is no echo of the first calls `again`. */
export const untilAskedToStop = (again: () => void): Promise<void> =>
  new Promise((resolve) => {
    let askedAt: number | undefined;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        // Not the clock of the day: that one may be set meanwhile.
        const now = performance.now();
        if (askedAt !== undefined && now - askedAt >= ECHO_MS) again();
        askedAt ??= now;
        resolve();
      });
    }
  });
