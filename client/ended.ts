import { NightporterError } from './failure.ts';
import type { Service, StartFailure } from './replies.ts';

const isSame = (a: StartFailure | null, b: StartFailure | null): boolean => a?.at === b?.at && a?.count === b?.count;

/** Whether it is on its way to sleep, or there: whoever waits for it waits in vain. */
export const hasEnded = ({ state }: Service): boolean => state === 'asleep' || state === 'stopping';

/** Why a service that was woken is asleep again. A failure from before the wake says nothing of it. */
export const whyEnded = (service: Service, before: StartFailure | null): NightporterError => {
  const { held, failure, reason } = service;
  if (held?.intent === 'asleep') {
    return new NightporterError('held', `held asleep until ${held.until}: ${held.reason}`, { service });
  }
  if (failure && !isSame(failure, before)) {
    return new NightporterError('failing', `failed to start: ${failure.message}`, { service });
  }
  return new NightporterError('asleep', `put to sleep: ${reason}`, { service });
};
