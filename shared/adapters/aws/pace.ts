import type { Clock } from '#shared/ports/clock.ts';

/** A quota as AWS grants them: a bucket of `burst` tokens, filled at `perSecond`. */
export interface Quota {
  readonly perSecond: number;
  readonly burst: number;
}

/** Amazon ECS, per account and region and kind of action ("Request throttling for the Amazon ECS API"). */
export const ECS_SERVICE_READS: Quota = { perSecond: 20, burst: 100 };
export const ECS_TASK_READS: Quota = { perSecond: 20, burst: 100 };
export const ECS_DEFINITION_READS: Quota = { perSecond: 20, burst: 50 };
export const ECS_WRITES: Quota = { perSecond: 5, burst: 50 };
/** Application Auto Scaling publishes none: no faster than the slowest of the services it serves. */
export const SCALING_READS: Quota = { perSecond: 10, burst: 50 };
export const SCALING_WRITES: Quota = { perSecond: 5, burst: 50 };

/**
 * Waits until a call fits the quota, in the order of asking. What one process paces itself to is what a quiet account
 * grants it; where others ask too, the SDK slows down when it is told to.
 */
export const pace = ({ perSecond, burst }: Quota, clock: Clock): (() => Promise<void>) => {
  /** When the bucket would be full again. */
  let fullAt = -Infinity;
  return async () => {
    const now = clock.now();
    const tokenMs = 1_000 / perSecond;
    fullAt = Math.max(fullAt, now) + tokenMs;
    const waitMs = fullAt - now - burst * tokenMs;
    if (waitMs > 0) await clock.sleep(waitMs);
  };
};
