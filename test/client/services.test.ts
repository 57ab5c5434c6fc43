import { describe, expect, it } from 'vitest';
import { aClientBench, lost, trace, type ClientBench } from '../support/client-bench.ts';
import { SECOND, T0 } from '../support/virtual-clock.ts';

const UNTIL = new Date(T0 + 600 * SECOND);

/** The first answer to that method is lost on its way back. */
const loseFirst = (bench: ClientBench, method: string): void => {
  let isLost = false;
  bench.after = (request, answer) => {
    if (request.method !== method || isLost) return answer;
    isLost = true;
    return lost();
  };
};

describe('the status of a service', () => {
  it('is one request, and may be waited for', async () => {
    const { client, sent } = aClientBench();
    expect(await client.status('api')).toMatchObject({ service: 'api', state: 'asleep' });
    await client.wake('api', { wait: false, holder: 'laptop' });
    const ready = client.status('api', { waitSeconds: 25, holder: 'laptop' });
    expect(await ready).toMatchObject({ state: 'waking', lease: { holder: 'laptop' } });
    expect(trace(sent)).toEqual([
      'GET /services/api',
      'POST /services/api/wake',
      'GET /services/api?wait=25&holder=laptop',
    ]);
  });

  it('of all services comes page by page', async () => {
    const names = Array.from({ length: 205 }, (_, index) => `service-${String(index).padStart(3, '0')}`);
    const { client, sent } = aClientBench(Object.fromEntries(names.map((name) => [name, {}])));
    expect((await client.services()).map(({ service }) => service)).toEqual(names);
    expect(trace(sent)).toEqual([
      'GET /services',
      'GET /services?after=service-099',
      'GET /services?after=service-199',
    ]);
  });

  it.each([
    ['leads back to itself', { services: [], next: 'api' }],
    ['is no list', { services: {}, next: null }],
  ])('is given up when a list %s', async (_, page) => {
    const bench = aClientBench();
    bench.before = () => Response.json(page);
    await expect(bench.client.services()).rejects.toMatchObject({ reason: 'unexpected-answer' });
    expect(bench.sent.length).toBeLessThanOrEqual(2);
  });

  it('is explained by the next decision', async () => {
    const { client } = aClientBench();
    await client.wake('api', { holder: 'laptop' });
    const { action, because, evidence } = await client.decision('api');
    expect({ action, because }).toEqual({ action: 'keep', because: 'leased' });
    expect(evidence.leasedUntil).not.toBeNull();
  });

  it('is followed by its history, a page at a time', async () => {
    const { client } = aClientBench();
    await client.wake('api', { holder: 'laptop' });
    const { history, next } = await client.history('api', { limit: 1 });
    expect(history).toMatchObject([{ did: 'ready' }]);
    const older = await client.history('api', { after: next ?? '' });
    expect(older.history.map(({ did }) => did)).toEqual(['woken', 'adopted']);
    expect(older.next).toBeNull();
  });
});

describe('a kill', () => {
  it('without a generation is not repeated when nobody knows whether it was done', async () => {
    const bench = aClientBench();
    await bench.client.wake('api', { holder: 'laptop' });
    loseFirst(bench, 'POST');
    const work = bench.client.kill('api', { holder: 'laptop' });
    await expect(work).rejects.toMatchObject({ reason: 'unreachable' });
    expect(trace(bench.sent).filter((line) => line.endsWith('/kill'))).toHaveLength(1);
  });

  it('by force is not repeated either: somebody may have woken the service since', async () => {
    const bench = aClientBench();
    const { lease } = await bench.client.wake('api');
    loseFirst(bench, 'POST');
    const work = bench.client.kill('api', { force: true, generation: lease?.generation });
    await expect(work).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it('with a generation is repeated', async () => {
    const bench = aClientBench();
    const { lease } = await bench.client.wake('api', { holder: 'laptop' });
    loseFirst(bench, 'POST');
    const killed = await bench.client.kill('api', { holder: 'laptop', generation: lease?.generation });
    expect(killed).toMatchObject({ status: 'killed' });
  });

  it('that was throttled has not been done, and is repeated in any case', async () => {
    const bench = aClientBench();
    await bench.client.wake('api', { holder: 'laptop' });
    let throttles = 2;
    bench.before = () => {
      throttles -= 1;
      return throttles < 0 ? undefined : new Response('', { status: 429, headers: { 'retry-after': '1' } });
    };
    expect(await bench.client.kill('api', { holder: 'laptop' })).toMatchObject({ status: 'killed' });
  });
});

describe('a hold', () => {
  it('is set until an instant, and lifted', async () => {
    const { client, plane, sent } = aClientBench();
    const held = await client.hold('api', { intent: 'awake', until: UNTIL, reason: 'a demo' });
    expect(held.held).toMatchObject({ intent: 'awake', until: UNTIL.toISOString(), reason: 'a demo' });
    expect(await client.unhold('api')).toBeUndefined();
    expect((await plane.record()).hold).toBeNull();
    await client.hold('api', { intent: 'asleep', until: '2026-11-20T12:00:00+01:00', reason: 'by hand' });
    expect(sent.at(-1)?.body.until).toBe('2026-11-20T12:00:00+01:00');
  });

  it('until no instant is not sent', async () => {
    const { client, sent } = aClientBench();
    const work = client.hold('api', { intent: 'awake', until: new Date(NaN), reason: 'a demo' });
    await expect(work).rejects.toMatchObject({ reason: 'invalid-input', field: 'until' });
    expect(sent).toEqual([]);
  });

  it('is repeated when its answer was lost', async () => {
    const bench = aClientBench();
    loseFirst(bench, 'PUT');
    expect(await bench.client.hold('api', { intent: 'awake', until: UNTIL, reason: 'a demo' })).toMatchObject({
      held: { intent: 'awake' },
    });
    loseFirst(bench, 'DELETE');
    await bench.client.unhold('api');
  });
});
