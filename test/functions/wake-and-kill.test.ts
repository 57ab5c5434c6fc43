import { describe, expect, it } from 'vitest';
import { tick } from '#shared/usecases/tick.ts';
import { wakeReply } from '#shared/http/session-replies.ts';
import { anApi, type Answer } from '../support/api.ts';
import { aControlPlane } from '../support/control-plane.ts';
import { aLease, anAsleepRecord, aRecord, aPolicy } from '../support/builders.ts';
import { SECOND, T0 } from '../support/virtual-clock.ts';

const aHouse = (seeds: Parameters<typeof aControlPlane>[0] = { api: { bootMs: 30 * SECOND } }) => {
  const plane = aControlPlane(seeds);
  const api = anApi(plane);
  const wake = (body: object = {}): Promise<Answer> => api.call('POST', '/services/api/wake', { body });
  const kill = (body: object = {}): Promise<Answer> => api.call('POST', '/services/api/kill', { body });
  const untilReady = (): Promise<Answer> =>
    api.call('GET', '/services/api?wait=25').then(() => api.call('GET', '/services/api?wait=25'));
  return { plane, api, wake, kill, untilReady };
};

describe('wake', () => {
  it('answers 202 waking, where to ask, and when', async () => {
    const { wake } = aHouse();
    const { status, headers, body } = await wake({ holder: 'laptop', leaseSeconds: 60 });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe('/services/api');
    expect(headers.get('retry-after')).toBe('60');
    expect(body).toMatchObject({
      service: 'api',
      state: 'waking',
      generation: 2,
      desiredCount: 1,
      runningCount: null,
      endpoint: null,
      lease: { holder: 'laptop', expiresAt: '2026-11-20T10:01:00.000Z' },
      estimatedReadyAt: '2026-11-20T10:01:00.000Z',
      estimatedStartTime: '2026-11-20T10:01:00.000Z',
      reason: 'woken by laptop',
      status: 'waking',
      message: 'starting; ready in about 60 s',
    });
  });

  it('answers starting to whoever joins before it is ready, and already_running after', async () => {
    const { plane, wake } = aHouse();
    await wake();
    plane.clock.advance(10 * SECOND);
    expect(await wake({ holder: 'other' })).toMatchObject({
      status: 202,
      body: { status: 'starting', state: 'waking' },
    });
    plane.clock.advance(25 * SECOND);
    const ready = await wake({ holder: 'third' });
    expect(ready).toMatchObject({ status: 200, body: { status: 'already_running', state: 'ready', message: 'ready' } });
    expect(ready.body.endpoint).toEqual({ host: '10.0.0.1', port: 8080, url: null });
    expect(ready.headers.get('retry-after')).toBeNull();
    expect(plane.fleet.writes('api')).toHaveLength(1);
  });

  it('computes Retry-After from the boots that it has seen', async () => {
    const { plane, wake, kill, untilReady } = aHouse();
    await wake();
    await untilReady();
    await kill();
    plane.clock.advance(10 * SECOND);
    const seconds = Number((await wake()).headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThan(36);
  });

  it('gives a caller without a holder the name of its key and address', async () => {
    const { wake } = aHouse();
    expect((await wake()).body.lease.holder).toBe('local@unknown');
  });

  it('is refused 409 while the service is held asleep, with the time that is left', async () => {
    const { api, wake, plane } = aHouse();
    const body = { intent: 'asleep', until: '2026-11-20T10:10:00Z', reason: 'maintenance' };
    await api.call('PUT', '/services/api/hold', { body });
    const refused = await wake();
    expect(refused).toMatchObject({ status: 409, body: { code: 'held' } });
    expect(refused.body.detail).toContain('maintenance');
    expect(refused.headers.get('retry-after')).toBe('600');
    expect(plane.fleet.desiredCount('api')).toBe(0);
  });

  it('is refused 409 after too many failed starts, unless it is forced', async () => {
    const { plane, wake, api } = aHouse({ api: { bootMs: Infinity, crashAfterMs: SECOND } });
    await wake();
    for (let round = 0; round < 4; round += 1) {
      plane.clock.advance(5 * SECOND);
      await tick(plane)();
    }
    const refused = await wake();
    expect(refused).toMatchObject({ status: 409, body: { code: 'failing' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const { body } = await api.call('GET', '/services/api');
    expect(body.failure).toMatchObject({
      code: 'EssentialContainerExited',
      message: 'Essential container in task exited',
    });
    expect(await wake({ force: true })).toMatchObject({ status: 202, body: { status: 'waking' } });
  });
});

describe('the first start of a new task definition', () => {
  it.each([
    ['api:1', 'api:1', 'starting; ready in about 60 s'],
    ['api:1', 'api:2', 'starting; ready in about 60 s; the first start of a new task definition'],
    [null, 'api:2', 'starting; ready in about 60 s'],
  ])('is told to who wakes it: %s was ready, %s starts', (provenWith, taskDefinition, message) => {
    const shown = {
      managed: { service: 'api', policy: aPolicy(), taskDefinition },
      record: { value: aRecord({ provenWith }) },
      sighting: null,
    };
    const answer = wakeReply({ ...shown, lease: aLease(), did: 'woken' }, { now: T0, chance: 0 });
    expect(answer.body).toMatchObject({ status: 'waking', message });
  });
});

describe('a wake that was overtaken by a forced kill', () => {
  it('says so, and does not claim that anything starts', () => {
    const shown = {
      managed: { service: 'api', policy: aPolicy(), taskDefinition: 'api:1' },
      record: { value: anAsleepRecord({ reason: 'forced by olga' }) },
      sighting: null,
    };
    const answer = () => wakeReply({ ...shown, lease: aLease(), did: 'joined' }, { now: T0, chance: 0 });
    expect(answer).toThrow(/put to sleep again at once: forced by olga/);
  });
});

describe('kill', () => {
  it('answers 202 killed to the last one', async () => {
    const { wake, kill } = aHouse();
    await wake({ holder: 'laptop' });
    const { status, body } = await kill({ holder: 'laptop' });
    expect({ status, ...body }).toMatchObject({ status: 'killed', state: 'stopping', desiredCount: 0, leases: 0 });
    expect(status).toBe(202);
  });

  it('answers 200 released, and how many remain, while others hold it', async () => {
    const { wake, kill, plane } = aHouse();
    await wake({ holder: 'laptop' });
    await wake({ holder: 'phone' });
    const { status, body } = await kill({ holder: 'laptop' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'released', leases: 1, message: '1 other lease remains' });
    expect(plane.fleet.desiredCount('api')).toBe(1);
  });

  it('answers 200 killed about a sleeper', async () => {
    const { kill } = aHouse();
    expect(await kill()).toMatchObject({ status: 200, body: { status: 'killed', state: 'asleep', desiredCount: 0 } });
  });

  it('ends everybody when it is forced', async () => {
    const { wake, kill } = aHouse();
    await wake({ holder: 'laptop' });
    await wake({ holder: 'phone' });
    expect(await kill({ force: true })).toMatchObject({ status: 202, body: { status: 'killed' } });
  });

  it('does nothing when it comes after the session it means', async () => {
    const { plane, wake, kill } = aHouse();
    const first = (await wake({ holder: 'laptop' })).body.lease.generation;
    await kill({ holder: 'laptop' });
    await wake({ holder: 'laptop' });
    const late = await kill({ holder: 'laptop', generation: first });
    expect(late).toMatchObject({ status: 200, body: { status: 'released' } });
    expect(late.body.message).toContain('late');
    expect(plane.fleet.desiredCount('api')).toBe(1);
  });
});

describe('the addresses without a service', () => {
  it('mean the only one there is', async () => {
    const { api } = aHouse();
    expect(await api.call('POST', '/wake')).toMatchObject({ status: 202, body: { service: 'api', status: 'waking' } });
    expect(await api.call('POST', '/kill')).toMatchObject({ status: 202, body: { service: 'api', status: 'killed' } });
  });

  it.for(['service', 'serviceName', 'service_name'])('take %s, and pass over what they do not know', async (name) => {
    const { api } = aHouse({ api: {}, other: {} });
    const body = { [name]: 'other', cluster_name: 'fluidity', clusterName: null };
    expect(await api.call('POST', '/wake', { body })).toMatchObject({ status: 202, body: { service: 'other' } });
  });

  it('ask for a name when there are several', async () => {
    const { api } = aHouse({ api: {}, other: {} });
    const refused = await api.call('POST', '/wake', { body: { service: '' } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-input', field: 'service' } });
  });

  it('mean the default one, where there is one', async () => {
    const plane = aControlPlane({ api: {}, other: {} });
    const api = anApi({ ...plane, settings: { ...plane.settings, defaultService: 'other' } });
    expect(await api.call('POST', '/kill')).toMatchObject({ status: 200, body: { service: 'other' } });
  });
});
