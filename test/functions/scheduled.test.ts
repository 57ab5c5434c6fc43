import { describe, expect, it } from 'vitest';
import { nightlyKillEndpoint } from '../../functions/nightly-kill/endpoint.ts';
import { sleepEndpoint } from '../../functions/sleep/endpoint.ts';
import { taskEventEndpoint } from '../../functions/task-events/endpoint.ts';
import { anApi } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { HOUR, MINUTE } from '../support/virtual-clock.ts';

describe('the functions that nobody calls over HTTP', () => {
  it('the tick throws when a part of it fails, so that somebody is told', async () => {
    const plane = aControlPlane();
    plane.fleet.before = () => {
      throw new Error('no answer');
    };
    await expect(sleepEndpoint(plane)()).rejects.toThrow();
  });

  it('a task event makes it look anew', async () => {
    const plane = aControlPlane({ api: { bootMs: 0 } });
    await anApi(plane).call('POST', '/services/api/wake');
    await taskEventEndpoint(plane)({ service: 'api', lastStatus: 'RUNNING' });
    expect((await plane.record()).readyAt).toBe(plane.clock.now());
  });

  it.for([undefined, {}, { service: 5 }, { service: '../x' }])('a task event %j is refused', async (event) => {
    await expect(async () => taskEventEndpoint(aControlPlane())(event)).rejects.toThrow();
  });

  it('the nightly kill ends what was awake at the instant that it was meant for', async () => {
    const plane = aControlPlane();
    await anApi(plane).call('POST', '/services/api/wake', { body: { leaseSeconds: 86_400 } });
    plane.clock.advance(13 * HOUR + MINUTE);
    await nightlyKillEndpoint(plane)({ time: '2026-11-20T23:00:00Z' });
    expect(plane.fleet.desiredCount('api')).toBe(0);
  });

  it('the nightly kill refuses an event without an instant', async () => {
    await expect(async () => nightlyKillEndpoint(aControlPlane())({ time: 'tonight' })).rejects.toThrow();
  });
});
