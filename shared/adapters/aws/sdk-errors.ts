import { ServiceNotActiveException, ServiceNotFoundException } from '@aws-sdk/client-ecs';
import { isThrottlingError } from '@smithy/core/retry';
import { Refusal } from '#shared/domain/errors.ts';

/** How long to leave AWS alone that still asks for a pause after the SDK's own retries. */
const PAUSE_MS = 2_000;

/** AWS has no class for it, but one list of its many names. */
const isThrottling = (cause: unknown): cause is Error =>
  cause instanceof Error && isThrottlingError(cause as Parameters<typeof isThrottlingError>[0]);

/** An error of the SDK as one of ours, by class; what is not known stays what it is: an outage or a bug. */
export const translated = (cause: unknown, service?: string): unknown => {
  if (cause instanceof ServiceNotFoundException || cause instanceof ServiceNotActiveException) {
    return new Refusal('service-not-found', `no service named ${service}`, { field: 'service' }, { cause });
  }
  if (isThrottling(cause)) {
    return new Refusal('throttled', 'AWS is asked for too much at once', { retryAfterMs: PAUSE_MS }, { cause });
  }
  return cause;
};

/** The answer, or the error as one of ours. */
export const translating = async <T>(answer: Promise<T>, service?: string): Promise<T> => {
  try {
    return await answer;
  } catch (cause) {
    throw translated(cause, service);
  }
};
