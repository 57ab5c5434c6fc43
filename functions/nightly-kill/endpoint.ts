import * as z from 'zod/mini';
import type { Deps } from '#shared/usecases/deps.ts';
import { nightlyKill } from '#shared/usecases/nightly-kill.ts';

/** A scheduled event carries the instant it was meant for, however late it comes. */
const scheduledEvent = z.object({ time: z.iso.datetime({ offset: true }) });

/** Closing time. Throws on failure, so that the schedule's retries and alarms work. */
export const nightlyKillEndpoint =
  (deps: Deps) =>
  (event: unknown): Promise<void> =>
    nightlyKill(deps)(Date.parse(z.parse(scheduledEvent, event).time));
