import { describe, expect, it } from 'vitest';
import { Refusal } from '#shared/domain/errors.ts';
import { ecsBench, TO_READY } from '../support/ecs-bench.ts';
import { throttling } from '../support/sim-aws/account.ts';
import { fleetOver } from '../support/sim-aws/adapters.ts';
import { SECOND } from '../support/virtual-clock.ts';

const BOUNDS = { min: 1, max: 3, suspended: false };

/** Two hundred processes that begin at the same moment: none of them can know of the others. */
const crowd = <T>(bench: ReturnType<typeof ecsBench>, ask: (fleet: ReturnType<typeof bench.restarted>) => Promise<T>) =>
  Promise.allSettled(Array.from({ length: 200 }, () => ask(bench.restarted())));

const rejections = (outcomes: readonly PromiseSettledResult<unknown>[]): readonly unknown[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));

describe('asking for too much at once', () => {
  it('is a refusal that says when to come back, with AWS’s own words as its cause', async () => {
    const bench = ecsBench([{ service: 'api' }]);
    const refused = rejections(await crowd(bench, (fleet) => fleet.observe(['api'])));
    expect(refused.length).toBeGreaterThan(0);
    for (const cause of refused) {
      expect(cause).toBeInstanceOf(Refusal);
      expect(cause).toMatchObject({ code: 'throttled', cause: { name: 'ThrottlingException' } });
      expect((cause as Refusal).details.retryAfterMs).toBeGreaterThan(0);
    }
  });

  it('is refused for writes as well, and what was refused has not happened', async () => {
    const bench = ecsBench([{ service: 'api' }]);
    const outcomes = await crowd(bench, (fleet) => fleet.setDesiredCount('api', 1));
    expect(rejections(outcomes)).toHaveLength(150);
    expect(bench.aws.counts()['ecs UpdateService']).toBe(200);
    expect(bench.aws.throttled).toHaveLength(150);
  });

  it('is refused by EC2 only after some patience', async () => {
    const bench = ecsBench([{ service: 'api', desiredCount: 1 }]);
    bench.move('api', TO_READY);
    let isBusy = true;
    const asked: number[] = [];
    const clients = bench.aws.clients('test', async ({ service, perform }) => {
      if (service !== 'ec2') return perform(false);
      asked.push(bench.clock.now());
      if (isBusy) throw throttling();
      return perform(false);
    });
    const fleet = fleetOver(clients, bench.clock);
    await expect(fleet.observe(['api'])).rejects.toMatchObject({ code: 'throttled' });
    expect(asked.length).toBeGreaterThan(1);
    isBusy = false;
    expect((await fleet.observe(['api'])).get('api')?.tasks[0]?.endpoint).not.toBeNull();
  });

  it('never happens to one process alone: it keeps within the quota by waiting', async () => {
    const bench = ecsBench(
      Array.from({ length: 1_200 }, (_, index) => ({ service: `s${index}`, bounds: { ...BOUNDS, min: 0 } })),
    );
    const startedAt = bench.clock.now();
    const services = (await bench.fleet.list()).map(({ service }) => service);
    await Promise.all(services.slice(0, 100).map((service) => bench.fleet.setDesiredCount(service, 1)));
    await Promise.all(services.slice(0, 100).map((service) => bench.fleet.setBounds(service, BOUNDS)));
    expect(bench.aws.throttled).toEqual([]);
    // 50 of 100 writes wait their turn, five a second.
    expect(bench.clock.now() - startedAt).toBeGreaterThanOrEqual(10 * SECOND);
  });
});

describe('what is not known to be a refusal', () => {
  it.each([
    ['no permission', Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })],
    ['no answer', Object.assign(new Error('socket hang up'), { name: 'TimeoutError' })],
  ])('stays what it is: %s', async (_, outage) => {
    const bench = ecsBench([{ service: 'api' }]);
    const clients = bench.aws.clients('test', async () => {
      throw outage;
    });
    const fleet = fleetOver(clients, bench.clock);
    await expect(fleet.list()).rejects.toBe(outage);
    await expect(fleet.observe(['api'])).rejects.toBe(outage);
    await expect(fleet.setDesiredCount('api', 1)).rejects.toBe(outage);
  });
});

describe('the scaler’s bounds', () => {
  it('are part of what is observed', async () => {
    const { observe } = ecsBench([{ service: 'api', bounds: BOUNDS }, { service: 'plain' }]);
    expect((await observe('api')).bounds).toEqual(BOUNDS);
    expect((await observe('plain')).bounds).toBeNull();
  });

  it('are set in one call, all three suspensions with them', async () => {
    const { fleet, aws, service } = ecsBench([{ service: 'api', bounds: BOUNDS, desiredCount: 2 }]);
    await fleet.observe(['api']);
    await fleet.setBounds('api', { min: 0, max: 3, suspended: true });
    expect(service('api')).toMatchObject({ bounds: { min: 0, max: 3, suspended: true }, desiredCount: 2 });
    const registered = aws.calls.filter(({ operation }) => operation === 'RegisterScalableTarget');
    expect(registered.map(({ input }) => input)).toEqual([
      expect.objectContaining({
        ResourceId: 'service/main/api',
        SuspendedState: {
          DynamicScalingInSuspended: true,
          DynamicScalingOutSuspended: true,
          ScheduledScalingSuspended: true,
        },
      }),
    ]);
  });

  it('move the count when they are set', async () => {
    const { fleet, service } = ecsBench([{ service: 'api', bounds: { ...BOUNDS, min: 0 }, desiredCount: 0 }]);
    await fleet.setBounds('api', { min: 2, max: 3, suspended: false });
    expect(service('api').desiredCount).toBe(2);
  });
});

it('setting the desired count changes nothing else', async () => {
  const { fleet, aws } = ecsBench([{ service: 'api' }]);
  await fleet.setDesiredCount('api', 1);
  expect(aws.calls.map(({ operation, input }) => [operation, input])).toEqual([
    ['UpdateService', { cluster: 'main', service: 'api', desiredCount: 1 }],
  ]);
});
