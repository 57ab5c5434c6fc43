import type { APIGatewayProxyResult } from 'aws-lambda';
import { cloudWatchActivity } from '#shared/adapters/aws/cloudwatch-activity.ts';
import { ecsPlaces } from '#shared/adapters/aws/ecs-place.ts';
import { s3ObjectStore } from '#shared/adapters/aws/s3-object-store.ts';
import { snsNotifier } from '#shared/adapters/aws/sns-notifier.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { lambdaHandler } from '#shared/http/lambda-handler.ts';
import { onEcsEvent, serviceOfEvent } from '#shared/jobs/ecs-events.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import type { ScopedTelemetry } from '#shared/ports/telemetry.ts';
import {
  closingTime,
  coreVariables,
  decisionVariables,
  type Environment,
  environmentOf,
  houseSettings,
  newsVariables,
  sessionSettings,
  sessionVariables,
  telemetryVariables,
} from '#shared/runtime/env.ts';
import { grants } from '#shared/usecases/caller.ts';
import { control, type Deps, type Ports } from '#shared/usecases/deps.ts';
import { holdEndpoints } from '../../functions/holds/endpoint.ts';
import { killEndpoints } from '../../functions/kill/endpoint.ts';
import { leaseEndpoints } from '../../functions/leases/endpoint.ts';
import { nightlyKillEndpoint } from '../../functions/nightly-kill/endpoint.ts';
import { openApiEndpoint } from '../../functions/openapi/endpoint.ts';
import { sleepEndpoint } from '../../functions/sleep/endpoint.ts';
import { statusEndpoints } from '../../functions/status/endpoint.ts';
import { taskEventEndpoint } from '../../functions/task-events/endpoint.ts';
import { wakeEndpoints } from '../../functions/wake/endpoint.ts';
import { recordedTelemetry } from '../support/recorders.ts';
import { account } from '../support/sim-aws/account.ts';
import { fleetOver } from '../support/sim-aws/adapters.ts';
import type { SimService } from '../support/sim-aws/machines.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { recording } from './recording.ts';
import type { Recorded } from './requests.ts';
import { arnOf } from '../support/cfn/physical.ts';
import type { Stack } from './stack.ts';

type Door = (event: unknown, context: typeof CONTEXT) => Promise<APIGatewayProxyResult | void>;

/** The service that everybody speaks of, by ECS's name. */
export const NAME = 'api';
const CORE = coreVariables();
/** Time is the clock's here: nobody is cut off by a real one. */
const noEnd = (): AbortSignal => new AbortController().signal;
const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 29_000 };

export interface Asking {
  readonly subject?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly params?: Readonly<Record<string, string>>;
}

interface Reply {
  readonly status: number;
  readonly body: any;
}

type Tags = SimService['tags'];
const placeOf = ({ cluster, service }: SimService): string => `${cluster}/${service}`;

/** Which function answers there. */
const functionAt = (address: string): string => {
  if (address.endsWith('/wake')) return 'wake';
  if (address.endsWith('/kill')) return 'kill';
  if (address.endsWith('/hold')) return 'holds';
  if (address.includes('/leases/')) return 'leases';
  return address.includes('/openapi') ? 'openapi' : 'status';
};

/**
 * The control plane by its front doors, each put together as its handler puts it together, with the environment that
 * the stack gives it; over one simulated account that notes every call and whose it was. Every function starts cold.
 * The service that everybody speaks of is one of `cluster`.
 */
export const house = (stack: Stack, cluster: string) => {
  const calls: Recorded[] = [];
  const clock = virtualClock();
  const aws = account({ now: clock.now, clusters: stack.clusters, bucket: stack.bucket });
  const told = recordedTelemetry();
  const telemetry: ScopedTelemetry = { ...told, within: (_, work) => work() };

  const tagsNow = (): Recorded['tagsOf'] => {
    const services = stack.clusters.flatMap((each) => aws.machines.all(each));
    const tags = new Map(services.map((service): [string, Tags] => [placeOf(service), service.tags]));
    return (service) => tags.get(service);
  };
  const record = recording(calls, tagsNow);

  const portsOf = (name: string, { CLUSTERS, CONTROL_BUCKET }: Environment<typeof CORE>): Ports => {
    const clients = aws.clients(name, async (passing) => record(passing).perform(false));
    const environment = stack.environments.get(name) ?? {};
    return {
      clock,
      telemetry,
      random: () => 0.5,
      store: s3ObjectStore({ s3: clients.s3, bucket: CONTROL_BUCKET }),
      fleet: fleetOver(clients, clock, { clusters: CLUSTERS.split(',') }),
      activity: cloudWatchActivity({
        cloudwatch: clients.cloudwatch,
        clock,
        namespace: environment['ACTIVITY_NAMESPACE'] ?? '',
        placeOf: ecsPlaces(CLUSTERS.split(',')).placeOf,
      }),
      notifier: snsNotifier({ sns: clients.sns, topicArn: environment['NEWS_TOPIC_ARN'] ?? '', clock }),
    };
  };

  const overHttp = (deps: Deps, endpoints: readonly Endpoint[]): Door =>
    lambdaHandler(endpoints, { clock, telemetry, grantOf: grants(deps), after: noEnd });

  const DOORS: Readonly<Record<string, (given: Readonly<Record<string, string>>) => Door>> = {
    wake: (given) => {
      const names = environmentOf({ ...CORE, ...sessionVariables }, given);
      const deps = control(portsOf('wake', names), sessionSettings(names));
      return overHttp(deps, wakeEndpoints(deps));
    },
    kill: (given) => {
      const names = environmentOf({ ...CORE, ...sessionVariables }, given);
      const deps = control(portsOf('kill', names), sessionSettings(names));
      return overHttp(deps, killEndpoints(deps));
    },
    leases: (given) => {
      const names = environmentOf(CORE, given);
      const deps = control(portsOf('leases', names), houseSettings(names));
      return overHttp(deps, leaseEndpoints(deps));
    },
    holds: (given) => {
      const names = environmentOf(CORE, given);
      const deps = control(portsOf('holds', names), houseSettings(names));
      return overHttp(deps, holdEndpoints(deps));
    },
    status: (given) => {
      const names = environmentOf({ ...CORE, ...decisionVariables }, given);
      const deps = control(portsOf('status', names), closingTime(names));
      return overHttp(deps, statusEndpoints(deps));
    },
    openapi: (given) => {
      environmentOf(telemetryVariables, given);
      return lambdaHandler([openApiEndpoint()], { clock, telemetry, grantOf: async () => ({}), after: noEnd });
    },
    sleep: (given) => {
      const names = environmentOf({ ...CORE, ...decisionVariables, ...newsVariables }, given);
      const deps = control(portsOf('sleep', names), closingTime(names));
      return jobHandler('sleep', sleepEndpoint(deps), { clock, telemetry });
    },
    'nightly-kill': (given) => {
      const names = environmentOf(CORE, given);
      const deps = control(portsOf('nightly-kill', names), houseSettings(names));
      return jobHandler('nightly-kill', nightlyKillEndpoint(deps), { clock, telemetry });
    },
    'task-events': (given) => {
      const names = environmentOf({ ...CORE, ...newsVariables }, given);
      const deps = control(portsOf('task-events', names), houseSettings(names));
      const { idOf } = ecsPlaces(names.CLUSTERS.split(','));
      const handle = onEcsEvent({ telemetry, idOf, handle: taskEventEndpoint(deps) });
      return jobHandler('task-events', handle, { clock, telemetry, serviceOf: serviceOfEvent(idOf) });
    },
  };

  const open = (name: string, event: unknown): ReturnType<Door> => {
    const door = DOORS[name];
    const environment = stack.environments.get(name);
    if (!door || !environment) throw new Error(`there is no function ${name}`);
    return door(environment)(event, CONTEXT);
  };

  const id = ecsPlaces(stack.clusters).idOf(cluster, NAME) ?? NAME;
  return {
    aws,
    clock,
    calls,
    cluster,
    /** Of the service that everybody speaks of. */
    id,
    /** A call of the API by its address, such as `POST /services/{service}/wake`. */
    ask: async (address: string, { subject = 'ada', query = {}, body, params }: Asking = {}): Promise<Reply> => {
      const [httpMethod, resource = ''] = address.split(' ');
      const given = Object.entries({ service: id, holder: 'laptop', ...params });
      const result = await open(functionAt(resource), {
        httpMethod,
        resource,
        path: resource,
        pathParameters: Object.fromEntries(given.filter(([name]) => resource.includes(`{${name}}`))),
        queryStringParameters: query,
        headers: { 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        requestContext: { requestId: 'r-1', identity: { apiKeyId: subject, sourceIp: '192.0.2.1' } },
      });
      if (!result) throw new Error(`${address} answered nothing`);
      return { status: result.statusCode, body: result.body === '' ? undefined : JSON.parse(result.body) };
    },
    tick: () => open('sleep', { time: new Date(clock.now()).toISOString() }),
    closeAt: (at: number) => open('nightly-kill', { time: new Date(at).toISOString() }),
    /** ECS tells that a task of the service changed. */
    taskChanged: (name: string = NAME, of: string = cluster) =>
      open('task-events', {
        id: 'event-1',
        source: 'aws.ecs',
        'detail-type': 'ECS Task State Change',
        resources: [arnOf('ecs', `task/${of}/t1`)],
        detail: { clusterArn: arnOf('ecs', `cluster/${of}`), group: `service:${name}` },
      }),
  };
};

export type House = ReturnType<typeof house>;
