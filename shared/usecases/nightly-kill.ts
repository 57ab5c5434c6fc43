import { isDue, isKilledNightly } from '#shared/domain/lifecycle/nightly-kill.ts';
import { drain } from '#shared/domain/lifecycle/record.ts';
import { audit } from '#shared/usecases/audit.ts';
import { NIGHTPORTER } from '#shared/usecases/caller.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import { forceAsleep } from '#shared/usecases/force-asleep.ts';

const killOne = async (deps: Deps, managed: Managed, scheduledAt: number): Promise<void> => {
  const record = await deps.records.read(managed);
  const { live } = await deps.leases.survey(managed.service, record.value.voided, 'first-live');
  if (!isKilledNightly(record.value, managed.policy, { scheduledAt, isLeased: live > 0 }, deps.clock.now())) return;
  const cause = { by: NIGHTPORTER.subject, reason: 'nightly-kill' };
  const isAnnounced = managed.policy.nightlyKill !== 'spare-leased' || record.value.intent === 'draining';
  const after = isAnnounced
    ? await forceAsleep(deps)(managed, record, cause)
    : await deps.records.swap(record, drain(record.value, cause, deps.clock.now()));
  if (after) {
    const action = isAnnounced ? 'sleep' : 'drain';
    audit(deps.telemetry, NIGHTPORTER, { action, reason: cause.reason, before: record.value, after: after.value });
  }
  // Overtaken, or only announced so far: the leases are listed anew.
  if (!after || !isAnnounced) await killOne(deps, managed, scheduledAt);
};

/**
 * Ends everything that was awake at `scheduledAt`. The event that carries it comes at least once and may come hours
 * late: a service woken since is spared, a second delivery finds nothing, and half an hour later it is dropped.
 */
export const nightlyKill =
  (deps: Deps) =>
  async (scheduledAt: number): Promise<void> => {
    const isDropped = !isDue(scheduledAt, deps.clock.now());
    deps.telemetry.metric('NightlyKillDropped', isDropped ? 1 : 0);
    if (isDropped) return;
    const results = await Promise.allSettled(
      (await deps.directory.all()).map((managed) => killOne(deps, managed, scheduledAt)),
    );
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failures.length > 0)
      throw new AggregateError(failures, `the nightly kill failed for ${failures.length} services`);
  };
