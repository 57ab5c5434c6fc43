import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { TickDeps } from '#shared/usecases/deps.ts';
import type { Roster } from '#shared/usecases/directory.ts';

/** Tells of each service that is managed no longer, and clears up after those that left a month ago. */
export const bidFarewell =
  ({ docs, notifier, directory }: Pick<TickDeps, 'docs' | 'notifier' | 'directory'>) =>
  async (roster: Roster): Promise<void> => {
    const { left, forgotten } = roster;
    for (const { service } of left) {
      await notifier.notify({
        event: 'service.departed',
        service,
        message: `${service} is no longer managed, left running`,
        details: {},
      });
    }
    for (const { service } of forgotten) {
      const caches = [controlKeys.projection(service), controlKeys.history(service)];
      const keys = [...caches, ...(await docs.keys(controlKeys.leases(service)))];
      for (const key of [...keys, controlKeys.record(service)]) {
        const present = await docs.read(key);
        if (present) await docs.drop(key, present.etag);
      }
    }
    if (left.length + forgotten.length > 0) await directory.conclude(roster);
  };
