import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { layToSleep, note, type Cause, type News, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { trip } from '#shared/domain/lifecycle/starts.ts';
import { audit } from '#shared/usecases/audit.ts';
import { NIGHTPORTER } from '#shared/usecases/caller.ts';
import { converge, type ConvergeDeps } from '#shared/usecases/converge.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';

export type ForceDeps = ConvergeDeps & Pick<Deps, 'clock' | 'telemetry'>;

/** Straight to asleep from any state, every lease void, any hold lifted. `undefined`: the record moved meanwhile. */
export const forceAsleep =
  (deps: ForceDeps) =>
  async (
    managed: Managed,
    from: Versioned<ServiceRecord>,
    cause: Cause,
    learned: Partial<Pick<ServiceRecord, 'breaker' | 'news' | 'dismissedAt'>> = {},
  ): Promise<Versioned<ServiceRecord> | undefined> => {
    const asleep = layToSleep(from.value, cause, deps.clock.now());
    const won = await deps.records.swap(from, { ...asleep, ...learned, hold: null });
    return won && converge(deps)(managed, won);
  };

/**
 * Too many start failures: a crash loop would bill for ever, and its waiting callers deserve to know.
 * The news of it is written down here and told by the next tick or task event: it must not fail a client's call.
 */
export const tripBreaker =
  (deps: ForceDeps) =>
  async (managed: Managed, from: Versioned<ServiceRecord>, observed: Observed): Promise<Versioned<ServiceRecord>> => {
    const { failure, failedTasks } = from.value;
    const reason = `failed to start ${failedTasks.length} times: ${failure?.message ?? 'no reason given'}`;
    const breaker = trip(from.value, observed.taskDefinition, deps.clock.now());
    const news: News = {
      event: 'service.failing',
      message: `${managed.service} ${reason}; put to sleep`,
      details: { failure, retryAt: new Date(breaker.until).toISOString() },
    };
    const won = await forceAsleep(deps)(managed, from, { by: NIGHTPORTER.subject, reason }, { breaker, news });
    if (!won) return from;
    audit(deps.telemetry, NIGHTPORTER, { action: 'sleep', reason, before: from.value, after: won.value });
    return won;
  };

/** What an observation taught, written down. Lost: whoever was first has seen the same. */
export const noteLearned = async (
  { records }: Pick<Deps, 'records'>,
  from: Versioned<ServiceRecord>,
  learned: Parameters<typeof note>[1] | undefined,
): Promise<Versioned<ServiceRecord>> =>
  learned ? ((await records.swap(from, note(from.value, learned))) ?? from) : from;
