import { Refusal } from '#shared/domain/errors.ts';

/** How often a caller reads and tries again before it is told to come back: each lost round is somebody's progress. */
export const ROUNDS = 25;

export const neverStoodStill = (service: string): Refusal =>
  new Refusal('throttled', `${service} is being changed by too many at once`, { retryAfterMs: 1_000 });
