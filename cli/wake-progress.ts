import type { WakeProgress } from '../client/wake.ts';
import type { Output } from './output.ts';
import { progressText } from './service-text.ts';

const TICK_MS = 1_000;

/** Shows how a wake goes, also while nothing is heard of it. */
export const wakeProgress = (output: Output) => {
  let last: { readonly progress: WakeProgress; readonly at: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const show = (): void => {
    if (!last) return;
    const { service, waitedMs, expectedInMs, phase } = last.progress;
    const sinceMs = performance.now() - last.at;
    const leftMs = expectedInMs === null ? null : expectedInMs - sinceMs;
    output.progress(`${phase} ${service.failure?.count ?? 0}`, progressText(service, waitedMs + sinceMs, leftMs));
  };
  return {
    onProgress: (progress: WakeProgress): void => {
      last = { progress, at: performance.now() };
      timer ??= setInterval(show, TICK_MS);
      show();
    },
    end: (): void => {
      clearInterval(timer);
      last = undefined;
      output.endProgress();
    },
  };
};
