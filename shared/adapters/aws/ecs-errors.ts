import { ServiceNotActiveException, ServiceNotFoundException } from '@aws-sdk/client-ecs';
import { Refusal } from '#shared/domain/errors.ts';
import { translated } from './sdk-errors.ts';

/** The answer of ECS about a service, or the error as one of ours: apart, so that only who asks ECS carries it. */
export const translatingService = async <T>(answer: Promise<T>, service?: string): Promise<T> => {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof ServiceNotFoundException || cause instanceof ServiceNotActiveException) {
      throw new Refusal('service-not-found', `no service named ${service}`, { field: 'service' }, { cause });
    }
    throw translated(cause);
  }
};
