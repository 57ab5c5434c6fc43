import type { Service } from '@aws-sdk/client-ecs';

const PREFIX = 'nightporter:';

/** The policy words of a service's tags, prefix removed; tags of other people are not among them. */
export const wordsOf = ({ tags = [] }: Service): Readonly<Record<string, string>> =>
  Object.fromEntries(
    tags
      .filter(({ key }) => key?.startsWith(PREFIX))
      .map(({ key, value }) => [key?.slice(PREFIX.length) ?? '', value ?? '']),
  );

/** What is deleted stays describable for a while. */
export const isManaged = (service: Service): boolean =>
  service.status === 'ACTIVE' && wordsOf(service)['managed'] === 'true';

/** Why a service cannot be looked after although it is tagged: somebody else decides how many tasks it has. */
export const refusalOf = ({ deploymentController, schedulingStrategy }: Service): string | undefined => {
  const controller = deploymentController?.type ?? 'ECS';
  if (controller !== 'ECS') return `its deployment controller is ${controller}, not ECS`;
  if (schedulingStrategy === 'DAEMON') return 'its scheduling strategy is DAEMON: its tasks cannot be counted';
  return undefined;
};

/** When the deployment in progress began. One that ECS does not grade is in progress while an older one still runs. */
export const deployingSince = ({ deployments = [] }: Service): number | null => {
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  const isInProgress =
    primary?.rolloutState === undefined ? deployments.length > 1 : primary.rolloutState === 'IN_PROGRESS';
  return isInProgress ? (primary?.createdAt?.getTime() ?? null) : null;
};

/** Whether its tasks get an address that the world can reach. */
export const hasPublicAddresses = ({ networkConfiguration }: Service): boolean =>
  networkConfiguration?.awsvpcConfiguration?.assignPublicIp === 'ENABLED';
