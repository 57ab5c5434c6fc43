/** The process, as far as it can be interrupted. */
interface Interruptible {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
}

/**
 * Ctrl-C as a signal to abort what runs, from the first time that somebody asks for it: until then it ends the process
 * as it ends any. A second one calls `again`: whoever presses twice does not want to wait.
 */
export const interruption = (process: Interruptible, again: () => void): (() => AbortSignal) => {
  let controller: AbortController | undefined;
  return () => {
    if (controller) return controller.signal;
    const begun = new AbortController();
    controller = begun;
    const onSignal = (): void => {
      if (begun.signal.aborted) again();
      begun.abort();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    return begun.signal;
  };
};
