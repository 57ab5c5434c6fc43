import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Departure } from '#shared/usecases/directory.ts';

/** Tells once of each service that is managed no longer, and clears up after those that left a month ago. */
export const bidFarewell =
  ({ docs, notifier }: Pick<Deps, 'docs' | 'notifier'>) =>
  async (left: readonly Departure[], forgotten: readonly Departure[]): Promise<void> => {
    for (const { service } of left) {
      await notifier.notify({
        event: 'service.departed',
        service,
        message: `${service} is no longer managed, left running`,
        details: {},
      });
    }
    for (const { service } of forgotten) {
      const keys = [controlKeys.projection(service), ...(await docs.keys(controlKeys.leases(service)))];
      // The record last: while it is there, a crash in between is seen and made good by nobody asking for it.
      for (const key of [...keys, controlKeys.record(service)]) {
        const present = await docs.read(key);
        if (present) await docs.drop(key, present.etag);
      }
    }
  };
