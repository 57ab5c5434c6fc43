import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { bucketPath, drop, verdictOn } from '../support/local-registry.ts';
import { folderOf, linesOf, startServer, tasksOf, until } from '../support/local-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';
import { run } from './programs.ts';

const SERVICES = join(import.meta.dirname, '../../examples/pixell-runtime/services.yaml');

interface Ports {
  readonly rest: number;
  readonly a2a: number;
  readonly ui: number;
}

const ports = async (): Promise<Ports> => ({ rest: await freePort(), a2a: await freePort(), ui: await freePort() });

const answered = async (port: number, path: string) => {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: reply.status, body: (await reply.json()) as any };
};

const grpcStatus = async (port: number): Promise<string> => {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/a2a.A2AService/SendMessage' });
  stream.end();
  const [trailers] = await once(stream.resume(), 'trailers');
  session.close();
  return String(trailers['grpc-status']);
};

const bodyOf = async (reply: IncomingMessage): Promise<any> => {
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
};

/** Sends half of a body; the other half when it is told to. */
const slowRequest = (port: number, path: string) => {
  const call = request({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  call.on('error', () => undefined).write('{"name":');
  const answer = once(call, 'response').then(async ([reply]) => ({
    status: (reply as IncomingMessage).statusCode,
    body: await bodyOf(reply as IncomingMessage),
  }));
  return { finish: () => (call.end('"Ada"}'), answer) };
};

const HANDLER = 'def handler(event):\n    return "hello " + event["name"]\n';

/** The runtime's story; with the path of a CPython, or without one. */
export const pixellStory = (python: string): void => {
  const house = async (context: TestContext) => {
    const dataFolder = await folderOf(context);
    const { rest, a2a, ui } = await ports();
    const services = (await readFile(SERVICES, 'utf8'))
      .replaceAll('.nightporter/buckets/registry', join(dataFolder, 'buckets/registry'))
      .replace('.nightporter/pixell', join(dataFolder, 'pixell'))
      .replace('port: 8080', `port: ${rest}`)
      .replace("'50051'", `'${a2a}'`)
      .replace("'3000'", `'${ui}'\n      PYTHON: '${python}'`);
    const server = await startServer(context, { services, dataFolder });
    const state = async () => (await server.call('GET', '/services/pixell-runtime')).body.state;
    const wake = async () => {
      await server.call('POST', '/services/pixell-runtime/wake', { holder: 'tester' });
      await until('it is ready', async () => ((await state()) === 'ready' ? true : undefined));
    };
    const running = async (): Promise<readonly string[]> =>
      (await answered(rest, '/agents')).body.agents.map(
        (agent: any) => `${agent.developer}/${agent.name} ${agent.version}`,
      );
    const runs = (...expected: readonly string[]) =>
      until(`${expected.join(', ') || 'nothing'} runs`, async () =>
        JSON.stringify(await running()) === JSON.stringify(expected) ? true : undefined,
      );
    return { server, wake, state, running, runs, ports: { rest, a2a, ui } };
  };

  describe(`the runtime of agents, ${python === '' ? 'without Python' : 'with CPython'}`, { timeout: 120_000 }, () => {
    it('runs what is published, and no longer what is yanked', async (context) => {
      const { server, wake, runs, ports: at } = await house(context);
      await wake();
      await runs();
      expect(await answered(at.rest, '/health')).toMatchObject({ status: 200, body: { ok: true } });
      expect(await grpcStatus(at.a2a)).toBe('12');

      await drop(server, { file: 'hello-1.0.0.apkg', body: builtPackage({ files: { 'src/main.py': HANDLER } }) });
      expect(await verdictOn(server, 'hello-1.0.0.apkg')).toMatchObject({ code: 'PUBLISHED' });
      expect(await linesOf(server, 'notifications.ndjson')).toMatchObject([
        { type: 'package.published', name: 'hello' },
      ]);
      await runs('acme/hello 1.0.0');
      const asked = slowRequest(at.rest, '/agents/acme/hello/invoke');
      expect(await asked.finish()).toEqual(
        python === ''
          ? { status: 501, body: { error: 'there is no Python here', received: 14 } }
          : { status: 200, body: { output: 'hello Ada' } },
      );

      await drop(server, { file: 'hello-1.1.0.apkg', body: builtPackage({ version: '1.1.0' }) });
      await runs('acme/hello 1.1.0');
      expect(await (await fetch(`http://127.0.0.1:${at.ui}`)).text()).toContain('acme/hello 1.1.0');

      const yank = (version: string) =>
        server.call('POST', `/packages/acme/hello/${version}/yank`, { reason: 'it says the wrong thing' });
      await yank('1.1.0');
      await runs('acme/hello 1.0.0');
      await yank('1.0.0');
      await runs();
    });

    it('never sees a poisoned package, and does not believe the bucket either', async (context) => {
      const { server, wake, runs, running, ports: at } = await house(context);
      await wake();
      await drop(server, { file: 'climbs.apkg', body: builtPackage({ files: { '../../x': 'x' } }) });
      expect(await verdictOn(server, 'climbs.apkg')).toMatchObject({ code: 'PATH_TRAVERSAL' });
      await drop(server, { file: 'other.apkg', body: builtPackage(), checksum: sha256Of('something else') });
      expect(await verdictOn(server, 'other.apkg')).toMatchObject({ code: 'CHECKSUM_MISMATCH' });

      await drop(server, { file: 'good.apkg', body: builtPackage({ name: 'good' }) });
      await runs('acme/good 1.0.0');

      // Somebody has broken into the bucket: the index says one thing, the bytes are another.
      await drop(server, { file: 'bad.apkg', body: builtPackage({ name: 'bad' }) });
      const forged = builtPackage({ name: 'bad', files: { 'src/main.py': 'import os\n' } });
      await server.call('POST', '/services/pixell-runtime/kill', { holder: 'tester' });
      await verdictOn(server, 'bad.apkg');
      await writeFile(bucketPath(server, 'packages/acme/bad/1.0.0/package.apkg'), forged);
      await until('it sleeps', async () =>
        (await server.call('GET', '/services/pixell-runtime')).body.state === 'asleep' ? true : undefined,
      );
      await wake();
      await runs('acme/good 1.0.0');
      await until('it says why', async () =>
        (await tasksOf(server)).some(({ output }) => output.includes('refused: acme/bad 1.0.0')) ? true : undefined,
      );
      expect(await running()).toEqual(['acme/good 1.0.0']);
      expect(await answered(at.rest, '/health')).toMatchObject({ status: 200 });
    });

    it('finishes what it was asked when it is sent to sleep', async (context) => {
      const { server, wake, runs, state, ports: at } = await house(context);
      await drop(server, { file: 'hello.apkg', body: builtPackage({ files: { 'src/main.py': HANDLER } }) });
      await wake();
      await runs('acme/hello 1.0.0');
      const asked = slowRequest(at.rest, '/agents/acme/hello/invoke');
      await sleep(300);
      await server.call('POST', '/services/pixell-runtime/kill', { holder: 'tester' });
      await until('it takes no more', async () =>
        (await answered(at.rest, '/health').catch(() => undefined)) ? undefined : true,
      );
      expect(await state()).toBe('stopping');
      expect((await asked.finish()).status).toBe(python === '' ? 501 : 200);
      await until('it sleeps', async () => ((await state()) === 'asleep' ? true : undefined));
    });

    it('is not healthy before it has seen the index once', async (context) => {
      const folder = await folderOf(context);
      const { rest, a2a, ui } = await ports();
      await mkdir(join(folder, 'registry/index/registry.json'), { recursive: true });
      const runtime = run(context, 'examples/pixell-runtime/runtime.ts', {
        REGISTRY_URL: join(folder, 'registry/index/registry.json'),
        PACKAGES_DIR: join(folder, 'packages'),
        REGISTRY_POLL_INTERVAL: '0.2',
        PORT: String(rest),
        A2A_PORT: String(a2a),
        UI_PORT: String(ui),
        PYTHON: python,
      });
      await runtime.says(/the index cannot be read/);
      expect(await answered(rest, '/health')).toMatchObject({
        status: 503,
        body: { ok: false, surfaces: { registry: false, rest: true, a2a: true, ui: true } },
      });
      await rename(join(folder, 'registry/index/registry.json'), join(folder, 'elsewhere'));
      await until('it is healthy', async () => ((await answered(rest, '/health')).status === 200 ? true : undefined));
      expect(await runtime.end('SIGTERM')).toBe(0);
    });
  });
};
