import { describe, expect, it } from 'vitest';
import { anApi } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { HOUR, SECOND, T0 } from '../support/virtual-clock.ts';

describe('status', () => {
  it('is answered at once without wait', async () => {
    const plane = aControlPlane({ api: {} });
    const { status, body } = await anApi(plane).call('GET', '/services/api');
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'asleep', status: null, lease: null, leases: 0, endpoint: null, held: null });
    expect(plane.clock.now()).toBe(T0);
  });

  it('waits until the service is ready', async () => {
    const plane = aControlPlane({ api: { bootMs: 10 * SECOND } });
    const api = anApi(plane);
    await api.call('POST', '/services/api/wake', { body: { holder: 'laptop' } });
    const { body } = await api.call('GET', '/services/api?wait=25&holder=laptop');
    expect(body).toMatchObject({ state: 'ready', lease: { holder: 'laptop' }, leases: 1 });
    expect(plane.clock.now() - T0).toBeLessThan(15 * SECOND);
  });

  it('waits no longer than it was told', async () => {
    const plane = aControlPlane({ api: { bootMs: 600 * SECOND } });
    const api = anApi(plane);
    await api.call('POST', '/services/api/wake');
    const { status, headers, body } = await api.call('GET', '/services/api?wait=5');
    expect({ status, state: body.state }).toEqual({ status: 200, state: 'waking' });
    expect(headers.get('retry-after')).toBe('55');
    expect(plane.clock.now() - T0).toBe(5 * SECOND);
  });

  it('ends the wait of a caller that has gone, and nothing is logged', async () => {
    const plane = aControlPlane({ api: { bootMs: 600 * SECOND } });
    const api = anApi(plane);
    await api.call('POST', '/services/api/wake');
    const gone = new AbortController();
    const clock = {
      ...plane.clock,
      sleep: async (ms: number, signal?: AbortSignal) => (gone.abort(), plane.clock.sleep(ms, signal)),
    };
    const { status } = await anApi({ ...plane, clock }).call('GET', '/services/api?wait=25', { signal: gone.signal });
    expect(status).toBe(200);
    expect(plane.telemetry.failures).toEqual([]);
  });
});

describe('the list', () => {
  it('pages through the services by name', async () => {
    const api = anApi(aControlPlane({ b: {}, c: {}, a: {} }));
    const first = await api.call('GET', '/services?limit=2');
    expect(first.body.services.map(({ service }: any) => service)).toEqual(['a', 'b']);
    expect(first.body.next).toBe('b');
    const second = await api.call('GET', `/services?limit=2&after=${first.body.next}`);
    expect(second.body).toMatchObject({ services: [{ service: 'c' }], next: null });
  });
});

describe('the decision', () => {
  it('tells what the next tick would do, why, and when that changes', async () => {
    const api = anApi(aControlPlane({ api: {} }));
    await api.call('POST', '/services/api/wake', { body: { leaseSeconds: 60 } });
    const { body } = await api.call('GET', '/services/api/decision');
    expect(body).toMatchObject({
      action: 'keep',
      because: 'leased',
      recheckAt: '2026-11-20T10:01:05.000Z',
      evidence: { leasedUntil: '2026-11-20T10:01:00.000Z', readyAt: null },
    });
    expect(body.changes).toEqual([
      { when: 'lease-ends', at: '2026-11-20T10:01:05.000Z', becomes: { action: 'keep', because: 'booting' } },
      { when: 'boot-limit', at: '2026-11-20T10:10:00.000Z', becomes: { action: 'keep', because: 'unknown' } },
      {
        when: 'unknown-limit',
        at: '2026-11-20T10:30:00.000Z',
        becomes: { action: 'drain', because: 'unknown-too-long' },
      },
      { when: 'nightly-kill', at: '2026-11-20T23:00:00.000Z', becomes: { action: 'force', because: 'nightly-kill' } },
      { when: 'leases-released', at: null, becomes: { action: 'keep', because: 'booting' } },
    ]);
  });

  it('shows what no calendar has as unknown', async () => {
    const plane = aControlPlane({ api: {} });
    const api = anApi(plane);
    plane.activity.report('api', { measuredAt: T0, inUse: false, lastUseAt: null, lastActivityAt: 1e23 });
    const { status, body } = await api.call('GET', '/services/api/decision');
    expect({ status, at: body.evidence.measurement.lastActivityAt }).toEqual({ status: 200, at: null });
  });
});

describe('the history', () => {
  it('pages through what happened, the newest first', async () => {
    const plane = aControlPlane({ api: {} });
    const api = anApi(plane);
    await api.call('POST', '/services/api/wake', { body: { holder: 'ada', reason: 'a test' } });
    plane.clock.advance(40 * SECOND);
    await api.call('GET', '/services/api');
    const first = await api.call('GET', '/services/api/history?limit=2');
    expect(first.body.history).toMatchObject([
      { did: 'ready', from: 'awake', to: 'awake', by: 'nightporter', generation: 2, boot: { runningMs: 30_000 } },
      { did: 'woken', from: 'asleep', to: 'awake', by: 'ada', reason: 'a test', boot: null },
    ]);
    const second = await api.call('GET', `/services/api/history?limit=2&after=${first.body.next}`);
    expect(second.body).toMatchObject({ history: [{ did: 'adopted', from: null, to: 'asleep' }], next: null });
  });
});

describe('an outage', () => {
  it('is a 500 that says nothing of itself, and is logged once', async () => {
    const plane = aControlPlane({ api: {} });
    plane.fleet.before = () => {
      throw new Error('arn:aws:iam::123456789012:role/secret');
    };
    const { status, headers, body } = await anApi(plane).call('GET', '/services/api');
    expect(status).toBe(500);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body.code).toBe('internal');
    expect(JSON.stringify(body)).not.toContain('arn');
    expect(plane.telemetry.failures).toMatchObject([{ name: 'request.failed', fields: { operationId: 'getService' } }]);
  });
});

describe('the schedule', () => {
  const MONDAY_EIGHT = '2026-11-23T08:00:00.000Z';

  it('is told with the service and in the list: what is on, and what comes next', async () => {
    const plane = aControlPlane({ api: { tags: { awake: 'Mon-Fri 08:00-18:00', asleep: 'Sat-Sun 00:00-24:00' } } });
    const api = anApi(plane);
    const first = await api.call('GET', '/services/api');
    expect(first.body.schedule).toEqual({ now: 'awake', next: { at: '2026-11-20T18:00:00.000Z', intent: null } });
    plane.clock.advance(8 * HOUR);
    const evening = { now: null, next: { at: '2026-11-21T00:00:00.000Z', intent: 'asleep' } };
    expect((await api.call('GET', '/services/api')).body.schedule).toEqual(evening);
    expect((await api.call('GET', '/services')).body.services).toMatchObject([{ schedule: evening }]);
    plane.clock.advance(6 * HOUR);
    expect((await api.call('POST', '/services/api/wake')).body.schedule).toEqual({
      now: 'asleep',
      next: { at: '2026-11-23T00:00:00.000Z', intent: null },
    });
  });

  it('is null for a service without windows, and has no next where it never changes', async () => {
    const api = anApi(aControlPlane({ free: {}, always: { tags: { awake: '00:00-24:00' } } }));
    expect((await api.call('GET', '/services/free')).body.schedule).toBeNull();
    expect((await api.call('GET', '/services/always')).body.schedule).toEqual({ now: 'awake', next: null });
    expect((await api.call('GET', '/services/free/decision')).body.schedule).toBeNull();
  });

  it('is what a decision about a sleeper rests on: woken now, or when the next window begins', async () => {
    const plane = aControlPlane({ api: { tags: { awake: 'Mon-Fri 08:00-18:00', asleep: '00:00-24:00' } } });
    const api = anApi(plane);
    expect((await api.call('GET', '/services/api/decision')).body).toMatchObject({
      action: 'wake',
      because: 'scheduled-awake',
      schedule: { now: 'awake', next: { at: '2026-11-20T18:00:00.000Z', intent: 'asleep' } },
      evidence: { refusedUntil: null },
    });
    plane.clock.advance(8 * HOUR);
    expect((await api.call('GET', '/services/api/decision')).body).toMatchObject({
      action: 'rest',
      because: 'asleep',
      recheckAt: MONDAY_EIGHT,
      schedule: { now: 'asleep', next: { at: MONDAY_EIGHT, intent: 'awake' } },
    });
  });
});
