import type { Clock } from './clock.ts';
import { NightporterError } from './failure.ts';

export interface Limits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` until it is done, the time is over or the caller gives up, whichever is first; also work that does not
 * listen to the signal it is given. Not for a caller who has given up already. Time that is over is `unreachable`: there was no answer.
 */
export const within = async <T>(
  clock: Clock,
  { timeoutMs, signal }: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const attempt = new AbortController();
  const timer = new AbortController();
  const giveUp = (): void => attempt.abort(signal?.reason);
  const interrupted = new Promise<never>((_, reject) => {
    attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason as Error), { once: true });
  });
  const timeOut = (): void =>
    attempt.abort(new NightporterError('unreachable', `no answer within ${Math.ceil(timeoutMs / 1_000)} s`));
  signal?.addEventListener('abort', giveUp, { once: true });
  void clock.sleep(timeoutMs, timer.signal).then(timeOut, () => undefined);
  try {
    return await Promise.race([interrupted, work(attempt.signal)]);
  } finally {
    timer.abort();
    signal?.removeEventListener('abort', giveUp);
  }
};
