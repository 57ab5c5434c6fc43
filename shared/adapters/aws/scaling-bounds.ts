import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import type { ScalingBounds } from '#shared/domain/lifecycle/observed.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { allPages, inBatches } from './at-once.ts';
import type { Place } from './ecs-place.ts';
import { pace, SCALING_READS, SCALING_WRITES } from './pace.ts';
import { translating } from './sdk-errors.ts';

/** The limits within which Application Auto Scaling moves the desired count of ECS services. */
export interface BoundsOfServices {
  /** By place; those without a scaler are absent. */
  read(places: readonly Place[]): Promise<(place: Place) => ScalingBounds | null>;
  write(place: Place, bounds: ScalingBounds): Promise<void>;
}

/** Resource ids that one call may name (Application Auto Scaling API reference). */
const AT_ONCE = 50;

const TARGET = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;

const resourceIdOf = ({ cluster, name }: Place): string => `service/${cluster}/${name}`;

/** Suspended only when nothing moves the count any more: a scaler that may still scale out would lift a zero. */
const boundsOf = ({ MinCapacity = 0, MaxCapacity = 0, SuspendedState = {} }: ScalableTarget): ScalingBounds => ({
  min: MinCapacity,
  max: MaxCapacity,
  suspended: [
    SuspendedState.DynamicScalingInSuspended,
    SuspendedState.DynamicScalingOutSuspended,
    SuspendedState.ScheduledScalingSuspended,
  ].every((isSuspended) => isSuspended === true),
});

export const boundsOfServices = (
  scaling: Pick<ApplicationAutoScalingClient, 'send'>,
  clock: Clock,
): BoundsOfServices => {
  const readTurn = pace(SCALING_READS, clock);
  const writeTurn = pace(SCALING_WRITES, clock);
  return {
    read: async (places) => {
      const targets = await inBatches(places.map(resourceIdOf), AT_ONCE, (ids) =>
        allPages(async (NextToken) => {
          const command = new DescribeScalableTargetsCommand({ ...TARGET, ResourceIds: [...ids], NextToken });
          await readTurn();
          const page = await translating(scaling.send(command));
          return { found: page.ScalableTargets ?? [], ...(page.NextToken && { nextToken: page.NextToken }) };
        }),
      );
      const byId = new Map(targets.map((target) => [target.ResourceId, boundsOf(target)]));
      return (place) => byId.get(resourceIdOf(place)) ?? null;
    },
    write: async (place, { min, max, suspended }) => {
      const command = new RegisterScalableTargetCommand({
        ...TARGET,
        ResourceId: resourceIdOf(place),
        MinCapacity: min,
        MaxCapacity: max,
        SuspendedState: {
          DynamicScalingInSuspended: suspended,
          DynamicScalingOutSuspended: suspended,
          ScheduledScalingSuspended: suspended,
        },
      });
      await writeTurn();
      await translating(scaling.send(command));
    },
  };
};
