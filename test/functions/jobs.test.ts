import { describe, expect, it } from 'vitest';
import { ecsPlaces } from '#shared/adapters/aws/ecs-place.ts';
import { countedCalls } from '#shared/jobs/counted-calls.ts';
import { onEcsEvent, serviceOfEvent } from '#shared/jobs/ecs-events.ts';
import { jobHandler } from '#shared/jobs/job-handler.ts';
import { nightlyKillEndpoint } from '../../functions/nightly-kill/endpoint.ts';
import { sleepEndpoint } from '../../functions/sleep/endpoint.ts';
import { taskEventEndpoint } from '../../functions/task-events/endpoint.ts';
import { anApi } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { aLambdaContext, scopedOver } from '../support/lambda-api.ts';
import { HOUR, MINUTE } from '../support/virtual-clock.ts';

const context = aLambdaContext();
const { idOf } = ecsPlaces(['main', 'batch']);

const ARN = 'arn:aws:ecs:eu-central-1:123456789012';
const envelope = {
  version: '0',
  id: '3317b2af-7005-947d-b652-f55e762e571a',
  source: 'aws.ecs',
  account: '123456789012',
  time: '2026-11-20T10:00:00Z',
  region: 'eu-central-1',
};

const aTaskEvent = (detail: object = {}) => ({
  ...envelope,
  'detail-type': 'ECS Task State Change',
  resources: [`${ARN}:task/main/9e96e3a1b1f94b2c8d0e`],
  detail: {
    clusterArn: `${ARN}:cluster/main`,
    group: 'service:api',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    version: 3,
    startedBy: 'ecs-svc/1234567890123456789',
    containers: [{ name: 'app', lastStatus: 'RUNNING' }],
    somethingNew: { that: 'nobody knows' },
    ...detail,
  },
});

const aServiceEvent = (resource: string, detailType = 'ECS Service Action', detail: object = {}) => ({
  ...envelope,
  'detail-type': detailType,
  resources: [resource],
  detail: { eventType: 'INFO', eventName: 'SERVICE_STEADY_STATE', clusterArn: `${ARN}:cluster/main`, ...detail },
});

/** The function for task events over memory, as its handler puts it together. */
const aWorld = () => {
  const plane = aControlPlane({ api: { bootMs: 0 }, 'batch.api': { bootMs: 0 } });
  const telemetry = scopedOver(plane.telemetry);
  const handle = onEcsEvent({ telemetry, idOf, handle: taskEventEndpoint(plane) });
  const handler = jobHandler('task-events', handle, {
    telemetry,
    clock: plane.clock,
    serviceOf: serviceOfEvent(idOf),
  });
  return { plane, telemetry, handler };
};

describe('an event of Amazon ECS', () => {
  it.for([
    ['a task', aTaskEvent(), 'api'],
    ['a task of another cluster', aTaskEvent({ clusterArn: `${ARN}:cluster/batch` }), 'batch.api'],
    ['a service', aServiceEvent(`${ARN}:service/main/api`), 'api'],
    ['a service of another cluster', aServiceEvent(`${ARN}:service/batch/api`), 'batch.api'],
    ['a service of an old account', aServiceEvent(`${ARN}:service/api`), 'api'],
    [
      'a deployment, which names no cluster',
      aServiceEvent(`${ARN}:service/main/api`, 'ECS Deployment State Change', { clusterArn: undefined }),
      'api',
    ],
  ] as const)('about %s makes that service looked at', async ([, event, service]) => {
    const { plane, telemetry, handler } = aWorld();
    await anApi(plane).call('POST', `/services/${service}/wake`);
    await handler(event, context);
    expect((await plane.record(service)).readyAt).toBe(plane.clock.now());
    expect(telemetry.scopes).toEqual([{ correlationId: envelope.id, subject: 'nightporter', service }]);
    expect(plane.telemetry.events.at(-1)).toMatchObject({ name: 'job.completed', fields: { job: 'task-events' } });
  });

  it.for([
    ['about a task that somebody ran by hand', aTaskEvent({ group: 'family:api' })],
    ['about a task without a group', aTaskEvent({ group: undefined })],
    ['about another cluster', aTaskEvent({ clusterArn: `${ARN}:cluster/other` })],
    ['about a service of another cluster', aServiceEvent(`${ARN}:service/other/api`)],
    ['about a service whose name no managed one can have', aTaskEvent({ group: 'service:_api' })],
    ['that names no service', aServiceEvent(`${ARN}:cluster/main`)],
    ['without resources', { ...aServiceEvent(''), resources: undefined }],
    ['about a service that is not managed', aTaskEvent({ group: 'service:unmanaged' })],
  ] as const)('%s is passed over', async ([, event]) => {
    const { plane, handler } = aWorld();
    await handler(event, context);
    expect(plane.telemetry.events.map(({ name }) => name)).toEqual(['task-change.ignored', 'job.completed']);
    expect(plane.telemetry.failures).toEqual([]);
  });

  it('that comes again, or too late, changes nothing', async () => {
    const { plane, handler } = aWorld();
    await anApi(plane).call('POST', '/services/api/wake');
    await handler(aTaskEvent(), context);
    const record = await plane.record();
    await handler(aTaskEvent(), context);
    await handler(aTaskEvent({ lastStatus: 'PENDING', version: 1 }), context);
    expect(await plane.record()).toEqual(record);
  });

  it.for([[undefined], [{}], [{ ...aTaskEvent(), detail: null }], [{ ...aTaskEvent(), detail: { group: 5 } }]])(
    'that is none is a failure: %j',
    async ([event]) => {
      const { plane, handler } = aWorld();
      await expect(handler(event, context)).rejects.toThrow();
      expect(plane.telemetry.failures).toMatchObject([{ name: 'job.failed' }]);
    },
  );

  it('that cannot be handled now is a failure, so that it is delivered again', async () => {
    const { plane, handler } = aWorld();
    plane.fleet.before = () => {
      throw new Error('no answer');
    };
    await expect(handler(aTaskEvent(), context)).rejects.toThrow('no answer');
    expect(plane.telemetry.failures).toMatchObject([{ name: 'job.failed', fields: { job: 'task-events' } }]);
  });
});

describe('a scheduled function', () => {
  const aTick = () => {
    const plane = aControlPlane();
    const telemetry = scopedOver(plane.telemetry);
    const connections = { requests: () => plane.count() };
    const handler = jobHandler('sleep', countedCalls(sleepEndpoint(plane), { telemetry, connections }), {
      telemetry,
      clock: plane.clock,
    });
    return { plane, telemetry, handler };
  };

  it('says that it came to its end, and under which request', async () => {
    const { plane, telemetry, handler } = aTick();
    await handler({ time: '2026-11-20T10:00:00Z' }, context);
    expect(telemetry.scopes).toEqual([{ correlationId: context.awsRequestId, subject: 'nightporter', service: null }]);
    expect(plane.telemetry.events.at(-1)).toEqual({ name: 'job.completed', fields: { job: 'sleep', durationMs: 0 } });
  });

  it('counts the calls of this tick alone', async () => {
    const { plane, handler } = aTick();
    await handler({}, context);
    const first = plane.count();
    await handler({}, context);
    expect(plane.telemetry.values('TickApiCalls')).toEqual([first, plane.count() - first]);
    expect(first).toBeGreaterThan(0);
  });

  it('throws what it fails of, once told, with the calls that it made', async () => {
    const { plane, handler } = aTick();
    plane.fleet.before = () => {
      throw new Error('no answer');
    };
    await expect(handler({}, context)).rejects.toThrow('no answer');
    expect(plane.telemetry.failures).toMatchObject([{ name: 'job.failed', fields: { job: 'sleep' } }]);
    expect(plane.telemetry.events.map(({ name }) => name)).not.toContain('job.completed');
    expect(plane.telemetry.values('TickApiCalls')).toHaveLength(1);
  });

  it('for closing time acts on the instant it was meant for', async () => {
    const plane = aControlPlane();
    const telemetry = scopedOver(plane.telemetry);
    const handler = jobHandler('nightly-kill', nightlyKillEndpoint(plane), { telemetry, clock: plane.clock });
    await anApi(plane).call('POST', '/services/api/wake', { body: { leaseSeconds: 86_400 } });
    plane.clock.advance(13 * HOUR + MINUTE);
    await handler({ time: '2026-11-20T23:00:00Z' }, context);
    expect(plane.fleet.desiredCount('api')).toBe(0);
  });

  it('for closing time refuses an event without an instant', async () => {
    const plane = aControlPlane();
    const telemetry = scopedOver(plane.telemetry);
    const handler = jobHandler('nightly-kill', nightlyKillEndpoint(plane), { telemetry, clock: plane.clock });
    await expect(handler({}, context)).rejects.toThrow();
    expect(plane.telemetry.failures).toHaveLength(1);
  });
});
