import type { Measurement } from '#shared/domain/idle/evidence.ts';
import { repairWrites } from '#shared/domain/lifecycle/convergence.ts';
import { decide } from '#shared/domain/lifecycle/decide.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { deriveState } from '#shared/domain/lifecycle/state.ts';
import { CONVERGE_GRACE_MS } from '#shared/domain/lifecycle/timing.ts';
import { intentAt } from '#shared/domain/schedule/schedule.ts';
import { converge } from '#shared/usecases/converge.ts';
import type { TickDeps } from '#shared/usecases/deps.ts';
import { enact } from '#shared/usecases/enact.ts';
import { evidence } from '#shared/usecases/evidence.ts';
import type { Candidate } from '#shared/usecases/gather.ts';
import { keepHistory } from '#shared/usecases/keep-history.ts';
import { sight, type Seen } from '#shared/usecases/look.ts';
import { isOf, readProjection } from '#shared/usecases/projections.ts';
import { tellNews } from '#shared/usecases/tell-news.ts';
import { tellVitals } from '#shared/usecases/tell-vitals.ts';

const isApart = ({ managed, record }: Candidate, observed: Observed): boolean =>
  repairWrites(record.value, managed.policy, observed).length > 0;

/** Whether its schedule asks for it. */
const isCalled = ({ managed }: Candidate, now: number): boolean =>
  managed.policy.schedule !== null && intentAt(managed.policy.schedule, now) === 'awake';

/** What a visit found that somebody may have to be told of. */
export interface Finding {
  /** Long after a transition the fleet was not what the record says. */
  readonly isDrifting: boolean;
  /** It was kept because nothing is known of its use. */
  readonly isUnknown: boolean;
}

const NOTHING_FOUND: Finding = { isDrifting: false, isUnknown: false };

/** Decides about one service and does it; then makes the fleet what the record says, and notes what was seen. */
export const lookAfter = (deps: TickDeps) => {
  /** Sleepers that were seen at rest, by generation: there is nothing to decide, and nothing new to note. */
  const atRest = new Map<string, number>();

  const isUndisturbed = (candidate: Candidate, observed: Observed): boolean => {
    const { service, generation, news } = candidate.record.value;
    const isAtRest = atRest.get(service) === generation && news === null && !isApart(candidate, observed);
    return isAtRest && !isCalled(candidate, deps.clock.now());
  };

  const noteSeen = async (candidate: Candidate, seen: Seen): Promise<void> => {
    const { observed, previous } = seen;
    const { managed, record } = candidate;
    // Somebody has looked while we measured: what they saw is newer.
    if (previous && (previous.value.observed?.observedAt ?? 0) > observed.observedAt) {
      const sighting = isOf(previous.value, record.value) ? previous.value : null;
      return tellVitals(deps, { record, sighting }, previous.value);
    }
    const view = await sight(deps)(managed, record, seen);
    tellVitals(deps, view, previous?.value);
    await tellNews(deps)(view.record);
    const state = deriveState(view.record.value, observed, managed.policy);
    if (state === 'asleep') atRest.set(managed.service, view.record.value.generation);
  };

  return async (candidate: Candidate, observed: Observed, measurement: Measurement): Promise<Finding> => {
    if (isUndisturbed(candidate, observed)) return NOTHING_FOUND;
    const { managed, record, survey } = candidate;
    const previous = await readProjection(deps, managed.service);
    const facts = { survey, observed, measurement, projection: previous?.value };
    const laidOut = evidence(deps, managed.policy, record.value, facts);
    const decision = decide(record.value, managed.policy, laidOut, deps.clock.now());
    const finding: Finding = {
      isDrifting: isApart(candidate, observed) && observed.observedAt >= record.value.since + CONVERGE_GRACE_MS,
      isUnknown: decision.because === 'unknown',
    };
    const current = (await enact(deps)(managed, record, { decision, observed })) ?? record;
    // Whoever put it to sleep has converged, and what was observed before is of no use any more.
    if (current.value.generation !== record.value.generation) {
      await tellNews(deps)(current);
      return finding;
    }
    const now = { ...candidate, record: current };
    if (isApart(now, observed)) await converge(deps)(managed);
    const kept = await keepHistory(deps)({ record: current.value, decision, kept: previous?.value.kept });
    const leases = survey.live === 0 ? 0 : null;
    await noteSeen(now, { observed, previous, leases, knownAt: laidOut.knownAt, kept });
    return finding;
  };
};
