import * as z from 'zod/mini';
import { Refusal } from '#shared/domain/errors.ts';
import { SERVICE_ID_PATTERN } from '#shared/domain/lifecycle/service-id.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';

type IdOf = (cluster: string, name: string) => string | undefined;

/** Of all that an event holds only this is read; the rest is ECS's to change. */
const ecsEvent = z.object({
  'detail-type': z.string(),
  resources: z.optional(z.array(z.string())),
  detail: z.object({ clusterArn: z.optional(z.string()), group: z.optional(z.string()) }),
});

type EcsEvent = z.infer<typeof ecsEvent>;

interface Place {
  readonly cluster: string | undefined;
  readonly name: string | undefined;
}

const CLUSTER_ARN = /^arn:[^:]+:ecs:[^:]*:\d*:cluster\/([^/]+)$/;
/** `…:service/{cluster}/{name}`, or in old accounts `…:service/{name}`. */
const SERVICE_ARN = /^arn:[^:]+:ecs:[^:]*:\d*:service\/(?:([^/]+)\/)?([^/]+)$/;
const SERVICE_GROUP = /^service:(.+)$/;

const clusterOf = ({ clusterArn = '' }: EcsEvent['detail']): string | undefined => CLUSTER_ARN.exec(clusterArn)?.[1];

const placeOfTask = ({ detail }: EcsEvent): Place => ({
  cluster: clusterOf(detail),
  name: SERVICE_GROUP.exec(detail.group ?? '')?.[1],
});

/** Of a service, or of a deployment of one: both name it among the resources. */
const placeOfService = ({ resources = [], detail }: EcsEvent): Place => {
  const [, cluster = clusterOf(detail), name] = SERVICE_ARN.exec(resources[0] ?? '') ?? [];
  return { cluster, name };
};

const serviceOf = (event: EcsEvent, idOf: IdOf): string | undefined => {
  const isOfTask = event['detail-type'] === 'ECS Task State Change';
  const { cluster, name } = isOfTask ? placeOfTask(event) : placeOfService(event);
  const service = cluster !== undefined && name !== undefined ? idOf(cluster, name) : undefined;
  return service !== undefined && SERVICE_ID_PATTERN.test(service) ? service : undefined;
};

/** Whom an event is about, for the log; whatever it is. */
export const serviceOfEvent =
  (idOf: IdOf) =>
  (event: unknown): string | null => {
    const { data } = z.safeParse(ecsEvent, event);
    return (data && serviceOf(data, idOf)) ?? null;
  };

export interface EcsEventOptions {
  readonly telemetry: Telemetry;
  /** The id of a service; `undefined`: its cluster is not looked after. */
  readonly idOf: IdOf;
  readonly handle: (change: { readonly service: string }) => Promise<unknown>;
}

/**
 * From an event of Amazon ECS to the service it is about. What is not about a service that is looked after is passed
 * over: rules match more than they should, and a service may lose its tag while its tasks stop.
 */
export const onEcsEvent =
  ({ telemetry, idOf, handle }: EcsEventOptions) =>
  async (event: unknown): Promise<void> => {
    const service = serviceOf(z.parse(ecsEvent, event), idOf);
    if (service === undefined) return telemetry.event('task-change.ignored', { because: 'not one of these services' });
    try {
      await handle({ service });
    } catch (cause) {
      if (!(cause instanceof Refusal && cause.code === 'service-not-found')) throw cause;
      telemetry.event('task-change.ignored', { because: 'not managed' });
    }
  };
