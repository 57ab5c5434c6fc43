import { type CloudWatchClient, InvalidParameterValueException } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, it } from 'vitest';
import { cloudWatchActivity } from '#shared/adapters/aws/cloudwatch-activity.ts';
import { UNMEASURED, type Measurement, type Signal } from '#shared/domain/idle/evidence.ts';
import type { Activity } from '#shared/ports/activity.ts';
import { cloudWatchOverHttp } from '../support/cloudwatch-over-http.ts';
import { scriptedCloudWatch, type ScriptedCloudWatch, type Series } from '../support/scripted-cloudwatch.ts';
import { DAY, HOUR, MINUTE, SECOND, T0 } from '../support/virtual-clock.ts';
import { activityContract } from './activity.contract.ts';

const NAMESPACE = 'Nightporter';
const CONNECTIONS: Signal = { kind: 'connections' };
/** Half a minute into a period. */
const START = T0 + 30 * SECOND;

let now: number;
let cloudwatch: ScriptedCloudWatch;
let activity: Activity;

const makeActivity = (client: Pick<CloudWatchClient, 'send'>): Activity =>
  cloudWatchActivity({
    cloudwatch: client,
    clock: { now: () => now, sleep: async () => undefined },
    namespace: NAMESPACE,
    placeOf: (service) => (service === 'lost' ? undefined : { cluster: 'main', name: service }),
  });

const start = (script: ScriptedCloudWatch, client: Pick<CloudWatchClient, 'send'> = script): Activity => {
  now = START;
  cloudwatch = script;
  activity = makeActivity(client);
  return activity;
};

beforeEach(() => {
  start(scriptedCloudWatch());
});

const own = (service: string, name: string): Series => ({
  namespace: NAMESPACE,
  name,
  dimensions: { ServiceName: service, ClusterName: 'main' },
});

const connected = (count: number, at = now, service = 'echo'): void =>
  cloudwatch.put(own(service, 'ActiveConnections'), at, count);

const measure = async (signal: Signal = CONNECTIONS, lookBackMs = 10 * MINUTE, service = 'echo') =>
  (await activity.measure([{ service, signal, lookBackMs }])).get(service);

const measureAll = (services: readonly string[], lookBackMs = 10 * MINUTE): Promise<ReadonlyMap<string, Measurement>> =>
  activity.measure(services.map((service) => ({ service, signal: CONNECTIONS, lookBackMs })));

const servicesNamed = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `svc-${index}`);

const contractOn = (name: string, client: (script: ScriptedCloudWatch) => Pick<CloudWatchClient, 'send'>): void =>
  activityContract({
    name,
    coarseByMs: MINUTE,
    make: () => {
      const script = scriptedCloudWatch();
      return {
        activity: start(script, client(script)),
        now: () => now,
        letPass: (durationMs) => {
          now += durationMs;
        },
        report: (service, values, { at = now, namespace = NAMESPACE } = {}) => {
          for (const [metric, value] of Object.entries(values)) {
            script.put({ ...own(service, metric), namespace }, at, value);
          }
        },
      };
    },
  });

contractOn('CloudWatch', (script) => script);
contractOn('CloudWatch, through its client', cloudWatchOverHttp);

describe('activity from CloudWatch', () => {
  describe('a datapoint', () => {
    it('tells of the time up to the end of its period', async () => {
      connected(1, T0 - 5 * MINUTE + 1);
      connected(0, T0 - 2 * MINUTE + 1);
      expect(await measure()).toMatchObject({
        measuredAt: T0 - MINUTE,
        inUse: false,
        lastUseAt: T0 - 4 * MINUTE,
      });
    });

    it('never tells of the future, though its period still runs', async () => {
      connected(1, T0 + 1);
      expect(await measure()).toMatchObject({ measuredAt: now, inUse: true, lastUseAt: now });
    });

    it('shows the largest of all tasks, and never their sum', async () => {
      for (const count of [0, 3, 0]) connected(count);
      for (const seconds of [7, 9, 8]) cloudwatch.put(own('echo', 'LastActivityEpochSeconds'), now, seconds);
      for (const depth of [2, 3]) cloudwatch.put(own('echo', 'Depth'), now, depth);
      expect(await measure()).toMatchObject({ inUse: true, lastActivityAt: 9 * SECOND });
      const signal: Signal = { kind: 'metric', namespace: NAMESPACE, name: 'Depth', idleAtMost: 3 };
      expect(await measure(signal)).toMatchObject({ inUse: false });
    });

    it('is seen although it is late, even where idle-after is shorter than the delay', async () => {
      connected(0, now - 2 * MINUTE);
      expect(await measure(CONNECTIONS, SECOND)).toMatchObject({ measuredAt: T0 - MINUTE, inUse: false });
    });
  });

  describe('looking back', () => {
    it.each([
      ['ten minutes', 10 * MINUTE, MINUTE, 1],
      ['fifteen minutes', 15 * MINUTE, MINUTE, 1],
      ['three hours', 3 * HOUR, MINUTE, 1],
      ['three days', 3 * DAY, 5 * MINUTE, 2],
      ['thirty days', 30 * DAY, HOUR, 2],
    ])('%s, finds use at the far end, and costs so many questions', async (_, lookBackMs, coarseByMs, questions) => {
      const usedAt = now - lookBackMs + 1;
      connected(1, usedAt);
      connected(0, now);
      const measured = await measure(CONNECTIONS, lookBackMs);
      expect(measured).toMatchObject({ measuredAt: now, inUse: false });
      expect(measured?.lastUseAt).toBeGreaterThanOrEqual(usedAt);
      expect(measured?.lastUseAt).toBeLessThanOrEqual(usedAt + coarseByMs);
      expect(cloudwatch.requests).toHaveLength(questions);
    });

    it('sees to the minute that a service fell silent, however far it looks back', async () => {
      connected(1, now - 4 * HOUR);
      connected(1, T0 - 20 * MINUTE);
      expect(await measure(CONNECTIONS, 3 * DAY)).toMatchObject({
        measuredAt: T0 - 19 * MINUTE,
        lastUseAt: T0 - 19 * MINUTE,
      });
    });

    it('says of the past only that it is past: a long period does not reach into the minutes that are known', async () => {
      now = START + 30 * MINUTE;
      connected(1, now - 3 * HOUR - 10 * MINUTE);
      expect((await measure(CONNECTIONS, 30 * DAY))?.lastUseAt).toBe(T0 - 3 * HOUR + 30 * MINUTE);
    });

    it('asks in whole periods', async () => {
      now = START + 7 * MINUTE;
      await measure(CONNECTIONS, 30 * DAY);
      for (const { StartTime, EndTime, MetricDataQueries } of cloudwatch.requests) {
        const periodMs = (MetricDataQueries?.[0]?.MetricStat?.Period ?? 0) * SECOND;
        expect(StartTime!.getTime() % periodMs).toBe(0);
        expect(EndTime!.getTime() % periodMs).toBe(0);
      }
      expect(cloudwatch.requests).toHaveLength(2);
    });

    it('shares its questions among services whose look-backs differ', async () => {
      const queries = servicesNamed(100).map((service, index) => ({
        service,
        signal: CONNECTIONS,
        lookBackMs: MINUTE + index * SECOND,
      }));
      await activity.measure(queries);
      expect(cloudwatch.requests).toHaveLength(1);
    });
  });

  describe('asking', () => {
    it.each([
      [0, 0],
      [250, 1],
      [251, 2],
      [1_000, 4],
    ])('takes for %i services %i requests of at most 500 metrics', async (count, requests) => {
      const services = servicesNamed(count);
      for (const service of services) connected(1, now, service);
      const measured = await measureAll(services);
      expect(cloudwatch.requests).toHaveLength(requests);
      expect(services.every((service) => measured.get(service)?.inUse)).toBe(true);
    });

    it('joins what comes in pages', async () => {
      start(scriptedCloudWatch({ pageSize: 3 }));
      const services = ['one', 'two', 'three'];
      for (const service of services) {
        for (let minute = 1; minute <= 4; minute += 1) connected(minute === 4 ? 1 : 0, now - minute * MINUTE, service);
        cloudwatch.put(own(service, 'LastActivityEpochSeconds'), now - 4 * MINUTE, (T0 - HOUR) / SECOND);
      }
      const measured = await measureAll(services);
      const each = {
        measuredAt: T0,
        inUse: false,
        lastUseAt: T0 - 3 * MINUTE,
        lastActivityAt: T0 - HOUR,
      };
      expect(measured).toEqual(new Map(services.map((service) => [service, each])));
      expect(cloudwatch.requests.length).toBeGreaterThan(3);
    });

    it.each(['PartialData', 'InternalError', 'Forbidden'] as const)(
      'knows nothing of a service of which a part ends with %s',
      async (status) => {
        connected(0);
        cloudwatch.put(own('echo', 'LastActivityEpochSeconds'), now, now / SECOND);
        expect(await measure()).toMatchObject({ inUse: false });
        cloudwatch.troubles.set('LastActivityEpochSeconds', status);
        expect(await measure()).toEqual(UNMEASURED);
      },
    );

    it('knows nothing of a service whose more distant past is missing', async () => {
      connected(0);
      const broken: Pick<CloudWatchClient, 'send'> = {
        send: (async (command: { readonly input: Parameters<ScriptedCloudWatch['answer']>[0] }) => {
          const answer = cloudwatch.answer(command.input);
          const isPast = command.input.MetricDataQueries?.[0]?.MetricStat?.Period !== 60;
          return isPast ? { ...answer, MetricDataResults: [] } : answer;
        }) as CloudWatchClient['send'],
      };
      activity = makeActivity(broken);
      expect(await measure(CONNECTIONS, 3 * HOUR)).toMatchObject({ inUse: false });
      expect(await measure(CONNECTIONS, 3 * DAY)).toEqual(UNMEASURED);
    });

    it('rejects when CloudWatch does not answer, instead of taking an outage for silence', async () => {
      cloudwatch.outage = new Error('connection reset');
      await expect(measure()).rejects.toBe(cloudwatch.outage);
    });

    it.each([
      ['the first', 0, 'ValidationError'],
      ['one in the middle', 137, 'ValidationException'],
      ['the last', 249, 'ValidationError'],
    ] as const)('leaves only that service unknown whose metric is refused: %s of 250', async (_, bad, refusal) => {
      const script = scriptedCloudWatch({ refusal });
      start(script, cloudWatchOverHttp(script));
      const services = servicesNamed(250);
      for (const service of services) connected(0, now, service);
      const signal: Signal = { kind: 'connections', dimensions: [{ name: ':bad', value: 'x' }] };
      const measured = await activity.measure(
        services.map((service, index) => ({
          service,
          signal: index === bad ? signal : CONNECTIONS,
          lookBackMs: 10 * MINUTE,
        })),
      );
      const unknown = services.filter((service) => measured.get(service)?.inUse !== false);
      expect(unknown).toEqual([`svc-${bad}`]);
      expect(cloudwatch.requests.length).toBeLessThan(30);
    });

    it('gives up soon when everything is refused', async () => {
      cloudwatch.outage = new InvalidParameterValueException({ message: 'no such namespace', $metadata: {} });
      await expect(measureAll(servicesNamed(1_000))).rejects.toBe(cloudwatch.outage);
      expect(cloudwatch.requests.length).toBeLessThan(50);
    });
  });

  describe('a service’s own metrics', () => {
    it('are those of its cluster and name, and of no namesake elsewhere', async () => {
      cloudwatch.put({ ...own('echo', 'ActiveConnections'), namespace: 'Other' }, now, 1);
      const elsewhere = { ServiceName: 'echo', ClusterName: 'elsewhere' };
      cloudwatch.put({ ...own('echo', 'ActiveConnections'), dimensions: elsewhere }, now, 1);
      cloudwatch.put({ ...own('echo', 'ActiveConnections'), dimensions: { ServiceName: 'echo' } }, now, 1);
      expect(await measure()).toEqual(UNMEASURED);
    });

    it('may be under another namespace and other dimensions', async () => {
      const dimensions = { Server: 'blue', Realm: 'a=b' };
      cloudwatch.put({ namespace: 'Games', name: 'ActiveConnections', dimensions }, now, 1);
      const signal: Signal = {
        kind: 'connections',
        namespace: 'Games',
        dimensions: [
          { name: 'Realm', value: 'a=b' },
          { name: 'Server', value: 'blue' },
        ],
      };
      expect(await measure(signal)).toMatchObject({ inUse: true });
      expect(await measure(signal, 10 * MINUTE, 'lost')).toMatchObject({ inUse: true });
    });

    it('are not known of a service without a place, and nothing is asked', async () => {
      expect(await measure(CONNECTIONS, 10 * MINUTE, 'lost')).toEqual(UNMEASURED);
      expect(cloudwatch.requests).toEqual([]);
    });

    it('can be any metric, as a queue’s depth by its own dimension', async () => {
      const queue = { namespace: 'AWS/SQS', name: 'Depth', dimensions: { QueueName: 'work' } };
      cloudwatch.put(queue, now - 3 * MINUTE, 6);
      cloudwatch.put(queue, now, 5);
      const dimensions = [{ name: 'QueueName', value: 'work' }];
      const signal: Signal = { kind: 'metric', namespace: 'AWS/SQS', name: 'Depth', idleAtMost: 5, dimensions };
      expect(await measure(signal)).toMatchObject({ measuredAt: now, inUse: false, lastUseAt: T0 - 2 * MINUTE });
      expect(await measure({ ...signal, dimensions: [{ name: 'QueueName', value: 'other' }] })).toEqual(UNMEASURED);
    });
  });

  describe('the requests of a load balancer', () => {
    const balancer = { LoadBalancer: 'app/front/1', TargetGroup: 'targetgroup/echo/2' };
    const signal: Signal = {
      kind: 'alb',
      dimensions: Object.entries(balancer).map(([name, value]) => ({ name, value })),
    };
    const put = (name: string, at: number, value: number): void =>
      cloudwatch.put({ namespace: 'AWS/ApplicationELB', name, dimensions: balancer }, at, value);

    it('show use, and when it was', async () => {
      put('RequestCount', now - 4 * MINUTE, 1);
      put('HealthyHostCount', now, 1);
      expect(await measure(signal)).toEqual({
        measuredAt: now,
        inUse: false,
        lastUseAt: T0 - 3 * MINUTE,
        lastActivityAt: null,
      });
      put('RequestCount', now, 1);
      expect(await measure(signal)).toMatchObject({ inUse: true, lastUseAt: now });
    });

    it.each([
      ['a healthy host is reported', 1, { measuredAt: START, inUse: false, lastUseAt: null, lastActivityAt: null }],
      ['no host is healthy', 0, UNMEASURED],
      ['nothing is reported of the hosts', null, UNMEASURED],
    ])('that are absent mean zero only while a host could have served them: %s', async (_, hosts, measured) => {
      if (hosts !== null) put('HealthyHostCount', now, hosts);
      expect(await measure(signal)).toEqual(measured);
    });
  });

  describe('the flows of a network load balancer', () => {
    const signal: Signal = { kind: 'nlb', dimensions: [{ name: 'LoadBalancer', value: 'net/front/1' }] };
    const put = (name: string, at: number, value: number): void =>
      cloudwatch.put({ namespace: 'AWS/NetworkELB', name, dimensions: { LoadBalancer: 'net/front/1' } }, at, value);

    it.each([
      ['open flows', 2, 0, true],
      ['bytes of flows too short to be counted', 0, 100, true],
      ['neither', 0, 0, false],
      ['no flow, and nothing said of bytes', 0, null, false],
    ])('show use: %s', async (_, open, bytes, inUse) => {
      put('ActiveFlowCount', now, open);
      if (bytes !== null) put('ProcessedBytes', now, bytes);
      expect(await measure(signal)).toEqual({
        measuredAt: now,
        inUse,
        lastUseAt: inUse ? now : null,
        lastActivityAt: null,
      });
    });

    it('are unknown when they are not reported', async () => {
      put('ProcessedBytes', now, 0);
      expect(await measure(signal)).toEqual(UNMEASURED);
    });
  });
});
