import { describe, expect, it } from 'vitest';
import type { Task } from '#shared/domain/lifecycle/observed.ts';
import { ecsBench, TO_READY } from '../support/ecs-bench.ts';
import { CRASH, MANAGED, type End, type Seed } from '../support/sim-aws/machines.ts';
import { HOUR } from '../support/virtual-clock.ts';

const ready = (seed: Partial<Seed> = {}) => {
  const bench = ecsBench([{ service: 'api', desiredCount: 1, ...seed }]);
  bench.move('api', TO_READY);
  return bench;
};

/** The tasks of the service after each step of their life, from the first. */
const life = async (seed: Partial<Seed>): Promise<readonly (Task | undefined)[]> => {
  const { move, observe } = ecsBench([{ service: 'api', desiredCount: 1, ...seed }]);
  const seen: (Task | undefined)[] = [];
  for (let step = 0; step < TO_READY; step += 1) {
    move('api', 1);
    seen.push((await observe('api')).tasks[0]);
  }
  return seen;
};

describe('where clients connect', () => {
  it('is the public address of the task’s interface, and the port that its image opens', async () => {
    const { observe } = ready({ build: { port: 8080, hasHealthCheck: true } });
    expect(await observe('api')).toMatchObject({
      hasEndpoint: true,
      tasks: [{ endpoint: { host: expect.stringMatching(/^203\.0\./), port: 8080, url: null } }],
    });
  });

  it('is the private address where no public one is given, and EC2 is not asked', async () => {
    const { observe, aws } = ready({ isPublic: false });
    expect((await observe('api')).tasks[0]?.endpoint).toMatchObject({
      host: expect.stringMatching(/^10\.0\./),
      port: 80,
    });
    expect(aws.counts()['ec2 DescribeNetworkInterfaces']).toBeUndefined();
  });

  it('is nowhere for a worker, who needs none', async () => {
    const { observe } = ready({ build: { port: null, hasHealthCheck: false } });
    expect(await observe('api')).toMatchObject({
      hasEndpoint: false,
      tasks: [{ endpoint: null, lastStatus: 'RUNNING' }],
    });
  });

  it('is what the tag says, before what the machines say', async () => {
    const { observe, aws } = ready({ tags: { ...MANAGED, 'nightporter:endpoint': 'https://api.example.org' } });
    expect((await observe('api')).tasks[0]?.endpoint?.host).toBe('api.example.org');
    expect(aws.counts()['ec2 DescribeNetworkInterfaces']).toBeUndefined();
  });

  it('is unknown while EC2 does not know it, though the task runs', async () => {
    const { observe, service } = ready({ isAddressed: false });
    const early = await observe('api');
    expect(early).toMatchObject({ hasEndpoint: true, tasks: [{ lastStatus: 'RUNNING', endpoint: null }] });
    service('api').isAddressed = true;
    expect((await observe('api', early)).tasks[0]?.endpoint).not.toBeNull();
  });

  it('is unknown until the task runs', async () => {
    const seen = await life({});
    expect(seen.map((task) => [task?.lastStatus, task?.endpoint !== null])).toEqual([
      ['PROVISIONING', false],
      ['PENDING', false],
      ['ACTIVATING', false],
      ['RUNNING', true],
      ['RUNNING', true],
    ]);
  });
});

describe('health', () => {
  it.each([
    [true, ['UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'HEALTHY']],
    [false, ['UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN']],
  ])('is what the check says, and unknown for ever without one: %s', async (hasHealthCheck, health) => {
    const build = { port: 80, hasHealthCheck };
    expect((await life({ build })).map((task) => task?.health)).toEqual(health);
    expect((await ready({ build }).observe('api')).hasHealthCheck).toBe(hasHealthCheck);
  });

  it('is judged by the build that runs', async () => {
    const { aws, service, observe, move } = ready({ build: { port: 80, hasHealthCheck: false } });
    const before = await observe('api');
    aws.deploy(service('api'), 'api:2', { port: 9000, hasHealthCheck: true });
    move('api', 1);
    expect(await observe('api', before)).toMatchObject({
      taskDefinition: expect.stringMatching(/api:2$/),
      hasHealthCheck: true,
    });
  });
});

describe('a deployment', () => {
  it.each([
    ['that is under way', 1_000],
    ['that is over', null],
  ])('%s is dated so', async (_, deployingSince) => {
    const { observe } = ready({ deployingSince });
    expect((await observe('api')).deployingSince).toBe(deployingSince);
  });
});

describe('a task that ended', () => {
  const ends: readonly (readonly [string, End & { readonly at: Task['lastStatus'] }, RegExp])[] = [
    ['crashed', { ...CRASH, at: 'RUNNING' }, /^Essential container in task exited .*main: exit code 1/],
    ['left by itself', { ...CRASH, exitCode: 0, at: 'RUNNING' }, /^Essential container in task exited$/],
    [
      'could not pull its image',
      {
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'CannotPullContainerError: pull image manifest has been retried 1 time(s)',
        exitCode: null,
        at: 'PENDING',
      },
      /^CannotPullContainerError: /,
    ],
    [
      'found no room',
      {
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'CapacityUnavailable: Capacity is unavailable at this time.',
        exitCode: null,
        at: 'PROVISIONING',
      },
      /^CapacityUnavailable: /,
    ],
    [
      'was interrupted',
      { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.', exitCode: 143, at: 'RUNNING' },
      /^Your Spot Task/,
    ],
  ];

  it.each(ends)('because it %s says so', async (_, fate, reason) => {
    const { move, observe } = ecsBench([{ service: 'api', desiredCount: 1, fate }]);
    move('api', 10);
    const { tasks } = await observe('api');
    const ended = tasks.find(({ lastStatus }) => lastStatus === 'STOPPED');
    expect(ended).toMatchObject({ stopCode: fate.stopCode, endpoint: null });
    expect(ended?.stoppedReason).toMatch(reason);
    expect(ended?.stoppedAt).toBeTypeOf('number');
  });

  it('is shown from the moment that it is told to stop', async () => {
    const { move, observe, fleet } = ready();
    await fleet.setDesiredCount('api', 0);
    move('api', 1);
    const { tasks } = await observe('api');
    expect(tasks).toMatchObject([{ desiredStatus: 'STOPPED', lastStatus: 'DEACTIVATING', endpoint: null }]);
  });

  it.each([
    ['an hour all but a second', HOUR - 1_000, 1],
    ['an hour', HOUR, 0],
  ])('is shown for an hour: %s', async (_, afterMs, count) => {
    const { move, observe, fleet, clock } = ready();
    await fleet.setDesiredCount('api', 0);
    move('api', 4);
    const seen = await observe('api');
    clock.advance(afterMs);
    expect((await observe('api')).tasks).toHaveLength(count);
    expect((await observe('api', seen)).tasks).toHaveLength(count);
  });
});
