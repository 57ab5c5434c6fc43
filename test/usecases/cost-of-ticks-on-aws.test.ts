import { describe, expect, it } from 'vitest';
import { tick } from '#shared/usecases/tick.ts';
import { town, warmTick, type TownSize } from '../support/sim-aws/town.ts';

const MINUTES = 60_000;
const TICK_MS = 5 * MINUTES;

const pages = (count: number, size: number): number => Math.max(1, Math.ceil(count / size));
const batches = (count: number, size: number): number => Math.ceil(count / size);

/** Leases are read so many at a time, until one is live. */
const LEASES_AT_ONCE = 16;
/** Connections, and the last activity. */
const METRICS = 2;

/** What a tick costs over services of one cluster with a task for each that is awake: docs/bench.md has it in words. */
const budget = ({ services, awake, leasesEach }: TownSize) => ({
  'ecs ListServices': pages(services, 100),
  'ecs DescribeServices': batches(services, 10),
  'application-autoscaling DescribeScalableTargets': batches(services, 50),
  // One listing of those that run, and one of those that have stopped within the hour.
  'ecs ListTasks': pages(awake, 100) + 1,
  'ecs DescribeTasks': batches(awake, 100),
  'ec2 DescribeNetworkInterfaces': batches(awake, 200),
  'cloudwatch GetMetricData': batches(awake * METRICS, 500),
  's3 ListObjectsV2': pages(services, 1_000) + pages(awake * leasesEach, 1_000),
  // The directory; of each that is awake the leases up to the first live one, and what was seen of it.
  's3 GetObject': 1 + awake * (Math.min(LEASES_AT_ONCE, leasesEach) + 1),
  's3 PutObject': awake,
});

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
const paid = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

describe('a tick', () => {
  it.each<[string, TownSize]>([
    ['one service at rest', { services: 1, awake: 0, leasesEach: 0 }],
    ['two services, one in use', { services: 2, awake: 1, leasesEach: 1 }],
    ['a full page', { services: 100, awake: 100, leasesEach: 1 }],
    ['one more than a page', { services: 101, awake: 101, leasesEach: 1 }],
    ['a service with many leases', { services: 10, awake: 2, leasesEach: 40 }],
    ['more metrics than one call takes', { services: 300, awake: 251, leasesEach: 1 }],
  ])('costs what the formula says: %s', async (_, size) => {
    const place = town(size);
    await (
      await warmTick(place)
    )();
    const expected = paid(budget(size));
    // One service is looked at by itself.
    if (size.services > 1) expect(place.aws.counts()).toEqual(expected);
    else expect(sum(place.aws.counts())).toBeLessThanOrEqual(sum(expected) + 2);
    expect(place.aws.throttled).toEqual([]);
  });

  it.each([
    [100, 10],
    [1_000, 100],
    [10_000, 1_000],
  ])(
    'over %d services with %d awake is linear, and never throttled',
    { timeout: 5 * MINUTES },
    async (services, awake) => {
      const size: TownSize = { services, awake, leasesEach: 3 };
      const place = town(size);
      const look = await warmTick(place);
      await look();
      expect(place.aws.counts()).toEqual(paid(budget(size)));
      expect(place.aws.throttled).toEqual([]);
      expect(sum(place.aws.counts()) / services).toBeLessThan(0.8);
    },
  );

  it('of a new container asks once for each build, and reads each record once', async () => {
    const size: TownSize = { services: 400, awake: 120, leasesEach: 1 };
    const place = town(size);
    await warmTick(place);
    place.clock.advance(TICK_MS);
    await tick(place.open('sleep'))();
    expect(place.aws.counts()).toEqual({
      ...budget(size),
      'ecs DescribeTaskDefinition': 120,
      's3 GetObject': budget(size)['s3 GetObject'] + 400 + 280,
      's3 PutObject': 400,
    });
    expect(place.aws.throttled).toEqual([]);
  });

  it('that meets every service for the first time looks at all of them at once', async () => {
    const place = town({ services: 200, awake: 20, leasesEach: 0, areNew: true });
    await tick(place.open('sleep'))();
    const counts = place.aws.counts();
    // Once with the listing, and once more after their records were made.
    expect(counts['ecs DescribeServices']).toBe(2 * batches(200, 10));
    expect(counts['application-autoscaling DescribeScalableTargets']).toBe(2 * batches(200, 50));
    expect(counts['ecs ListTasks']).toBeLessThanOrEqual(4);
    expect(place.aws.throttled).toEqual([]);
  });
});
