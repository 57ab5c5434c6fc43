import { isThrottlingError } from '@smithy/core/retry';
import { Refusal } from '#shared/domain/errors.ts';

/** How long to leave AWS alone that still asks for a pause after the SDK's own retries. */
const PAUSE_MS = 2_000;

/** AWS has no class for it, but one list of its many names. */
const isThrottling = (cause: unknown): cause is Error =>
  cause instanceof Error && isThrottlingError(cause as Parameters<typeof isThrottlingError>[0]);

/** An error of the SDK as one of ours, by class; what is not known stays what it is: an outage or a bug. */
export const translated = (cause: unknown): unknown =>
  isThrottling(cause)
    ? new Refusal('throttled', 'AWS is asked for too much at once', { retryAfterMs: PAUSE_MS }, { cause })
    : cause;

/** The answer, or the error as one of ours. */
export const translating = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (cause) {
    throw translated(cause);
  }
};
