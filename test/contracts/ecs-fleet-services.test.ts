import { describe, expect, it } from 'vitest';
import { ecsBench } from '../support/ecs-bench.ts';
import { fleetOver } from '../support/sim-aws/adapters.ts';
import { MANAGED, type Seed } from '../support/sim-aws/machines.ts';
import { T0 } from '../support/virtual-clock.ts';

const many = (count: number, more: Partial<Seed> = {}): readonly Seed[] =>
  Array.from({ length: count }, (_, index) => ({ service: `s${String(index).padStart(3, '0')}`, ...more }));

const names = (services: readonly { readonly service: string }[]): readonly string[] =>
  services.map(({ service }) => service);

describe('listing', () => {
  it.each([
    [0, 1, 0],
    [1, 1, 1],
    [10, 1, 1],
    [11, 1, 2],
    [100, 1, 10],
    [101, 2, 11],
    [250, 3, 25],
  ])('finds all of %d services in %d pages and %d descriptions', async (count, pages, descriptions) => {
    const { fleet, aws } = ecsBench(many(count));
    expect(names(await fleet.list()).toSorted()).toEqual(names(many(count)));
    expect(aws.counts()['ecs ListServices']).toBe(pages);
    expect(aws.counts()['ecs DescribeServices'] ?? 0).toBe(descriptions);
  });

  it.each([
    [1, 1],
    [50, 1],
    [51, 2],
  ])('asks for the scalers of %d services in %d calls', async (count, calls) => {
    const { fleet, aws } = ecsBench(many(count, { bounds: { min: 0, max: 3, suspended: true } }));
    expect((await fleet.list()).every(({ autoscaled }) => autoscaled)).toBe(true);
    expect(aws.counts()['application-autoscaling DescribeScalableTargets']).toBe(calls);
  });

  it('tells apart who has a scaler', async () => {
    const { fleet } = ecsBench([
      { service: 'scaled', bounds: { min: 1, max: 3, suspended: false } },
      { service: 'plain' },
    ]);
    const scaled = (await fleet.list()).filter(({ autoscaled }) => autoscaled);
    expect(names(scaled)).toEqual(['scaled']);
  });

  it('gives the words of the tags without their prefix, and nobody else’s tags', async () => {
    const tags = { ...MANAGED, 'nightporter:idle-after': '20m', team: 'blue', 'aws:cloudformation:stack-name': 'x' };
    const { fleet } = ecsBench([{ service: 'api', tags, createdAt: T0 - 1_234 }]);
    expect(await fleet.list()).toEqual([
      expect.objectContaining({
        service: 'api',
        tags: { managed: 'true', 'idle-after': '20m' },
        createdAt: T0 - 1_234,
      }),
    ]);
  });
});

describe('a service that is not managed', () => {
  it.each<[string, Partial<Seed>]>([
    ['without tags', { tags: {} }],
    ['with other people’s tags', { tags: { team: 'blue' } }],
    ['that says no', { tags: { 'nightporter:managed': 'false' } }],
    ['that says it in capitals', { tags: { 'nightporter:managed': 'True' } }],
    ['with the tag of another product', { tags: { managed: 'true' } }],
    ['that has been deleted', { status: 'INACTIVE' }],
    ['that is being deleted', { status: 'DRAINING' }],
  ])('is invisible: %s', async (_, seed) => {
    const { fleet } = ecsBench([{ service: 'other', desiredCount: 1, ...seed }, { service: 'api' }]);
    expect(names(await fleet.list())).toEqual(['api']);
    expect([...(await fleet.observe(['other'])).keys()]).toEqual([]);
    expect([...(await fleet.observe(['other', 'api'])).keys()]).toEqual(['api']);
  });

  it('keeps its scaler’s bounds', async () => {
    const bounds = { min: 1, max: 3, suspended: false };
    const { fleet, service } = ecsBench([{ service: 'other', tags: {}, bounds }]);
    await expect(fleet.setBounds('other', { min: 0, max: 1, suspended: true })).rejects.toMatchObject({
      code: 'service-not-found',
    });
    expect(service('other').bounds).toEqual(bounds);
  });
});

describe('a service whose number of tasks somebody else decides', () => {
  it.each<[Partial<Seed>, RegExp]>([
    [{ controller: 'CODE_DEPLOY' }, /CODE_DEPLOY/],
    [{ controller: 'EXTERNAL' }, /EXTERNAL/],
    [{ schedulingStrategy: 'DAEMON' }, /DAEMON/],
  ])('is refused by name, once: %j', async (seed, because) => {
    const { fleet, refused } = ecsBench([{ service: 'blue', ...seed }]);
    expect(await fleet.list()).toEqual([]);
    expect((await fleet.observe(['blue'])).size).toBe(0);
    await fleet.list();
    expect(refused).toEqual([expect.stringMatching(because)]);
    expect(refused[0]).toMatch(/^blue: /);
  });

  it('is nobody’s business without the tag', async () => {
    const { fleet, refused } = ecsBench([{ service: 'blue', controller: 'CODE_DEPLOY', tags: {} }]);
    expect(await fleet.list()).toEqual([]);
    expect(refused).toEqual([]);
  });
});

describe('an id that nobody has', () => {
  it.each(['no-such-service', 'a.b', '.', 'a b', 'a/b', '', 'x'.repeat(256), '../main/api', 'main.api'])(
    'is absent from every answer: %j',
    async (id) => {
      const { fleet } = ecsBench([{ service: 'api' }]);
      expect((await fleet.observe([id])).size).toBe(0);
      expect([...(await fleet.observe([id, 'api'])).keys()]).toEqual(['api']);
      await expect(fleet.setDesiredCount(id, 1)).rejects.toMatchObject({ code: 'service-not-found' });
      await expect(fleet.setBounds(id, { min: 0, max: 1, suspended: true })).rejects.toMatchObject({
        code: 'service-not-found',
      });
    },
  );
});

describe('observing many', () => {
  it('needs no more than ten at a time, and leaves out what is missing', async () => {
    const { fleet, aws } = ecsBench(many(25));
    const observed = await fleet.observe([...names(many(25)), 'gone']);
    expect([...observed.keys()].toSorted()).toEqual(names(many(25)));
    expect(aws.counts()['ecs DescribeServices']).toBe(3);
  });

  it('describes nothing twice when it has just been listed', async () => {
    const { fleet, aws } = ecsBench(many(25));
    await fleet.list();
    const before = aws.counts()['ecs DescribeServices'];
    expect((await fleet.observe(names(many(25)))).size).toBe(25);
    expect(aws.counts()['ecs DescribeServices']).toBe(before);
  });

  it('describes again what was listed long ago, or looked at since', async () => {
    const { fleet, aws, clock } = ecsBench(many(20));
    await fleet.list();
    await fleet.observe(names(many(20)));
    await fleet.observe(names(many(20)));
    expect(aws.counts()['ecs DescribeServices']).toBe(4);
    await fleet.list();
    clock.advance(120_000);
    await fleet.observe(names(many(20)));
    expect(aws.counts()['ecs DescribeServices']).toBe(8);
  });

  it('goes by the number of tasks, in hundreds', async () => {
    const { fleet, aws, move } = ecsBench(many(150, { desiredCount: 1 }));
    for (const { service } of many(150)) move(service, 5);
    const observed = await fleet.observe(names(many(150)));
    expect([...observed.values()].every(({ tasks }) => tasks.length === 1 && tasks[0]?.endpoint)).toBe(true);
    // Two pages of those that run, one empty page of those that stopped.
    expect(aws.counts()).toMatchObject({
      'ecs ListTasks': 3,
      'ecs DescribeTasks': 2,
      'ec2 DescribeNetworkInterfaces': 1,
    });
  });
});

describe('several clusters', () => {
  const clusters = ['main', 'batch'];
  const seeds: readonly Seed[] = [
    { service: 'api', desiredCount: 1 },
    { service: 'api', cluster: 'batch', desiredCount: 2 },
    { service: 'jobs', cluster: 'batch' },
  ];

  it('have bare names in the first, and names with the cluster in the others', async () => {
    const { fleet } = ecsBench(seeds, clusters);
    expect(names(await fleet.list()).toSorted()).toEqual(['api', 'batch.api', 'batch.jobs']);
    const observed = await fleet.observe(['api', 'batch.api', 'batch.jobs', 'jobs', 'main.api', 'attic.api']);
    const counts = Object.fromEntries([...observed].map(([id, { desiredCount }]) => [id, desiredCount]));
    expect(counts).toEqual({ api: 1, 'batch.api': 2, 'batch.jobs': 0 });
  });

  it('are written to one by one', async () => {
    const { fleet, service } = ecsBench(seeds, clusters);
    await fleet.setDesiredCount('batch.api', 0);
    expect(service('api').desiredCount).toBe(1);
    expect(service('api', 'batch').desiredCount).toBe(0);
  });

  it('show each service its own tasks', async () => {
    const { fleet, aws } = ecsBench(seeds, clusters);
    aws.machines.evolve('api');
    aws.machines.evolve('api', 'batch');
    const observed = await fleet.observe(['api', 'batch.api']);
    expect([...observed.values()].map(({ tasks }) => tasks.length)).toEqual([1, 2]);
    const one = await fleet.observe(['batch.api']);
    expect(one.get('batch.api')?.tasks).toHaveLength(2);
  });

  it('fail loudly when one does not exist: somebody has misspelt a parameter', async () => {
    const { aws, clock } = ecsBench(seeds, clusters);
    const fleet = fleetOver(aws.clients('test'), clock, { clusters: ['main', 'attic'] });
    await expect(fleet.list()).rejects.toThrow(/Cluster not found/);
  });
});
