import type { IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { folderOf, startServer, until, type RunningServer } from '../support/local-server.ts';
import { HTTP_SERVER } from '../support/local-services.ts';
import { replyJson, runScript, stubServer, type StubAnswer } from '../support/shell-script.ts';

const SCRIPT = fileURLToPath(new URL('../../infra/workflows/smoke-test.sh', import.meta.url));

const run = async (context: TestContext, env: Readonly<Record<string, string>>, ...args: string[]) =>
  runScript(context, { script: SCRIPT, folder: await folderOf(context), env, args });

const services = (port: number): string =>
  JSON.stringify({
    services: {
      api: {
        command: ['node', '-e', `const port = ${port};\n${HTTP_SERVER}`],
        port,
        tags: { 'ready-after': '1s' },
      },
      broken: { command: ['node', '-e', 'process.exit(7)'], tags: { 'ready-after': '1s' } },
    },
  });

const aServer = async (context: TestContext) => {
  const port = await freePort();
  const server = await startServer(context, { services: services(port) });
  const env = { NIGHTPORTER_URL: server.url, NIGHTPORTER_API_KEY: server.key };
  return { server, env, health: `http://127.0.0.1:${port}/health` };
};

/** Nobody else uses it. */
const asleepAgain = (server: RunningServer): Promise<boolean> =>
  until('it is asleep again', async () => (await server.call('GET', '/services/api')).body.state === 'asleep');

describe('the smoke test', { timeout: 60_000 }, () => {
  it('wakes the service, finds it well, and lets go of it', async (context) => {
    const { server, env, health } = await aServer(context);
    const { ended } = await run(context, env, 'api', health);
    expect(await ended).toMatchObject({ code: 0, out: '', told: 'api is ready\napi is well\n' });
    await asleepAgain(server);
  });

  it('leaves those alone who use it as well', async (context) => {
    const { server, env, health } = await aServer(context);
    await server.call('POST', '/services/api/wake', { holder: 'ada', leaseSeconds: 600 });
    const { ended } = await run(context, env, 'api', health);
    expect(await ended).toMatchObject({ code: 0 });
    const { body } = await until('it has been let go of', async () => {
      const answer = await server.call('GET', '/services/api');
      return answer.body.leases === 1 ? answer : undefined;
    });
    expect(body).toMatchObject({ state: 'ready' });
  });

  it('fails when the service does not start, and says why', async (context) => {
    const { env, health } = await aServer(context);
    const { ended } = await run(context, env, 'broken', health);
    expect(await ended).toMatchObject({ code: 1, told: expect.stringMatching(/broken (does not start|is \w+): .+/) });
  });

  it('fails when the service is ready and not well, and lets go of it', async (context) => {
    const { server, env } = await aServer(context);
    const nobody = `http://127.0.0.1:${await freePort()}/health`;
    const { ended } = await run(context, { ...env, SMOKE_PATIENCE: '1' }, 'api', nobody);
    expect(await ended).toMatchObject({ code: 1, told: expect.stringContaining('did not answer with 200') });
    await asleepAgain(server);
  });

  it('lets go of the service when it is broken off', async (context) => {
    const { server, env } = await aServer(context);
    const nobody = `http://127.0.0.1:${await freePort()}/health`;
    const { pid, ended } = await run(context, env, 'api', nobody);
    await until('it is ready', async () => (await server.call('GET', '/services/api')).body.state === 'ready');
    process.kill(pid, 'SIGTERM');
    expect(await ended).toMatchObject({ code: 143 });
    await asleepAgain(server);
  });
});

describe('the smoke test, called wrongly', { timeout: 60_000 }, () => {
  const ENV = { NIGHTPORTER_URL: 'http://127.0.0.1:1', NIGHTPORTER_API_KEY: 'a-key' };
  const WELL = 'http://127.0.0.1:1/health';

  it.for([
    ['nothing', {}, []],
    ['no address', {}, ['api']],
    ['a path for a service', {}, ['api/../other', WELL]],
    ['half an address', {}, ['api', '127.0.0.1/health']],
    ['no API', { NIGHTPORTER_URL: '' }, ['api', WELL]],
    ['a holder that is none', { SMOKE_HOLDER: 'a b' }, ['api', WELL]],
    ['a patience that is none', { SMOKE_PATIENCE: '5m' }, ['api', WELL]],
    ['neither key nor credentials', { NIGHTPORTER_API_KEY: '' }, ['api', WELL]],
  ] as const)('ends with 2: %s', async ([, env, args], context) => {
    const { ended } = await run(context, { ...ENV, ...env }, ...args);
    expect(await ended).toMatchObject({ code: 2, told: expect.stringMatching(/^smoke-test\.sh: ./) });
  });

  it('ends with 3 when nobody listens', async (context) => {
    const { ended } = await run(context, ENV, 'api', WELL);
    expect(await ended).toMatchObject({ code: 3 });
  });

  it('ends with 4 when the key is wrong, and does not show it', async (context) => {
    const { env, health } = await aServer(context);
    const { ended } = await run(context, { ...env, NIGHTPORTER_API_KEY: 'wrong-key' }, 'api', health);
    const { code, told } = await ended;
    expect(code).toBe(4);
    expect(told).not.toContain('wrong-key');
  });

  it('ends with 1 on a service that there is not', async (context) => {
    const { env, health } = await aServer(context);
    const { ended } = await run(context, env, 'gone', health);
    expect(await ended).toMatchObject({ code: 1, told: expect.stringContaining('service-not-found') });
  });
});

describe('the smoke test, without a key', { timeout: 60_000 }, () => {
  it('signs every call with the credentials that it has', async (context) => {
    const seen: IncomingHttpHeaders[] = [];
    const answer: StubAnswer = ({ url, headers }, response) => {
      if (url?.startsWith('/health')) return void response.end('ok');
      seen.push(headers);
      return replyJson(response, 200, { service: 'api', state: 'ready', reason: 'woken' });
    };
    const { url, asked } = await stubServer(context, answer);
    const env = {
      NIGHTPORTER_URL: `${url}/prod`,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a/secret+with=signs',
      AWS_SESSION_TOKEN: 'a-token',
      AWS_REGION: 'eu-central-1',
    };
    const { ended } = await run(context, env, 'api', `${url}/health`);
    const { code, told } = await ended;
    expect(code).toBe(0);
    expect(told).not.toContain('secret');
    expect(asked).toEqual(['POST /prod/services/api/wake', 'GET /health', 'POST /prod/services/api/kill']);
    expect(seen).toHaveLength(2);
    for (const { authorization, 'x-amz-security-token': token } of seen) {
      expect(authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request/,
      );
      expect(token).toBe('a-token');
    }
  });
});
