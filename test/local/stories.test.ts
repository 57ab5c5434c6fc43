import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { isRunning, linesOf, startServer, tasksOf, until, type RunningServer } from '../support/local-server.ts';

/** A services file with one demo service, or a script, and the shortest policies that there are. */
const aService = async (name: string, command: string, more = ''): Promise<{ services: string; port: number }> => {
  const port = await freePort();
  return { port, services: `services:\n  ${name}:\n    command: [node, ${command}]\n    port: ${port}\n${more}` };
};

const ECHO = 'infra/local/demo/echo.ts';
const SHORT = 'lease: 10s, idle-after: 2s, grace-after-wake: 1s';

const state = async (server: RunningServer, service: string): Promise<any> =>
  (await server.call('GET', `/services/${service}`)).body;

const untilState = (server: RunningServer, service: string, wanted: string, patienceMs?: number): Promise<any> =>
  until(
    `${service} is ${wanted}`,
    async () => {
      const now = await state(server, service);
      return now.state === wanted ? now : undefined;
    },
    patienceMs,
  );

const pidOf = (server: RunningServer): Promise<number> =>
  until('a task runs', async () => (await tasksOf(server)).find(({ pid }) => pid !== null)?.pid ?? undefined);

const story = (name: string, tell: (context: TestContext) => Promise<void>): void =>
  it(name, { timeout: 60_000 }, tell);

describe.concurrent('on one machine', () => {
  story('a service is woken in few requests, used, and goes to sleep by itself', async (context) => {
    const health = `    health: { path: /health }\n    tags: { ${SHORT}, confirm-after: 2s }\n`;
    const server = await startServer(context, await aService('echo', ECHO, health));
    const woken = await server.call('POST', '/services/echo/wake', { holder: 'laptop' });
    expect(woken).toMatchObject({ status: 202, body: { status: 'waking' } });
    let requests = 1;
    let ready: any;
    for (; requests < 4 && ready?.state !== 'ready'; requests += 1) {
      ready = (await server.call('GET', '/services/echo?wait=25&holder=laptop')).body;
    }
    expect(ready).toMatchObject({ state: 'ready', leases: 1, lease: { holder: 'laptop' } });
    const used = await fetch(ready.endpoint.url, { method: 'POST', body: 'anybody there?' });
    expect(await used.json()).toMatchObject({ body: 'anybody there?' });

    const draining = await untilState(server, 'echo', 'draining', 30_000);
    expect(draining).toMatchObject({ reason: 'idle', generation: ready.generation });
    expect(await untilState(server, 'echo', 'asleep', 15_000)).toMatchObject({ reason: 'idle', runningCount: 0 });
    const told = [...server.output().matchAll(/^\d\d:\d\d:\d\d echo +(\w+)/gm)].map(([, word]) => word);
    expect(told).toEqual(['awake', 'booted', 'ready', 'draining', 'asleep', 'stopped']);
    expect((await linesOf(server, 'audit.ndjson')).map(({ action }) => action)).toEqual(['wake', 'drain', 'sleep']);
    expect(server.errors()).toBe('');
  });

  story('a wake while it drains keeps the process and the generation', async (context) => {
    const health = `    health: { path: /health }\n    tags: { ${SHORT}, confirm-after: 8s }\n`;
    const server = await startServer(context, await aService('echo', ECHO, health));
    await server.call('POST', '/services/echo/wake');
    const { generation } = await untilState(server, 'echo', 'ready');
    const pid = await pidOf(server);
    await untilState(server, 'echo', 'draining', 30_000);
    const recalled = await server.call('POST', '/services/echo/wake', { leaseSeconds: 600 });
    expect(recalled).toMatchObject({ status: 200, body: { state: 'ready', status: 'already_running', generation } });
    await sleep(9_000);
    expect(await state(server, 'echo')).toMatchObject({ state: 'ready', generation });
    expect(await pidOf(server)).toBe(pid);
  });

  story(
    'one of two holders leaves and it stays; with the second it is asked to go, and then made to',
    async (context) => {
      const script = `-e, "process.on('SIGTERM', () => console.log('heard SIGTERM')); require('node:http').createServer((q, r) => r.end()).listen(process.env.PORT, '127.0.0.1')"`;
      const more = '    health: { tcp: true }\n    stopTimeout: 3s\n';
      const server = await startServer(context, await aService('deaf', script, more));
      await server.call('POST', '/services/deaf/wake', { holder: 'ada' });
      await server.call('POST', '/services/deaf/wake', { holder: 'bob' });
      await untilState(server, 'deaf', 'ready');
      const pid = await pidOf(server);
      const first = await server.call('POST', '/services/deaf/kill', { holder: 'ada' });
      expect(first).toMatchObject({
        status: 200,
        body: { status: 'released', leases: 1, message: '1 other lease remains' },
      });
      await sleep(2_500);
      expect(await state(server, 'deaf')).toMatchObject({ state: 'ready', leases: 1 });

      const askedAt = Date.now();
      expect(await server.call('DELETE', '/services/deaf/leases/bob')).toMatchObject({
        status: 202,
        body: { status: 'killed' },
      });
      await until(
        'it heard SIGTERM',
        async () => (await tasksOf(server))[0]?.output.includes('heard SIGTERM') || undefined,
      );
      expect(isRunning(pid)).toBe(true);
      await until('it is gone', () => !isRunning(pid) || undefined);
      expect(Date.now() - askedAt).toBeGreaterThanOrEqual(3_000);
      await untilState(server, 'deaf', 'asleep');
    },
  );

  story('one that dies at every start is given up, with the reason and its last words', async (context) => {
    const server = await startServer(context, await aService('crash', 'infra/local/demo/crash.ts'));
    await server.call('POST', '/services/crash/wake', { leaseSeconds: 600 });
    const failing = await untilState(server, 'crash', 'failing');
    expect(failing.failure).toMatchObject({
      code: 'EssentialContainerExited',
      message: expect.stringContaining('exit code 1'),
    });
    expect(failing.failure.output).toContain('the database is not there');
    const asleep = await untilState(server, 'crash', 'asleep', 30_000);
    expect(asleep.failure.count).toBe(3);
    expect(asleep.reason).toContain('failed to start 3 times');
    const news = await until('the news', async () => (await linesOf(server, 'notifications.ndjson'))[0]);
    expect(news).toMatchObject({ event: 'service.failing', service: 'crash' });
    const refused = await server.call('POST', '/services/crash/wake');
    expect(refused).toMatchObject({ status: 409, body: { code: 'failing' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
  });

  story('a connection on which nothing moves keeps it awake up to its cap, and no longer', async (context) => {
    const more = `    health: { tcp: true }\n    tags: { ${SHORT}, confirm-after: 1s, silent-connection-cap: 20s }\n`;
    const seed = await aService('tcp', 'infra/local/demo/tcp.ts', more);
    const server = await startServer(context, seed);
    await server.call('POST', '/services/tcp/wake');
    await untilState(server, 'tcp', 'ready');
    const socket = connect(seed.port, '127.0.0.1').on('error', () => undefined);
    context.onTestFinished(() => void socket.destroy());
    socket.write('hello');
    const connectedAt = Date.now();
    await sleep(17_000);
    const decision = (await server.call('GET', '/services/tcp/decision')).body;
    expect(decision).toMatchObject({ action: 'keep', because: 'active' });
    expect(await untilState(server, 'tcp', 'asleep', 20_000)).toMatchObject({ reason: 'idle' });
    expect(Date.now() - connectedAt).toBeGreaterThan(19_000);
  });

  story('one that reports nothing sleeps in the end, and somebody is told', async (context) => {
    const script = `-e, "require('node:http').createServer((q, r) => r.end()).listen(process.env.PORT, '127.0.0.1')"`;
    const more = `    health: { tcp: true }\n    tags: { ${SHORT}, confirm-after: 1s, unknown-after: 8s }\n`;
    const server = await startServer(context, await aService('mute', script, more));
    await server.call('POST', '/services/mute/wake');
    await untilState(server, 'mute', 'ready');
    await sleep(15_500);
    expect((await server.call('GET', '/services/mute/decision')).body).toMatchObject({
      action: 'keep',
      because: 'unknown',
    });
    expect(await untilState(server, 'mute', 'asleep', 20_000)).toMatchObject({ reason: 'unknown-too-long' });
    const news = await until('the news', async () => (await linesOf(server, 'notifications.ndjson'))[0]);
    expect(news).toMatchObject({ event: 'service.slept-unknown', service: 'mute' });
  });
});
