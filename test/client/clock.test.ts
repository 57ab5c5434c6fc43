import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../client/clock.ts';

describe("the machine's clock", () => {
  it('sleeps, and time goes on meanwhile', async () => {
    const before = systemClock.now();
    await systemClock.sleep(20);
    expect(systemClock.now()).toBeGreaterThan(before);
  });

  it('is woken by whoever gives up, with the reason', async () => {
    const caller = new AbortController();
    const asleep = systemClock.sleep(60_000, caller.signal);
    caller.abort(new RangeError('enough'));
    await expect(asleep).rejects.toThrow('enough');
    await expect(systemClock.sleep(60_000, caller.signal)).rejects.toThrow('enough');
  });

  it('does not take a year for no time at all', async () => {
    const caller = new AbortController();
    const year = systemClock.sleep(365 * 86_400_000, caller.signal).then(
      () => 'over',
      () => 'given up',
    );
    expect(await Promise.race([year, setTimeout(30, 'still asleep')])).toBe('still asleep');
    caller.abort();
    expect(await year).toBe('given up');
  });
});
