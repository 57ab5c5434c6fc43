import type { Policy } from '#shared/domain/idle/policy.ts';
import type { Observed, ScalingBounds } from '#shared/domain/lifecycle/observed.ts';
import { wantsTasks, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';

/** One write to the fleet. Always a value, never an increment: a retry changes nothing. */
export type FleetWrite =
  | { readonly set: 'desiredCount'; readonly to: number }
  | { readonly set: 'bounds'; readonly to: ScalingBounds };

/** Asleep, the scaler may not lift the count; awake, it has the range that the policy gives it. */
export const wantedBounds = (record: ServiceRecord, policy: Policy): ScalingBounds =>
  wantsTasks(record)
    ? { min: policy.wakeCount, max: policy.max, suspended: false }
    : { min: 0, max: policy.max, suspended: true };

/** The count nearest to the present one that the record allows: never pull an autoscaled 5 down to 1. */
const wantedCount = (record: ServiceRecord, policy: Policy, present: number): number =>
  wantsTasks(record) ? Math.min(Math.max(present, policy.wakeCount), policy.max) : 0;

/** Bounds first on the way down, or the scaler lifts the zero; last on the way up, or they lift the count twice. */
const inOrder = (record: ServiceRecord, count: readonly FleetWrite[], bounds: readonly FleetWrite[]): FleetWrite[] =>
  wantsTasks(record) ? [...count, ...bounds] : [...bounds, ...count];

/** What the winner of a transition writes without looking: the fleet's reads may still show the time before it. */
export const transitionWrites = (record: ServiceRecord, policy: Policy, autoscaled: boolean): FleetWrite[] =>
  inOrder(
    record,
    [{ set: 'desiredCount', to: wantedCount(record, policy, 0) }],
    autoscaled ? [{ set: 'bounds', to: wantedBounds(record, policy) }] : [],
  );

const sameBounds = (a: ScalingBounds, b: ScalingBounds): boolean =>
  a.min === b.min && a.max === b.max && a.suspended === b.suspended;

/** What anybody else writes: the difference between what should be and what is; nothing when they agree. */
export const repairWrites = (record: ServiceRecord, policy: Policy, observed: Observed): FleetWrite[] => {
  const to = wantedCount(record, policy, observed.desiredCount);
  const bounds = wantedBounds(record, policy);
  return inOrder(
    record,
    to === observed.desiredCount ? [] : [{ set: 'desiredCount', to }],
    observed.bounds === null || sameBounds(observed.bounds, bounds) ? [] : [{ set: 'bounds', to: bounds }],
  );
};
