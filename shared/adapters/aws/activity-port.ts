import type { Activity } from '#shared/ports/activity.ts';
import { cloudWatchClient } from './clients.ts';
import { cloudWatchActivity } from './cloudwatch-activity.ts';
import type { AwsCorePorts } from './core-ports.ts';
import { ecsPlaces } from './ecs-place.ts';

export interface ActivityNames {
  readonly ACTIVITY_NAMESPACE: string;
  readonly CLUSTERS: string;
}

/** For the functions that decide about services by their use. */
export const activityPort = (
  { ACTIVITY_NAMESPACE, CLUSTERS }: ActivityNames,
  { clock, connections }: Pick<AwsCorePorts, 'clock' | 'connections'>,
): Activity =>
  cloudWatchActivity({
    cloudwatch: cloudWatchClient(connections),
    clock,
    namespace: ACTIVITY_NAMESPACE,
    placeOf: ecsPlaces(CLUSTERS.split(',')).placeOf,
  });
