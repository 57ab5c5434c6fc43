import { changesOf, type Change } from '#shared/domain/lifecycle/changes.ts';
import { decide, type Decision, type TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { requireService, type Caller } from '#shared/usecases/caller.ts';
import type { DecisionDeps } from '#shared/usecases/deps.ts';
import { UNMEASURED } from '#shared/domain/idle/evidence.ts';
import { activityQuery, evidence } from '#shared/usecases/evidence.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';
import { readProjection } from '#shared/usecases/projections.ts';

export interface DecisionInput {
  readonly service: string;
  readonly caller: Caller;
}

export interface Preview {
  readonly decision: Decision;
  readonly evidence: TickEvidence;
  /** What would change it: the clock, and somebody. */
  readonly changes: readonly Change[];
  readonly schedule: Policy['schedule'];
  /** When it was decided. */
  readonly at: number;
}

/** What the next tick would do with a service if it came now, and why; nothing is done. */
export const decision =
  (deps: DecisionDeps) =>
  async ({ service, caller }: DecisionInput): Promise<Preview> => {
    requireService(caller, service);
    const managed = await deps.directory.find(service);
    const { value: record } = await deps.records.read(managed);
    const survey = await deps.leases.survey(service, record.voided, 'all');
    const [observed, projection, measured] = await Promise.all([
      observeOne(deps, service),
      readProjection(deps, service),
      deps.activity.measure([activityQuery(managed)]),
    ]);
    const laidOut = evidence(deps, managed.policy, record, {
      survey,
      observed,
      measurement: measured.get(service) ?? UNMEASURED,
      projection: projection?.value,
    });
    const now = deps.clock.now();
    const decided = decide(record, managed.policy, laidOut, now);
    const changes = changesOf(record, managed.policy, laidOut, now);
    return { decision: decided, evidence: laidOut, changes, schedule: managed.policy.schedule, at: now };
  };
