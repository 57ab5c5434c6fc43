import { describe, expect, it } from 'vitest';
import { systemClock } from '#shared/adapters/system-clock.ts';

describe('system clock', () => {
  it('sleeps at least as long as asked', async () => {
    const clock = systemClock();
    const before = clock.now();
    await clock.sleep(50);
    expect(clock.now() - before).toBeGreaterThanOrEqual(49); // timers and the clock round apart
  });

  it('wakes with the reason when the sleep is aborted', async () => {
    const controller = new AbortController();
    const sleep = systemClock().sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
  });

  it('does not begin to sleep once aborted', async () => {
    await expect(systemClock().sleep(60_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
