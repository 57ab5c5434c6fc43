import { expect, it } from 'vitest';
import { pace } from '#shared/adapters/aws/pace.ts';
import { T0, virtualClock } from '../support/virtual-clock.ts';

/** When each of so many calls, asked for at once, has its turn; in milliseconds from the first. */
const turns = async (count: number): Promise<readonly number[]> => {
  const clock = virtualClock();
  const turn = pace({ perSecond: 5, burst: 3 }, clock);
  const at: number[] = [];
  await Promise.all(Array.from({ length: count }, () => turn().then(() => at.push(clock.now() - T0))));
  return at;
};

it('lets a burst through at once, and the rest at the sustained rate', async () => {
  expect(await turns(3)).toEqual([0, 0, 0]);
  expect(await turns(6)).toEqual([0, 0, 0, 200, 400, 600]);
});

it('fills the bucket again as time passes, and no further than full', async () => {
  const clock = virtualClock();
  const turn = pace({ perSecond: 5, burst: 3 }, clock);
  await Promise.all([turn(), turn(), turn()]);
  clock.advance(400);
  await Promise.all([turn(), turn()]);
  expect(clock.slept).toEqual([]);
  await turn();
  expect(clock.slept).toEqual([200]);
  clock.advance(3_600_000);
  await Promise.all([turn(), turn(), turn(), turn()]);
  expect(clock.slept).toEqual([200, 200]);
});
