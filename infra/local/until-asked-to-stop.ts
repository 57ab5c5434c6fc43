const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first Ctrl-C or its like; every further one calls `again`. */
export const untilAskedToStop = (again: () => void): Promise<void> =>
  new Promise((resolve) => {
    let isAsked = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isAsked) return again();
        isAsked = true;
        resolve();
      });
    }
  });
