import { describe, expect, it } from 'vitest';
import { anApi } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';

const LEASE = '/services/api/leases/laptop';
const HOLD = '/services/api/hold';

describe('a heartbeat', () => {
  it('sets the end of the lease, also to an earlier one', async () => {
    const api = anApi(aControlPlane());
    await api.call('POST', '/services/api/wake', { body: { holder: 'laptop', leaseSeconds: 600 } });
    const { status, body } = await api.call('PUT', LEASE, { body: { leaseSeconds: 30 } });
    expect(status).toBe(200);
    expect(body.lease).toMatchObject({ holder: 'laptop', expiresAt: '2026-11-20T10:00:30.000Z' });
  });

  it('never wakes', async () => {
    const plane = aControlPlane();
    expect(await anApi(plane).call('PUT', LEASE)).toMatchObject({ status: 409, body: { code: 'service-asleep' } });
    expect(plane.fleet.writes('api')).toEqual([]);
  });
});

describe('the end of a lease', () => {
  it('is a kill by that holder', async () => {
    const api = anApi(aControlPlane());
    await api.call('POST', '/services/api/wake', { body: { holder: 'laptop' } });
    expect(await api.call('DELETE', LEASE)).toMatchObject({ status: 202, body: { status: 'killed' } });
  });

  it('that comes late ends nothing', async () => {
    const api = anApi(aControlPlane());
    const first = await api.call('POST', '/services/api/wake', { body: { holder: 'laptop' } });
    await api.call('DELETE', LEASE);
    await api.call('POST', '/services/api/wake', { body: { holder: 'laptop' } });
    const late = await api.call('DELETE', `${LEASE}?generation=${first.body.lease.generation}`);
    expect(late).toMatchObject({ status: 200, body: { status: 'released', leases: null } });
    expect(await api.call('DELETE', LEASE)).toMatchObject({ status: 202, body: { status: 'killed' } });
  });

  it('with the generation that the wake answered ends the session, renewed or not', async () => {
    const api = anApi(aControlPlane());
    const { body } = await api.call('POST', '/services/api/wake', { body: { holder: 'laptop' } });
    await api.call('PUT', LEASE);
    await api.call('POST', '/services/api/wake', { body: { holder: 'laptop' } });
    const left = await api.call('DELETE', `${LEASE}?generation=${body.lease.generation}`);
    expect(left).toMatchObject({ status: 202, body: { status: 'killed' } });
  });
});

describe('a hold', () => {
  const body = { intent: 'awake', until: '2026-11-20T12:00:00Z', reason: 'a demo' };

  it('is shown with who and why until it is lifted', async () => {
    const api = anApi(aControlPlane());
    const { body: held } = await api.call('PUT', HOLD, { body });
    expect(held.held).toEqual({ intent: 'awake', until: '2026-11-20T12:00:00.000Z', by: 'local', reason: 'a demo' });
    expect(await api.call('DELETE', HOLD)).toMatchObject({ status: 204, body: undefined });
    expect((await api.call('GET', '/services/api')).body.held).toBeNull();
  });

  it('awake keeps a kill from putting it to sleep', async () => {
    const api = anApi(aControlPlane());
    await api.call('PUT', HOLD, { body });
    const { status, body: killed } = await api.call('POST', '/services/api/kill');
    expect({ status, ...killed }).toMatchObject({ status: 'released', message: 'held awake: a demo' });
  });
});
