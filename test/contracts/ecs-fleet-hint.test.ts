import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { ecsBench, TO_READY, type EcsBench } from '../support/ecs-bench.ts';
import { CRASH } from '../support/sim-aws/machines.ts';
import { HOUR, MINUTE } from '../support/virtual-clock.ts';

const byId = (observed: Observed): Observed => ({
  ...observed,
  tasks: observed.tasks.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
});

const liveIds = (observed: Observed | undefined): ReadonlySet<string> =>
  new Set(observed?.tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING').map(({ id }) => id));

const calls = async ({ aws }: EcsBench, work: () => Promise<unknown>): Promise<number> => {
  const before = aws.calls.length;
  await work();
  return aws.calls.length - before;
};

/** The scheduler of ECS follows within seconds. */
const scaledTo =
  (count: number) =>
  ({ aws, move }: EcsBench): void => {
    aws.machines.setDesired('main', 'api', count);
    move('api', 1);
  };

/** What may happen between two looks. */
const HAPPENINGS: Readonly<Record<string, (bench: EcsBench) => void>> = {
  'a step': ({ move }) => move('api', 1),
  'a few steps': ({ move }) => move('api', 4),
  'a crash': ({ aws }) => aws.machines.crash('api'),
  'scaled to nothing': scaledTo(0),
  'scaled to one': scaledTo(1),
  'scaled to three': scaledTo(3),
  'another build': ({ aws, service }) => {
    const { taskDefinition, build } = service('api');
    aws.deploy(service('api'), `${taskDefinition}1`, { port: 9000, hasHealthCheck: !build.hasHealthCheck });
  },
  'a deployment': ({ service, clock }) => void (service('api').deployingSince = clock.now()),
  'its end': ({ service }) => void (service('api').deployingSince = null),
  'other bounds': ({ aws }) => void aws.machines.setBounds('main', 'api', { min: 0, max: 5, suspended: true }),
  'another of its name': ({ aws, clock }) => {
    clock.advance(1);
    aws.machines.remove('main', 'api');
    aws.add({ service: 'api', desiredCount: 1, bounds: { min: 0, max: 3, suspended: false } });
  },
  'an address': ({ service }) => void (service('api').isAddressed = true),
  minutes: ({ clock }) => clock.advance(7 * MINUTE),
  'an hour': ({ clock }) => clock.advance(HOUR),
};

const happenings = fc.array(fc.constantFrom(...Object.keys(HAPPENINGS)), { maxLength: 6 });

describe('what was seen before', () => {
  it('changes nothing in the answer, whatever has happened since', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, happenings, happenings, async (...rounds) => {
        const bench = ecsBench([
          { service: 'api', desiredCount: 1, bounds: { min: 1, max: 3, suspended: false }, isAddressed: false },
        ]);
        let known: Observed | undefined;
        for (const round of rounds) {
          for (const name of round) HAPPENINGS[name]?.(bench);
          const hinted: Observed = await bench.observe('api', known);
          const plain = (await bench.restarted().observe(['api'])).get('api');
          const shown = new Set(hinted.tasks.map(({ id }) => id));
          const unseen = plain?.tasks.filter(({ id }) => !shown.has(id)) ?? [];
          // What came and went between two looks may stay unseen, but only as long as nothing new lives.
          const before = liveIds(known);
          const hasNew = [...liveIds(plain)].some((id) => !before.has(id));
          if (hasNew) expect(unseen).toEqual([]);
          expect(unseen.every(({ desiredStatus }) => desiredStatus === 'STOPPED')).toBe(true);
          expect(byId({ ...hinted, tasks: [...hinted.tasks, ...unseen] })).toEqual(plain && byId(plain));
          known = hinted;
        }
      }),
      { numRuns: 1_500, seed: 20_261_120 },
    );
  });

  it.each([
    ['that rests', 0, 1],
    ['that runs', 1, 2],
  ])('of a service %s saves most of the calls', async (_, desiredCount, hinted) => {
    const bench = ecsBench([{ service: 'api', desiredCount }]);
    bench.move('api', TO_READY);
    const known = await bench.observe('api');
    expect(await calls(bench, () => bench.observe('api', known))).toBeLessThanOrEqual(hinted);
    expect(await calls(bench, () => bench.restarted().observe(['api']))).toBeGreaterThan(hinted);
  });

  it('saves nothing of what went before it: a crash shows, with its replacement', async () => {
    const bench = ecsBench([{ service: 'api', desiredCount: 1 }]);
    bench.move('api', TO_READY);
    const known = await bench.observe('api');
    bench.service('api').fate = { ...CRASH, at: 'RUNNING' };
    bench.move('api', 6);
    const { tasks } = await bench.observe('api', known);
    expect(tasks.find(({ id }) => id === known.tasks[0]?.id)).toMatchObject({ stopCode: CRASH.stopCode });
    expect(tasks.length).toBeGreaterThan(1);
  });

  it('of another service is nobody’s', async () => {
    const bench = ecsBench([{ service: 'api', desiredCount: 1 }, { service: 'other' }]);
    bench.move('api', TO_READY);
    const api = await bench.observe('api');
    const observed = await bench.fleet.observe(['other'], new Map([['api', api]]));
    expect(observed.get('other')).toMatchObject({ desiredCount: 0, tasks: [] });
  });
});
