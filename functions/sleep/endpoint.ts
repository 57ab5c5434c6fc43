import type { TickDeps } from '#shared/usecases/deps.ts';
import { tick } from '#shared/usecases/tick.ts';

/** The scheduled look after every service. Throws on failure, so that the schedule's retries and alarms work. */
export const sleepEndpoint = (deps: TickDeps): (() => Promise<void>) => tick(deps);
