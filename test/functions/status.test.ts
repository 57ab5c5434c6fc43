import { describe, expect, it } from 'vitest';
import { anApi } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { SECOND, T0 } from '../support/virtual-clock.ts';

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
  });

  it('shows what no calendar has as unknown', async () => {
    const plane = aControlPlane({ api: {} });
    const api = anApi(plane);
    plane.activity.report('api', { measuredAt: T0, inUse: false, lastUseAt: null, lastActivityAt: 1e23 });
    const { status, body } = await api.call('GET', '/services/api/decision');
    expect({ status, at: body.evidence.measurement.lastActivityAt }).toEqual({ status: 200, at: null });
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
