import { describe, expect, it } from 'vitest';
import { heartbeat } from '#shared/usecases/heartbeat.ts';
import { status, type StatusOutcome } from '#shared/usecases/status.ts';
import { tick } from '#shared/usecases/tick.ts';
import { wake } from '#shared/usecases/wake.ts';
import { aHeartbeat, aStatus, aWake } from '../support/control-plane.ts';
import type { Container } from '../support/sim-aws/containers.ts';
import type { Seed } from '../support/sim-aws/machines.ts';
import { town, type Town } from '../support/sim-aws/town.ts';
import { MINUTE, SECOND } from '../support/virtual-clock.ts';

const BOUNDS = { min: 1, max: 3, suspended: false };
const NAME = 's00000';
const ask = aWake({ service: NAME });

/** One service, looked after by a tick a moment ago, and a container that knows which services there are. */
const ready = async (awake: 0 | 1, more: Partial<Seed> = {}): Promise<{ place: Town; wakes: Container }> => {
  const place = town({ services: 1, awake, leasesEach: 1, more });
  await tick(place.open('sleep'))();
  const wakes = place.open('wake');
  await wakes.directory.all();
  place.aws.recount();
  return { place, wakes };
};

const cost = async ({ aws }: Town, work: () => Promise<unknown>): Promise<number> => {
  aws.recount();
  await work();
  return aws.calls.length;
};

/** How many rounds one after the other: calls made at once count as one. */
const rounds = async (place: Town, work: () => Promise<unknown>): Promise<number> => {
  let count = 0;
  let isOpen = false;
  place.before = () => {
    if (!isOpen) count += 1;
    isOpen = true;
    return new Promise((resolve) => {
      setImmediate(() => {
        isOpen = false;
        resolve();
      });
    });
  };
  await work();
  place.before = () => undefined;
  return count;
};

describe('a joined wake, in calls of AWS', () => {
  it.each<[string, number, number, number, Partial<Seed>]>([
    ['is fresh', 0, 6, 3, {}],
    ['is stale', 3 * SECOND, 10, 5, {}],
    ['is stale, of a service with a scaler', 3 * SECOND, 10, 5, { bounds: BOUNDS }],
    ['is stale, of a service with private addresses', 3 * SECOND, 10, 5, { isPublic: false }],
  ])('what is known %s: after %d ms at most %d calls in %d rounds', async (_, afterMs, calls, inRounds, more) => {
    const counted = await ready(1, more);
    counted.place.clock.advance(afterMs);
    expect(await cost(counted.place, () => wake(counted.wakes)(ask))).toBeLessThanOrEqual(calls);
    expect(counted.place.aws.counts()['ecs UpdateService']).toBeUndefined();
    const timed = await ready(1, more);
    timed.place.clock.advance(afterMs);
    expect(await rounds(timed.place, () => wake(timed.wakes)(ask))).toBeLessThanOrEqual(inRounds);
  });

  it('costs the same when it only prolongs, and so does a heartbeat', async () => {
    const { place, wakes } = await ready(1);
    await wake(wakes)(ask);
    expect(await cost(place, () => wake(wakes)(ask))).toBeLessThanOrEqual(6);
    expect(await cost(place, () => heartbeat(wakes)(aHeartbeat({ service: NAME })))).toBeLessThanOrEqual(6);
  });
});

describe('a wake that starts a service, in calls of AWS', () => {
  it.each<[string, number, number, Partial<Seed>]>([
    ['plain', 9, 6, {}],
    ['autoscaled', 10, 7, { bounds: { min: 0, max: 3, suspended: true } }],
  ])('%s: at most %d calls in %d rounds, one of them UpdateService', async (_, calls, inRounds, more) => {
    const counted = await ready(0, more);
    expect(await cost(counted.place, () => wake(counted.wakes)(ask))).toBeLessThanOrEqual(calls);
    expect(counted.place.aws.counts()['ecs UpdateService']).toBe(1);
    const timed = await ready(0, more);
    expect(await rounds(timed.place, () => wake(timed.wakes)(ask))).toBeLessThanOrEqual(inRounds);
  });
});

describe('500 waiters, each in a container of its own', () => {
  const WAITERS = 500;
  const BOOT_MS = 60 * SECOND;
  /** Created, with an interface, activated, running, healthy. */
  const STEPS = 5;

  /** Asks again as long as nothing is settled. */
  const waitUntilReady = async (container: Container): Promise<readonly StatusOutcome[]> => {
    const answers: StatusOutcome[] = [];
    while (answers.at(-1)?.sighting?.observed.tasks[0]?.health !== 'HEALTHY') {
      if (answers.length > 10) throw new Error('never ready');
      answers.push(await status(container)(aStatus({ service: NAME, waitMs: 25 * SECOND })));
    }
    return answers;
  };

  it('stay inside the quotas while the service takes a minute to boot', { timeout: 2 * MINUTE }, async () => {
    const { place, wakes } = await ready(0, { paceMs: BOOT_MS / STEPS });
    await wake(wakes)(ask);
    const startedAt = place.clock.now();
    place.aws.recount();
    const waiting = Array.from({ length: WAITERS }, (_, index) => waitUntilReady(place.open('status', index + 1)));
    const answers = await Promise.all(waiting);
    const tookMs = place.clock.now() - startedAt;

    expect(place.aws.throttled).toEqual([]);
    expect(tookMs).toBeGreaterThanOrEqual(BOOT_MS);
    expect(tookMs).toBeLessThan(BOOT_MS + 25 * SECOND);
    // Three answers each: twice not yet, then ready.
    expect(answers.every(({ length }) => length === 3)).toBe(true);
    // One of all of them looks at ECS every three seconds, and each look is a handful of calls.
    const looks = place.aws.counts()['ecs DescribeServices'] ?? 0;
    expect(looks).toBeLessThanOrEqual(tookMs / (3 * SECOND) + 1);
    const toEcs = place.aws.calls.filter(({ service }) => service === 'ecs').length;
    expect(toEcs).toBeLessThanOrEqual(6 * looks);
    expect(place.aws.counts()['ecs UpdateService']).toBeUndefined();
  });
});
