import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createClient, NightporterError, type ClientOptions } from '../../client/nightporter-client.ts';
import { reasonOf } from '../../client/failure.ts';
import { PROBLEMS } from '#shared/http/problem.ts';
import { SECOND, virtualClock } from '../support/virtual-clock.ts';

const KEY = 'np-4f1c0ffee5ecret';
const URL_OF_IT = 'https://np.example/prod';

interface Seen {
  readonly url: string;
  readonly init: RequestInit;
  readonly at: number;
}

/** A client of something that answers the same every time, or one thing after the other. */
const aClientOf = (answers: readonly (() => Response | Promise<Response>)[], options: Partial<ClientOptions> = {}) => {
  const clock = virtualClock(0);
  const seen: Seen[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    seen.push({ url, init, at: clock.now() });
    if (!answer) throw new Error('nothing to answer');
    return answer();
  };
  const client = createClient({ url: URL_OF_IT, apiKey: KEY, fetch, clock, random: () => 0.5, ...options });
  return { client, clock, seen };
};

const failureOf = async (work: Promise<unknown>): Promise<NightporterError> => {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof NightporterError) return outcome;
  throw new Error('no failure', { cause: outcome });
};

const problem =
  (status: number, code: string, headers: Readonly<Record<string, string>> = {}) =>
  () =>
    new Response(JSON.stringify({ type: 't', title: 'No', status, code, detail: `because of ${code}`, field: null }), {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    });
const page = (status: number, text: string) => () =>
  new Response(text, { status, headers: { 'content-type': 'text/html' } });
const SERVICE = () => Response.json({ service: 'api', state: 'ready' });

describe('an answer', () => {
  it.each<[string, () => Response, string]>([
    ['broken JSON', page(200, '{"service":"api"'), 'unexpected-answer'],
    ['a page', page(200, '<html>Welcome</html>'), 'unexpected-answer'],
    ['JSON of something else', () => Response.json({ hello: 'world' }), 'unexpected-answer'],
    ['null', () => Response.json(null), 'unexpected-answer'],
    ['a list', () => Response.json([1]), 'unexpected-answer'],
    ['a number', () => Response.json(7), 'unexpected-answer'],
    ['nothing', () => new Response(null, { status: 204 }), 'unexpected-answer'],
    ['an empty text', page(200, ''), 'unexpected-answer'],
    ['a redirect', () => Response.redirect('https://elsewhere.example/', 302), 'unexpected-answer'],
    ['a page that is not there', page(404, '<html>no such page</html>'), 'unexpected-answer'],
    ['a refusal that is newer than the client', problem(409, 'on-holiday'), 'unexpected-answer'],
    ['a teapot', page(418, ''), 'unexpected-answer'],
    ['a wrong key', problem(401, 'unauthorized'), 'unauthorized'],
    ['a wall', page(403, '<html>blocked</html>'), 'forbidden'],
    ['no such service', problem(404, 'service-not-found'), 'not-found'],
    ['a bad value', problem(400, 'invalid-input'), 'invalid-input'],
    ['a body too large', problem(413, 'body-too-large'), 'invalid-input'],
    ['a hold', problem(409, 'held'), 'held'],
  ])('that is %s is told as it is, and not asked for again', async (_, answer, reason) => {
    const { client, seen } = aClientOf([answer]);
    expect(await failureOf(client.status('api'))).toMatchObject({ name: 'NightporterError', reason });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, () => Response, string]>([
    ['a page of a gateway that reaches nobody', page(502, '<html>Bad Gateway</html>'), 'unreachable'],
    ['no capacity', page(503, ''), 'unreachable'],
    ['a gateway that waits no longer', problem(504, 'internal'), 'unreachable'],
    ['an outage', problem(500, 'internal'), 'server-error'],
    ['too much at once', problem(429, 'throttled'), 'throttled'],
    ['a throttle with another status', problem(503, 'throttled'), 'throttled'],
  ])('that is %s is asked for again until the time is over', async (_, answer, reason) => {
    const { client, seen, clock } = aClientOf([answer]);
    expect(await failureOf(client.status('api', { timeoutMs: 20 * SECOND }))).toMatchObject({ reason });
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.length).toBeLessThan(9);
    expect(clock.now()).toBeGreaterThan(18 * SECOND);
    expect(clock.now()).toBeLessThanOrEqual(20 * SECOND);
  });

  it('that comes after a few that were bad is the answer', async () => {
    const { client, seen } = aClientOf([page(502, ''), problem(429, 'throttled', { 'retry-after': '3' }), SERVICE]);
    expect(await client.status('api')).toMatchObject({ state: 'ready' });
    expect(seen).toHaveLength(3);
    expect((seen[2]?.at ?? 0) - (seen[1]?.at ?? 0)).toBeGreaterThanOrEqual(3 * SECOND);
  });

  it('that asks for a week of patience is told at once', async () => {
    const { client, seen, clock } = aClientOf([problem(429, 'throttled', { 'retry-after': '604800' })]);
    const error = await failureOf(client.status('api'));
    expect(error).toMatchObject({ reason: 'throttled', retryAfterMs: 604_800_000 });
    expect([seen.length, clock.now()]).toEqual([1, 0]);
  });

  it('that never comes is given up, one attempt after the other, also by a fetch that hears no signal', async () => {
    const { client, seen, clock } = aClientOf([() => new Promise<Response>(() => undefined)]);
    const error = await failureOf(client.status('api', { timeoutMs: 25 * SECOND }));
    expect(error).toMatchObject({ reason: 'unreachable', message: expect.stringMatching(/^no answer within \d+ s$/) });
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(clock.now()).toBeLessThanOrEqual(25 * SECOND);
  });

  it('that begins and never ends is given up', async () => {
    const endless = () =>
      new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array([123])) }));
    const { client } = aClientOf([endless]);
    expect(await failureOf(client.status('api', { timeoutMs: 15 * SECOND }))).toMatchObject({ reason: 'unreachable' });
  });

  it('is not waited for any more by a caller who has gone', async () => {
    const caller = new AbortController();
    const { client, clock } = aClientOf([() => new Promise<Response>(() => undefined)]);
    void clock.sleep(3 * SECOND).then(() => caller.abort());
    expect(await failureOf(client.status('api', { signal: caller.signal }))).toMatchObject({ reason: 'aborted' });
    expect(clock.now()).toBe(3 * SECOND);
  });

  it('that is a redirect is told as one, also where a browser hides it', async () => {
    const hidden = { type: 'opaqueredirect', status: 0, ok: false, headers: new Headers(), text: async () => '' };
    for (const answer of [hidden as Response, Response.redirect('https://elsewhere.example/', 302)]) {
      const { client } = aClientOf([() => answer]);
      expect((await failureOf(client.status('api'))).message).toBe(
        'https://np.example answered with a redirect; is the address right?',
      );
    }
  });

  it('leaves no timer behind that would keep a program from ending', async () => {
    const running = new Set<unknown>();
    const { clock } = aClientOf([]);
    const sleep: typeof clock.sleep = async (durationMs, signal) => {
      const timer = {};
      running.add(timer);
      await clock.sleep(durationMs, signal).finally(() => running.delete(timer));
    };
    const { client } = aClientOf([page(502, ''), SERVICE], { clock: { now: clock.now, sleep } });
    await client.status('api');
    await new Promise(setImmediate);
    expect(running.size).toBe(0);
  });

  it('that is not waited for any more is no failure of the network, also of a call that cannot be repeated', async () => {
    const caller = new AbortController();
    const { client, clock } = aClientOf([() => new Promise<Response>(() => undefined)]);
    void clock.sleep(3 * SECOND).then(() => caller.abort());
    expect(await failureOf(client.kill('api', { signal: caller.signal }))).toMatchObject({ reason: 'aborted' });
  });

  it('of each refusal that the API knows has a reason', () => {
    const reasons = Object.entries(PROBLEMS).map(([code, { status }]) => [code, reasonOf(status, code)]);
    expect(Object.fromEntries(reasons)).toEqual({
      'invalid-input': 'invalid-input',
      unauthorized: 'unauthorized',
      forbidden: 'forbidden',
      'service-not-found': 'not-found',
      'package-not-found': 'not-found',
      'route-not-found': 'not-found',
      'method-not-allowed': 'invalid-input',
      'service-asleep': 'asleep',
      held: 'held',
      failing: 'failing',
      'body-too-large': 'invalid-input',
      'unsupported-media-type': 'invalid-input',
      throttled: 'throttled',
    });
  });
});

describe('a request', () => {
  it('goes below the stage, with the key, and follows no redirect', async () => {
    const { client, seen } = aClientOf([SERVICE], { url: `${URL_OF_IT}//` });
    await client.status('a b/ü', { holder: 'me@home', waitSeconds: 5 });
    expect(seen[0]?.url).toBe('https://np.example/prod/services/a%20b%2F%C3%BC?wait=5&holder=me%40home');
    expect(seen[0]?.init).toMatchObject({ method: 'GET', redirect: 'manual', headers: { 'x-api-key': KEY } });
  });

  it('has no key where fetch signs', async () => {
    const { client, seen } = aClientOf([SERVICE], { apiKey: undefined });
    await client.status('api');
    expect(seen[0]?.init.headers).not.toHaveProperty('x-api-key');
  });

  it.each(['', '.', '..'])('is not sent for a service named %j, which would be another address', async (name) => {
    const { client, seen } = aClientOf([SERVICE]);
    expect(await failureOf(client.kill(name))).toMatchObject({ reason: 'invalid-input', field: 'service' });
    expect(seen).toEqual([]);
  });

  it.each([
    'ftp://np.example',
    'np.example',
    '',
    '/prod',
    'https://user:hunter2@np.example',
    'https://np.example/?key=hunter2',
    'https://np.example/#hunter2',
  ])('cannot be made to %j, and the refusal does not repeat it', (url) => {
    const attempt = (): unknown => createClient({ url, apiKey: KEY });
    expect(attempt).toThrow(NightporterError);
    expect(attempt).not.toThrow('hunter2');
  });

  it.each(['', ' ', 'two words', 'a\nb', 'schlüssel', 'tab\t'])('cannot carry the key %j', (apiKey) => {
    expect(() => createClient({ url: URL_OF_IT, apiKey })).toThrow('apiKey must be visible ASCII characters');
  });
});

describe('the key', () => {
  /** Everything that people and loggers can see of a value. */
  const visible = (value: unknown): string =>
    [
      inspect(value, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(value),
      String(value),
      value instanceof Error ? value.stack : '',
    ].join('\n');

  it('is not to be seen in a client', () => {
    const { client } = aClientOf([SERVICE]);
    expect(visible(client)).not.toContain(KEY);
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ['a refusal that repeats it', problem(403, KEY)],
    ['a page that repeats it', page(200, `<html>x-api-key: ${KEY}</html>`)],
    ['a page of an error that repeats it', page(418, KEY)],
    [
      'a fetch whose error holds the request',
      () => Promise.reject(Object.assign(new TypeError(`bad header ${KEY}`), { config: { headers: { k: KEY } } })),
    ],
    [
      'a cause that holds it',
      () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(KEY), { code: KEY }) })),
    ],
  ])('is not to be seen in the failure after %s', async (_, answer) => {
    const { client } = aClientOf([answer]);
    const error = await failureOf(client.status('api'));
    expect(visible(error)).not.toContain(KEY);
  });

  it('is not sent to where a redirect leads', async () => {
    const { client, seen } = aClientOf([() => Response.redirect('https://thief.example/', 307)]);
    await failureOf(client.wake('api'));
    expect(seen.map(({ url }) => new URL(url).host)).toEqual(['np.example']);
  });
});
