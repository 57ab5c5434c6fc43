import type { Measurement } from '#shared/domain/idle/evidence.ts';
import { repairWrites } from '#shared/domain/lifecycle/convergence.ts';
import { decide } from '#shared/domain/lifecycle/decide.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { note, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { converge } from '#shared/usecases/converge.ts';
import { bidFarewell } from '#shared/usecases/departures.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import { enact } from '#shared/usecases/enact.ts';
import { activityQuery, evidence, UNMEASURED } from '#shared/usecases/evidence.ts';
import type { LeaseSurvey } from '#shared/usecases/leases.ts';
import { sight } from '#shared/usecases/look.ts';
import { tellNews } from '#shared/usecases/tell-news.ts';
import { readProjection, type Projection } from '#shared/usecases/projections.ts';

interface Candidate {
  readonly managed: Managed;
  readonly record: Versioned<ServiceRecord>;
  readonly survey: LeaseSurvey;
  readonly projection: Versioned<Projection> | undefined;
}

const NOBODY: LeaseSurvey = { live: 0, expired: 0, leasedUntil: null, leaseEndedAt: null };

/** Lifts a hold that has ended, so that people see it gone. */
const withoutEndedHold = async (deps: Deps, record: Versioned<ServiceRecord>): Promise<Versioned<ServiceRecord>> => {
  const { hold } = record.value;
  if (!hold || deps.clock.now() < hold.until) return record;
  return (await deps.records.swap(record, note(record.value, { hold: null }))) ?? record;
};

/** First the record, then the leases: the swap to asleep is made on the record as it was before they were listed. */
const gather = async (deps: Deps, managed: Managed): Promise<Candidate> => {
  const record = await withoutEndedHold(deps, await deps.records.read(managed));
  const { intent, voided } = record.value;
  if (intent === 'asleep') await deps.leases.sweep(managed.service, voided);
  const [survey, projection] = await Promise.all([
    intent === 'asleep' ? NOBODY : deps.leases.survey(managed.service, voided, 'first-live'),
    readProjection(deps, managed.service),
  ]);
  return { managed, record, survey, projection };
};

const tickOne = async (
  deps: Deps,
  { managed, record, survey, projection }: Candidate,
  observed: Observed | undefined,
  measurement: Measurement,
): Promise<void> => {
  // It left between the listing and the look: the next tick will not find it in the directory.
  if (!observed) return;
  const laidOut = evidence(deps, managed.policy, record.value, {
    survey,
    observed,
    measurement,
    projection: projection?.value,
  });
  const decision = decide(record.value, managed.policy, laidOut, deps.clock.now());
  const current = (await enact(deps)(managed, record, { decision, observed })) ?? record;
  // Whoever put it to sleep has converged, and what was observed before is of no use any more.
  if (current.value.generation !== record.value.generation) {
    await tellNews(deps)(current);
    return;
  }
  if (repairWrites(current.value, managed.policy, observed).length > 0) await converge(deps)(managed);
  const leases = survey.live === 0 ? 0 : null;
  const view = await sight(deps)(managed, current, {
    observed,
    previous: projection,
    leases,
    knownAt: laidOut.knownAt,
  });
  await tellNews(deps)(view.record);
};

/** A bad tag is reported by name, and its default holds. */
const reportProblems = ({ telemetry }: Deps, services: readonly Managed[]): void => {
  for (const { service, problems } of services) {
    for (const problem of problems) telemetry.event('policy.refused', { service, ...problem });
  }
};

/**
 * Looks after every service once: reads, lists, observes, measures, decides, acts. One service's failure does not
 * stop the others, and the tick still fails loudly at the end, so that somebody is told.
 */
export const tick = (deps: Deps) => async (): Promise<void> => {
  const roster = await deps.directory.refresh();
  const { services } = roster;
  if (roster.isNew) reportProblems(deps, services);
  const failures: unknown[] = [];
  const attempt = async <T>(what: string, service: string, work: () => Promise<T>): Promise<T | undefined> =>
    work().catch((cause: unknown) => {
      failures.push(cause);
      deps.telemetry.failure(what, cause, { service });
      return undefined;
    });

  const gathered = await Promise.all(
    services.map((managed) => attempt('tick.failed', managed.service, () => gather(deps, managed))),
  );
  const candidates = gathered.filter((candidate) => candidate !== undefined);
  const observed = await deps.fleet.observe(candidates.map(({ managed }) => managed.service));
  const awake = candidates.filter(({ record }) => record.value.intent !== 'asleep');
  // Without an answer every service is unknown, which is an outcome the decision knows.
  const queries = awake.map(({ managed }) => activityQuery(managed));
  const measured = await attempt('measuring.failed', '*', async () =>
    queries.length > 0 ? deps.activity.measure(queries) : undefined,
  );
  await Promise.all(
    candidates.map((candidate) => {
      const { service } = candidate.managed;
      const measurement = measured?.get(service) ?? UNMEASURED;
      return attempt('tick.failed', service, () => tickOne(deps, candidate, observed.get(service), measurement));
    }),
  );
  await attempt('farewell.failed', '*', () => bidFarewell(deps)(roster));

  deps.telemetry.metric('ServicesAwake', awake.length);
  deps.telemetry.metric('TickFailures', failures.length);
  if (failures.length > 0) throw new AggregateError(failures, `the tick failed for ${failures.length} of its parts`);
};
