import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Service, Session, SessionEnd, SessionOptions } from '../../client/nightporter-client.ts';
import { aClientBench, lost, trace, type ClientBench } from '../support/client-bench.ts';
import { anApi } from '../support/api.ts';
import { SECOND, T0 } from '../support/virtual-clock.ts';

/** A service that is up in a second, and a session on it. */
const aSession = async (options: SessionOptions = {}, bench = aClientBench({ api: { bootMs: SECOND } })) => {
  const session = await bench.client.session('api', { holder: 'laptop', ...options });
  return { bench, session };
};

const pass = (bench: ClientBench, seconds: number): Promise<void> => bench.plane.clock.sleep(seconds * SECOND);

const beats = (bench: ClientBench): readonly number[] =>
  bench.sent.filter(({ method }) => method === 'PUT').map(({ at }) => (at - T0) / SECOND);

/** Cuts the network from now on, for that long. */
const cut = (bench: ClientBench, seconds: number): void => {
  const from = bench.plane.clock.now();
  bench.before = ({ at }) => (at < from + seconds * SECOND ? lost() : undefined);
};

const isAsleep = async (bench: ClientBench): Promise<boolean> => (await bench.plane.record()).intent === 'asleep';

describe('a session', () => {
  it('wakes, sends a heartbeat at every third of its lease, and leaves', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    const readyAt = bench.seconds();
    expect(session).toMatchObject({ holder: 'laptop', service: { state: 'ready', endpoint: { port: 8080 } } });
    expect(session.signal.aborted).toBe(false);
    await pass(bench, 65);
    expect(beats(bench)).toEqual([20, 40, 60]);
    expect(bench.sent.find(({ method }) => method === 'PUT')?.body).toEqual({ leaseSeconds: 60 });

    const end = await session.release('done');
    expect(end).toMatchObject({ how: 'released', service: { status: 'killed', reason: 'done' } });
    expect(await session.ended).toBe(end);
    expect(session.signal.reason).toMatchObject({ reason: 'aborted' });
    expect(bench.sent.at(-1)).toMatchObject({
      path: '/services/api/kill',
      body: { holder: 'laptop', generation: 2, reason: 'done' },
    });
    const sent = bench.sent.length;
    await pass(bench, 300);
    expect(bench.sent).toHaveLength(sent);
    expect(readyAt).toBeLessThan(5);
  });

  it('has a name of its own when it is given none, and a lease of two minutes', async () => {
    const { bench, session } = await aSession({ holder: undefined });
    const other = await bench.another({ random: () => 0.123_456_789 }).session('api');
    expect(session.holder).toMatch(/^session-[a-z0-9]+$/);
    expect(other.holder).toMatch(/^session-[a-z0-9]{6,}$/);
    expect(other.holder).not.toBe(session.holder);
    expect(bench.sent[0]?.body).toMatchObject({ leaseSeconds: 120 });
    expect(await session.release()).toMatchObject({ how: 'released', service: { status: 'released', leases: 1 } });
    expect(await isAsleep(bench)).toBe(false);
    await other.release();
  });

  it('is left by leaving its block, also by an error', async () => {
    const { bench, session } = await aSession();
    const work = async (): Promise<void> => {
      await using held = session;
      expect(held.service.state).toBe('ready');
      throw new RangeError('in the middle of the work');
    };
    await expect(work()).rejects.toThrow(RangeError);
    expect(await isAsleep(bench)).toBe(true);
  });

  it('is left once, however often it is asked to', async () => {
    const { bench, session } = await aSession();
    const ends = await Promise.all([session.release('done'), session.release('twice'), session[Symbol.asyncDispose]()]);
    expect(ends[0]).toBe(ends[1]);
    expect(bench.sent.at(-1)?.body).toMatchObject({ reason: 'done' });
    expect(trace(bench.sent).filter((line) => line.endsWith('/kill'))).toHaveLength(1);
  });

  it('is left when its caller aborts', async () => {
    const caller = new AbortController();
    const { bench, session } = await aSession({ signal: caller.signal });
    await pass(bench, 10);
    caller.abort();
    expect(await session.ended).toMatchObject({ how: 'released' });
    expect(session.signal.aborted).toBe(true);
    expect(await isAsleep(bench)).toBe(true);
  });

  it('is left when its caller aborts in the moment in which it begins', async () => {
    const caller = new AbortController();
    const bench = aClientBench({ api: { bootMs: SECOND } });
    const onProgress: SessionOptions['onProgress'] = ({ phase }) => {
      if (phase === 'ready') caller.abort();
    };
    await expect(aSession({ signal: caller.signal, onProgress }, bench)).rejects.toMatchObject({ reason: 'aborted' });
    expect(await isAsleep(bench)).toBe(true);
  });

  it('listens to its caller no longer than it lasts', async () => {
    const { signal } = new AbortController();
    const { session } = await aSession({ signal });
    const listening = getEventListeners(signal, 'abort').length;
    await session.release();
    expect(getEventListeners(signal, 'abort')).toHaveLength(listening - 1);
  });

  it.each([0.05, 10, 59.95])(
    'aborted after %d s, while it waits for a boot of 60 s, leaves nothing behind',
    async (after) => {
      const bench = aClientBench({ api: { bootMs: 60 * SECOND } });
      bench.after = async (_, answer) => {
        await pass(bench, 0.1);
        return answer;
      };
      const caller = new AbortController();
      const waiting = aSession({ signal: caller.signal }, bench);
      void pass(bench, after).then(() => caller.abort());
      await expect(waiting).rejects.toMatchObject({ reason: 'aborted' });
      expect(await isAsleep(bench)).toBe(true);
      const sent = bench.sent.length;
      await pass(bench, 300);
      expect(bench.sent).toHaveLength(sent);
    },
  );

  it('that was never granted does not begin', async () => {
    const bench = aClientBench();
    const narrow = anApi(bench.plane, { services: ['other'] });
    await expect(bench.another({ fetch: narrow.fetch }).session('api')).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('tells when the service has moved, and not when nothing has changed', async () => {
    const changes: Service[] = [];
    const { bench, session } = await aSession({ onChange: (service) => changes.push(service) });
    await pass(bench, 100);
    expect(changes).toEqual([]);
    bench.after = async (_, answer) => {
      const body = (await answer.json()) as Service;
      return Response.json({ ...body, endpoint: { host: '10.0.0.2', port: 8080, url: null } });
    };
    await pass(bench, 100);
    expect(changes).toMatchObject([{ endpoint: { host: '10.0.0.2' } }]);
    expect(session.service.endpoint?.host).toBe('10.0.0.2');
    await session.release();
  });
});

describe('a session on a bad network', () => {
  it.each([
    [60, 120],
    [75, 120],
    [5, 10],
  ])('survives a cut of %i s with a lease of %i s, at whatever moment it comes', async (away, leaseSeconds) => {
    for (const share of [0.01, 0.2, 0.32]) {
      const { bench, session } = await aSession({ leaseSeconds });
      const ends: SessionEnd[] = [];
      void session.ended.then((end) => ends.push(end));
      await pass(bench, leaseSeconds * share);
      cut(bench, away);
      await pass(bench, leaseSeconds * 3);
      expect(ends, `cut after ${share} of the lease`).toEqual([]);
      const { lease } = await bench.client.status('api', { holder: 'laptop' });
      expect(Date.parse(lease?.expiresAt ?? '')).toBeGreaterThan(bench.plane.clock.now());
      await session.release();
    }
  });

  it('is lost when the cut is longer than the lease, and says so: not before its end, and not much later', async () => {
    const losses: unknown[] = [];
    const { bench, session } = await aSession({ leaseSeconds: 60, onLost: (error) => losses.push(error) });
    await pass(bench, 21 - bench.seconds());
    cut(bench, 600);
    const end = await session.ended;
    expect(end).toMatchObject({ how: 'lost', error: { reason: 'unreachable', service: { state: 'ready' } } });
    expect(losses).toEqual([end.how === 'lost' && end.error]);
    expect(session.signal.reason).toBe(losses[0]);
    expect(bench.seconds()).toBeGreaterThan(20 + 58);
    expect(bench.seconds()).toBeLessThanOrEqual(20 + 61);
    expect(await session.release()).toBe(end);
  });

  it('counts its lease from when a heartbeat went out, however long the answer takes', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    bench.after = async (_, answer) => {
      await pass(bench, 8);
      return answer;
    };
    await pass(bench, 61);
    expect(beats(bench)).toEqual([20, 40, 60]);
    bench.after = (_, answer) => answer;
    await session.release();
  });

  it('is not lost to a throttle, a gateway or an outage that passes', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    const answers = [429, 500, 502, 503, 504];
    bench.before = ({ method }) => {
      const status = method === 'PUT' ? answers.shift() : undefined;
      return status === undefined ? undefined : new Response('<html>', { status });
    };
    await pass(bench, 60);
    expect(answers).toEqual([]);
    expect(await session.release()).toMatchObject({ how: 'released' });
  });

  it('sends a heartbeat at once when the machine has slept longer than the lease, and the server decides', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    bench.after = async (_, answer) => {
      await pass(bench, 3);
      return answer;
    };
    bench.plane.clock.advance(600 * SECOND);
    await pass(bench, 30);
    const { lease } = await bench.client.status('api', { holder: 'laptop' });
    expect(lease).not.toBeNull();
    expect(await session.release()).toMatchObject({ how: 'released' });
  });

  it('leaves within seconds when nobody can be reached any more, and says that the lease runs out', async () => {
    const { bench, session } = await aSession();
    cut(bench, 600);
    const since = bench.seconds();
    expect(await session.release()).toMatchObject({ how: 'left', error: { reason: 'unreachable' } });
    expect(bench.seconds() - since).toBeLessThan(8);
  });

  it('says goodbye again when the first one was lost, and a newer session of the name is left alone', async () => {
    const { bench, session } = await aSession();
    let goodbyes = 0;
    bench.after = async ({ path }, answer) => {
      if (!path.endsWith('/kill')) return answer;
      goodbyes += 1;
      if (goodbyes > 1) return answer;
      // Meanwhile somebody of the same name has come back.
      await bench.api.call('POST', '/services/api/wake', { body: { holder: 'laptop' } });
      return lost();
    };
    expect(await session.release()).toMatchObject({ how: 'released', service: { status: 'released' } });
    expect(goodbyes).toBe(2);
    expect(await isAsleep(bench)).toBe(false);
  });

  it('waits for a heartbeat that is under way before it says goodbye', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    bench.before = ({ method }) => (method === 'PUT' ? pass(bench, 1).then(lost) : undefined);
    await pass(bench, 20.5 - bench.seconds());
    await session.release();
    const killedAt = bench.sent.at(-1);
    expect(killedAt).toMatchObject({ method: 'POST', path: '/services/api/kill' });
    expect((killedAt?.at ?? 0) - T0).toBeGreaterThanOrEqual(21 * SECOND);
    expect(await isAsleep(bench)).toBe(true);
  });

  it('does not wait long for a heartbeat that hangs', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    bench.before = ({ method }) => (method === 'PUT' ? new Promise<Response>(() => undefined) : undefined);
    await pass(bench, 21 - bench.seconds());
    expect(await session.release()).toMatchObject({ how: 'released' });
    expect(bench.seconds()).toBeLessThan(24);
  });
});

describe('a session that others end', () => {
  const lossOf = async (bench: ClientBench, session: Session): Promise<Extract<SessionEnd, { how: 'lost' }>> => {
    const end = await session.ended;
    if (end.how !== 'lost') throw new Error(`it was ${end.how}`);
    expect(bench.sent.at(-1)?.method).not.toBe('POST');
    return end;
  };

  it('by force learns why, and does not wake the service again', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    await bench.another().kill('api', { force: true, reason: 'out of money' });
    const { error } = await lossOf(bench, session);
    expect(error).toMatchObject({ reason: 'asleep', message: 'put to sleep: out of money', service: { lease: null } });
    expect(await isAsleep(bench)).toBe(true);
  });

  it('by a hold learns of the hold', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    const until = new Date(T0 + 3_600 * SECOND);
    await bench.another().hold('api', { intent: 'asleep', until, reason: 'maintenance' });
    const { error } = await lossOf(bench, session);
    expect(error).toMatchObject({ reason: 'held', service: { held: { reason: 'maintenance' } } });
  });

  it('is told the refusal itself when nobody can say why', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    await bench.another().kill('api', { force: true });
    bench.before = ({ method }) => (method === 'GET' ? lost() : undefined);
    expect((await lossOf(bench, session)).error).toMatchObject({ reason: 'asleep', code: 'service-asleep' });
  });

  it('by taking its key away learns that at its next heartbeat', async () => {
    const { bench, session } = await aSession({ leaseSeconds: 60 });
    bench.before = () => new Response('{"code":"unauthorized","detail":"no such key"}', { status: 401 });
    const { error } = await lossOf(bench, session);
    expect(error).toMatchObject({ reason: 'unauthorized', status: 401, service: { state: 'ready' } });
    expect(error.message).toBe('the lease could not be renewed: no such key');
    expect(beats(bench)).toEqual([20]);
  });

  it('lets what a callback throws through', async () => {
    const onLost = (): never => {
      throw new RangeError('a bug of the caller');
    };
    const { bench, session } = await aSession({ leaseSeconds: 60, onLost });
    await bench.another().kill('api', { force: true });
    await expect(session.ended).rejects.toThrow(RangeError);
  });
});
