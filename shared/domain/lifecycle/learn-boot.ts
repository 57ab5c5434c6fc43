import type { Policy } from '#shared/domain/idle/policy.ts';
import { bootsOf, progressOf, rememberBoot, type Boot } from '#shared/domain/lifecycle/boot.ts';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import { isReady, tasksOfGeneration, type Readiness } from '#shared/domain/lifecycle/readiness.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';

/** What was seen of the tasks before, and by whom. */
export interface Memory {
  readonly readiness: Readiness;
  /** When each task was first seen healthy. */
  readonly healthy: Readiness;
  /** The look before at this generation; null: there was none. */
  readonly lookedAt: number | null;
}

const noted = (boots: readonly Boot[]): Pick<ServiceRecord, 'boots' | 'bootsMs'> => ({
  boots,
  bootsMs: boots.map(({ readyMs }) => readyMs),
});

/** The instant by which the last of as many tasks as are woken had been seen ready. */
const seenReadyAt = (ready: readonly Task[], readiness: Readiness, observed: Observed, policy: Policy): number => {
  const seen = ready.map(({ id }) => readiness[id] ?? observed.observedAt).toSorted((a, b) => a - b);
  return seen[policy.wakeCount - 1] ?? observed.observedAt;
};

/** What a boot that has come up teaches; nothing where the service was found running. */
export const learnBoot = (
  record: ServiceRecord,
  observed: Observed,
  { readiness, healthy, lookedAt }: Memory,
  policy: Policy,
): Pick<ServiceRecord, 'boots' | 'bootsMs'> => {
  const boots = bootsOf(record);
  const ready = tasksOfGeneration(record, observed).filter((task) => isReady(task, observed, policy));
  if (record.wokenAt === null || ready.length < policy.wakeCount) return noted(boots);
  const progress = progressOf(record, observed, healthy, policy);
  const seenAt = seenReadyAt(ready, readiness, observed, policy);
  const looked = { askedAt: record.wokenAt, notReadyAt: lookedAt ?? record.wokenAt, progress };
  // Without a health check nobody has to see it: it was ready by the clock, unless the endpoint came later.
  const byClock = observed.hasHealthCheck ? null : progress.healthyAt;
  if (byClock === null || byClock < looked.notReadyAt)
    return noted(rememberBoot(boots, { ...looked, readyAt: seenAt }));
  return noted(rememberBoot(boots, { ...looked, readyAt: byClock, notReadyAt: byClock }));
};
