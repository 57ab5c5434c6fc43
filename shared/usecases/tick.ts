import { bidFarewell } from '#shared/usecases/departures.ts';
import type { TickDeps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { MetricName } from '#shared/domain/metrics.ts';
import { UNMEASURED } from '#shared/domain/idle/evidence.ts';
import { activityQuery } from '#shared/usecases/evidence.ts';
import { gather, type Attempt } from '#shared/usecases/gather.ts';
import { lookAfter } from '#shared/usecases/look-after.ts';

/** A bad tag is reported by name, and its default holds. */
const reportProblems = ({ telemetry }: Pick<TickDeps, 'telemetry'>, services: readonly Managed[]): void => {
  for (const { service, problems } of services) {
    for (const problem of problems) telemetry.event('policy.refused', { service, ...problem });
  }
};

const sumUp = (
  { telemetry }: Pick<TickDeps, 'telemetry'>,
  sums: Readonly<Partial<Record<MetricName, number>>>,
): void => {
  for (const [name, value] of Object.entries(sums)) telemetry.metric(name as MetricName, value);
};

/**
 * Looks after every service once: reads, lists, observes, measures, decides, acts. One service's failure does not
 * stop the others, and the tick still fails loudly at the end, so that somebody is told. What one tick learned saves
 * the next one calls, so a process keeps the function that it gets here.
 */
export const tick = (deps: TickDeps): (() => Promise<void>) => {
  const gatherAll = gather(deps);
  const lookAfterOne = lookAfter(deps);

  return async () => {
    const failures: unknown[] = [];
    const attempting =
      (event: string): Attempt =>
      (service, work) =>
        work().catch((cause: unknown) => {
          failures.push(cause);
          deps.telemetry.failure(event, cause, { service });
          return undefined;
        });
    const attempt = attempting('tick.failed');

    const roster = await deps.directory.refresh();
    if (roster.isNew) reportProblems(deps, roster.services);
    const candidates = await gatherAll(roster.services, attempt);
    const observed = await deps.fleet.observe(candidates.map(({ managed }) => managed.service));
    const awake = candidates.filter(({ record }) => record.value.intent !== 'asleep');
    // Without an answer every service is unknown, which is an outcome the decision knows.
    const queries = awake.map(({ managed }) => activityQuery(managed));
    const measured = await attempting('measuring.failed')('*', async () =>
      queries.length > 0 ? deps.activity.measure(queries) : undefined,
    );
    const findings = await Promise.all(
      candidates.map(async (candidate) => {
        const { service } = candidate.managed;
        const seen = observed.get(service);
        // Not seen: it left between the listing and the look, and the next tick will not find it in the directory.
        return seen && attempt(service, () => lookAfterOne(candidate, seen, measured?.get(service) ?? UNMEASURED));
      }),
    );
    await attempting('farewell.failed')('*', () => bidFarewell(deps)(roster));

    sumUp(deps, {
      TicksCompleted: 1,
      TickFailures: failures.length,
      ServicesAwake: awake.length,
      ServicesAsleep: candidates.length - awake.length,
      Drift: findings.filter((finding) => finding?.isDrifting).length,
      ActivityUnknown: findings.filter((finding) => finding?.isUnknown).length,
      // Told where they happen; here so that an alarm on them has data.
      SleptUnknown: 0,
      StartFailures: 0,
    });
    if (failures.length > 0) throw new AggregateError(failures, `the tick failed for ${failures.length} of its parts`);
  };
};
