import { describe, expect, it } from 'vitest';
import { NightporterError, type WakeProgress } from '../../client/nightporter-client.ts';
import { aClientBench, lost, trace, type ClientBench } from '../support/client-bench.ts';
import { anApi } from '../support/api.ts';
import { SECOND, T0 } from '../support/virtual-clock.ts';

const aHouse = (bootSeconds = 30): ClientBench => aClientBench({ api: { bootMs: bootSeconds * SECOND } });

const failureOf = async (work: Promise<unknown>): Promise<NightporterError> => {
  const outcome = await work.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (outcome instanceof NightporterError) return outcome;
  throw new Error(`no failure, but ${String(outcome)}`, { cause: outcome });
};

/** Runs when the clock has come that far. */
const at = (bench: ClientBench, seconds: number, work: () => unknown): void => {
  void bench.plane.clock.sleep(seconds * SECOND).then(work);
};

describe('a wake', () => {
  it('hears of a service that takes 30 s within two seconds, in three requests', async () => {
    const { client, sent, seconds } = aHouse(30);
    const service = await client.wake('api', { holder: 'laptop', reason: 'a demo', leaseSeconds: 600 });
    expect(service).toMatchObject({ state: 'ready', lease: { holder: 'laptop' }, reason: 'a demo' });
    const look = 'GET /services/api?wait=25&holder=laptop';
    expect(trace(sent)).toEqual(['POST /services/api/wake', look, look]);
    expect(sent[0]?.body).toEqual({ holder: 'laptop', reason: 'a demo', leaseSeconds: 600 });
    expect(seconds()).toBeGreaterThanOrEqual(30);
    expect(seconds()).toBeLessThan(32);
  });

  it.each([
    [0, 2],
    [10, 2],
    [25, 3],
    [30, 4],
    [60, 4],
    [120, 7],
    [270, 13],
  ])('of a service that takes %i s needs at most %i requests, and no more once that is known', async (boot, most) => {
    const { client, sent, seconds, plane } = aHouse(boot);
    const { lease } = await client.wake('api', { holder: 'laptop' });
    expect(sent.length).toBeLessThanOrEqual(most);
    expect(seconds()).toBeLessThan(boot + 6);

    await client.kill('api', { holder: 'laptop', generation: lease?.generation });
    plane.clock.advance(20 * SECOND);
    const [before, since] = [sent.length, seconds()];
    await client.wake('api', { holder: 'laptop' });
    expect(sent.length - before).toBeLessThanOrEqual(Math.min(most, 7));
    expect(seconds() - since).toBeLessThan(boot + 5);
  });

  it('of a service that is ready is one request', async () => {
    const { client, sent } = aHouse();
    await client.wake('api', { holder: 'ada' });
    const before = sent.length;
    expect(await client.wake('api', { holder: 'bob' })).toMatchObject({ state: 'ready', status: 'already_running' });
    expect(sent.length - before).toBe(1);
  });

  it('tells how far it has come, and how long it should still take', async () => {
    const { client } = aHouse(30);
    const told: WakeProgress[] = [];
    await client.wake('api', { onProgress: (progress) => told.push(progress) });
    expect(told.map(({ phase, expectedInMs }) => [phase, expectedInMs])).toEqual([
      ['waking', 60 * SECOND],
      ['waking', 35 * SECOND],
      ['ready', null],
    ]);
    expect(told[0]?.waitedMs).toBe(0);
    expect(told[2]?.waitedMs).toBeGreaterThanOrEqual(30 * SECOND);
  });

  it('without a holder goes on under the name that the server gave it', async () => {
    const { client, sent } = aHouse();
    const { lease } = await client.wake('api');
    expect(lease?.holder).toBe('local@unknown');
    expect(sent[1]?.path).toContain('holder=local%40unknown');
  });

  it('that is not to wait answers at once', async () => {
    const { client, sent } = aHouse();
    expect(await client.wake('api', { wait: false })).toMatchObject({ state: 'waking', lease: { generation: 2 } });
    expect(sent).toHaveLength(1);
  });

  it('renews a lease that is shorter than the boot, and never wakes twice', async () => {
    const { client, sent, plane } = aHouse(60);
    const { lease } = await client.wake('api', { holder: 'laptop', leaseSeconds: 30 });
    expect(Date.parse(lease?.expiresAt ?? '')).toBeGreaterThan(plane.clock.now() + 15 * SECOND);
    const told = trace(sent);
    expect(told.filter((line) => line.startsWith('POST'))).toHaveLength(1);
    expect(told).toContain('PUT /services/api/leases/laptop');
    expect(plane.fleet.writes('api')).toHaveLength(1);
  });

  it('takes its lease again when it ran out just before the service was ready', async () => {
    const bench = aClientBench({ api: { bootMs: 30 * SECOND, tags: { lease: '10s' } } });
    const { lease } = await bench.client.wake('api', { holder: 'laptop' });
    expect(lease).toMatchObject({ holder: 'laptop' });
    expect(trace(bench.sent).at(-1)).toBe('PUT /services/api/leases/laptop');
  });
});

describe('a wake that comes to nothing', () => {
  it('of a service that dies at every start fails soon after the third time, with the reason', async () => {
    const bench = aClientBench({ api: { bootMs: 30 * SECOND, crashAfterMs: 5 * SECOND } });
    bench.keepTicking(2);
    const phases = new Set<string>();
    const work = bench.client.wake('api', { onProgress: ({ phase }) => phases.add(phase) });
    const error = await failureOf(work);
    expect(error).toMatchObject({ reason: 'failing', service: { failure: { count: 3 } } });
    expect(error.message).toBe('failed to start: Essential container in task exited');
    expect(bench.seconds()).toBeLessThan(15 + 5);
    expect(bench.sent.length).toBeLessThanOrEqual(4);

    const again = await failureOf(bench.client.wake('api'));
    expect(again).toMatchObject({ reason: 'failing', status: 409, code: 'failing' });
    expect(again.retryAfterMs).toBeGreaterThan(0);
  });

  it('is told by whom it is held, in one request', async () => {
    const { client, sent } = aHouse();
    await client.hold('api', { intent: 'asleep', until: new Date(T0 + 600 * SECOND), reason: 'maintenance' });
    const error = await failureOf(client.wake('api'));
    expect(error).toMatchObject({ reason: 'held', status: 409, retryAfterMs: 600 * SECOND });
    expect(error.message).toContain('maintenance');
    expect(sent).toHaveLength(2);
  });

  it('says so when somebody holds the service asleep while it starts', async () => {
    const bench = aHouse(120);
    const until = new Date(T0 + 3_600 * SECOND);
    at(bench, 40, () => bench.another().hold('api', { intent: 'asleep', until, reason: 'fire' }));
    const error = await failureOf(bench.client.wake('api'));
    expect(error).toMatchObject({ reason: 'held', service: { held: { reason: 'fire' } } });
    expect(bench.seconds()).toBeLessThan(45);
  });

  it('says so when somebody forces the service asleep, and does not wake it again', async () => {
    const bench = aHouse(60);
    at(bench, 20, () => bench.another().kill('api', { force: true, reason: 'out of money' }));
    const error = await failureOf(bench.client.wake('api', { leaseSeconds: 30 }));
    expect(error).toMatchObject({ reason: 'asleep', message: 'put to sleep: out of money' });
    expect(await bench.plane.record()).toMatchObject({ intent: 'asleep' });
  });

  it('does not take a failure from before the wake for the reason', async () => {
    const bench = aClientBench({ api: { bootMs: 30 * SECOND, crashAfterMs: 5 * SECOND } });
    bench.keepTicking(2);
    await failureOf(bench.client.wake('api'));
    bench.plane.fleet.behave('api', { bootMs: 600 * SECOND, crashAfterMs: null });
    at(bench, 20, () => bench.another().kill('api', { force: true, reason: 'out of money' }));
    const error = await failureOf(bench.client.wake('api', { force: true }));
    expect(error).toMatchObject({ reason: 'asleep', service: { failure: { count: 3 } } });
  });

  it('ends when its time is over, with what is known, and keeps its lease', async () => {
    const bench = aHouse(120);
    const error = await failureOf(bench.client.wake('api', { holder: 'laptop', timeoutMs: 40 * SECOND }));
    expect(error).toMatchObject({ reason: 'timed-out', service: { state: 'waking' } });
    expect(error.message).toMatch(/^not ready after 40 s: starting/);
    expect(bench.seconds()).toBeGreaterThan(36);
    expect(bench.seconds()).toBeLessThanOrEqual(40);
    expect(await bench.client.status('api', { holder: 'laptop' })).toMatchObject({ lease: { holder: 'laptop' } });
  });

  it('gives its lease back when it was told to', async () => {
    const bench = aHouse(120);
    const options = { holder: 'laptop', timeoutMs: 40 * SECOND, releaseOnFailure: true };
    await failureOf(bench.client.wake('api', options));
    expect(bench.sent.at(-1)?.body).toMatchObject({ holder: 'laptop', generation: 2 });
    expect(await bench.plane.record()).toMatchObject({ intent: 'asleep' });
  });

  it.each([
    ['before the service has answered', 0.1],
    ['between two questions', 10],
    ['while the server waits', 30],
  ])('ends at once when it is aborted %s, and gives its lease back', async (_, seconds) => {
    const bench = aHouse(120);
    const { clock } = bench.plane;
    bench.after = async (_request, answer) => {
      await clock.sleep(200);
      return answer;
    };
    const caller = new AbortController();
    at(bench, seconds, () => caller.abort());
    const options = { holder: 'laptop', signal: caller.signal, releaseOnFailure: true };
    expect(await failureOf(bench.client.wake('api', options))).toMatchObject({ reason: 'aborted' });
    expect(bench.seconds()).toBeLessThan(seconds + 1);
    expect(await bench.plane.record()).toMatchObject({ intent: 'asleep' });
  });

  it('sends nothing when it is aborted beforehand', async () => {
    const { client, sent } = aHouse();
    expect(await failureOf(client.wake('api', { signal: AbortSignal.abort() }))).toMatchObject({ reason: 'aborted' });
    expect(sent).toEqual([]);
  });

  it.each([
    ['api', { apiKey: 'wrong' }, 'unauthorized', 401],
    ['nobody', {}, 'not-found', 404],
  ])('is refused once: %s %j is %s', async (service, options, reason, status) => {
    const bench = aHouse();
    const error = await failureOf(bench.another(options).wake(service));
    expect(error).toMatchObject({ reason, status });
    expect(bench.sent).toHaveLength(1);
  });

  it('is refused what its key may not do', async () => {
    const bench = aHouse();
    const narrow = anApi(bench.plane, { services: ['other'] });
    const error = await failureOf(bench.another({ fetch: narrow.fetch }).wake('api'));
    expect(error).toMatchObject({ reason: 'forbidden', status: 403, code: 'forbidden' });
  });

  it('is refused a value that the API does not take, and told which', async () => {
    const { client } = aHouse();
    const error = await failureOf(client.wake('api', { leaseSeconds: 5 }));
    expect(error).toMatchObject({ reason: 'invalid-input', status: 400, field: 'leaseSeconds' });
  });
});

describe('a wake on a bad network', () => {
  it('is repeated when its answer was lost, and the service starts once', async () => {
    const bench = aHouse();
    let isLost = false;
    bench.after = ({ method }, answer) => {
      if (method !== 'POST' || isLost) return answer;
      isLost = true;
      return lost();
    };
    expect(await bench.client.wake('api')).toMatchObject({ state: 'ready' });
    expect(trace(bench.sent).slice(0, 2)).toEqual(['POST /services/api/wake', 'POST /services/api/wake']);
    expect(bench.plane.fleet.writes('api')).toHaveLength(1);
  });

  it('survives a network that is away for a minute after the first answer', async () => {
    const bench = aHouse(30);
    bench.before = ({ at: sentAt }) => (sentAt > T0 && sentAt < T0 + 60 * SECOND ? lost() : undefined);
    expect(await bench.client.wake('api')).toMatchObject({ state: 'ready' });
    expect(bench.seconds()).toBeLessThan(85);
  });

  it('ends with its time when the network stays away, and says what was wrong', async () => {
    const bench = aHouse(30);
    bench.before = ({ at: sentAt }) => (sentAt > T0 ? lost() : undefined);
    const error = await failureOf(bench.client.wake('api', { timeoutMs: 90 * SECOND }));
    expect(error).toMatchObject({ reason: 'timed-out', service: { state: 'waking' } });
    expect(error.message).toBe('not ready after 90 s: no answer from http://localhost: ECONNRESET');
    expect(bench.seconds()).toBeGreaterThan(80);
  });

  it('gives up an address that never answered long before its time', async () => {
    const bench = aHouse();
    bench.before = lost;
    expect(await failureOf(bench.client.wake('api'))).toMatchObject({ reason: 'unreachable', service: null });
    expect(bench.seconds()).toBeLessThanOrEqual(30);
    expect(bench.seconds()).toBeGreaterThan(20);
  });

  it.each([
    ['none', null],
    ['an absurd one', '999999999'],
    ['words', 'soon'],
  ])('finds its own pace when it is told %s for Retry-After', async (_, value) => {
    const bench = aHouse(30);
    bench.after = (_request, answer) => {
      const headers = new Headers(answer.headers);
      headers.delete('retry-after');
      if (value !== null) headers.set('retry-after', value);
      return new Response(answer.body, { status: answer.status, headers });
    };
    expect(await bench.client.wake('api')).toMatchObject({ state: 'ready' });
    expect(bench.sent.length).toBeLessThanOrEqual(4);
    expect(bench.seconds()).toBeLessThan(90);
  });

  it('does not ask in a loop a server that answers at once although it was asked to wait', async () => {
    const bench = aHouse(30);
    const { client } = bench;
    const waking = await client.wake('api', { wait: false });
    const before = bench.sent.length;
    bench.before = ({ method }) => (method === 'GET' ? Response.json({ ...waking, lease: null }) : undefined);
    expect(await failureOf(client.wake('api', { timeoutMs: 60 * SECOND }))).toMatchObject({ reason: 'timed-out' });
    expect(bench.sent.length - before).toBeLessThanOrEqual(62);
  });

  it('is not moved by a server whose clock is a day off', async () => {
    const bench = aHouse(30);
    const another = bench.another({
      clock: { now: () => bench.plane.clock.now() - T0, sleep: bench.plane.clock.sleep },
    });
    expect(await another.wake('api', { leaseSeconds: 60 })).toMatchObject({ state: 'ready' });
    expect(bench.sent.length).toBeLessThanOrEqual(4);
  });

  it('lets what a callback throws through, and gives the lease back', async () => {
    const bench = aHouse(30);
    const onProgress = (): never => {
      throw new RangeError('a bug of the caller');
    };
    const work = bench.client.wake('api', { holder: 'laptop', releaseOnFailure: true, onProgress });
    await expect(work).rejects.toThrow(RangeError);
    expect(await bench.plane.record()).toMatchObject({ intent: 'asleep' });
  });
});
