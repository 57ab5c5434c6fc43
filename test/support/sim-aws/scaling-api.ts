import {
  DescribeScalableTargetsCommand,
  ObjectNotFoundException,
  RegisterScalableTargetCommand,
  type ScalableTarget,
  ValidationException,
} from '@aws-sdk/client-application-auto-scaling';
import type { ScalingBounds } from '#shared/domain/lifecycle/observed.ts';
import type { Machines, SimService } from './machines.ts';
import { reads, writes, type Operation } from './operations.ts';
import { pageOf } from './pages.ts';

const refusal = (message: string) => ({ message, $metadata: { httpStatusCode: 400 } });
const LARGEST_PAGE = 50;
const ECS = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;

const resourceOf = ({ cluster, service }: SimService): string => `service/${cluster}/${service}`;

const targetOf = (service: SimService, { min, max, suspended }: ScalingBounds): ScalableTarget => ({
  ...ECS,
  ResourceId: resourceOf(service),
  MinCapacity: min,
  MaxCapacity: max,
  RoleARN: 'arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/scaler',
  CreationTime: new Date(service.createdAt),
  SuspendedState: {
    DynamicScalingInSuspended: suspended,
    DynamicScalingOutSuspended: suspended,
    ScheduledScalingSuspended: suspended,
  },
});

export interface ScalingApiOptions {
  readonly machines: Machines;
  readonly clusters: readonly string[];
}

/** Application Auto Scaling by its API, for the desired count of ECS services and nothing else. */
export const scalingApi = ({ machines, clusters }: ScalingApiOptions): readonly Operation[] => {
  const find = (resourceId: string): SimService | undefined => {
    const [, cluster = '', name = ''] = /^service\/([^/]+)\/([^/]+)$/.exec(resourceId) ?? [];
    return machines.find(cluster, name);
  };

  const requireEcs = (input: { readonly ServiceNamespace?: string | undefined }): void => {
    if (input.ServiceNamespace !== 'ecs') throw new ValidationException(refusal('not a namespace of this account'));
  };

  const describeTargets = reads(DescribeScalableTargetsCommand, (input, { isStale }) => {
    requireEcs(input);
    const ids = input.ResourceIds;
    if (ids && ids.length > LARGEST_PAGE) throw new ValidationException(refusal('at most 50 resource ids'));
    const services = ids ? ids.flatMap((id) => find(id) ?? []) : clusters.flatMap((cluster) => machines.all(cluster));
    const targets = services
      .map((service) => machines.seen(service, isStale))
      .flatMap((service) => (service.bounds ? [targetOf(service, service.bounds)] : []));
    const { items, nextToken } = pageOf(targets, input.NextToken, input.MaxResults ?? LARGEST_PAGE, LARGEST_PAGE);
    return { ScalableTargets: [...items], NextToken: nextToken };
  });

  const registerTarget = writes(RegisterScalableTargetCommand, (input) => {
    requireEcs(input);
    const service = find(input.ResourceId ?? '');
    if (!service) throw new ObjectNotFoundException(refusal('ECS service does not exist.'));
    const min = input.MinCapacity ?? service.bounds?.min;
    const max = input.MaxCapacity ?? service.bounds?.max;
    if (min === undefined || max === undefined || min > max) {
      throw new ValidationException(refusal('a target needs a minimum and a maximum capacity'));
    }
    const states = Object.values(input.SuspendedState ?? {});
    const suspended = states.length > 0 ? states.every((is) => is) : (service.bounds?.suspended ?? false);
    machines.setBounds(service.cluster, service.service, { min, max, suspended });
    return {};
  });

  return [describeTargets, registerTarget];
};
