import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { folderOf, isRunning, spawnServer, startServer, tasksOf, until } from '../support/local-server.ts';

const echoService = async (): Promise<string> =>
  `services:\n  echo: { command: [node, infra/local/demo/echo.ts], port: ${await freePort()}, health: { path: /health } }\n`;

/** One line that names the folder, and nothing else. */
const saysUnusable = (folder: string): RegExp => new RegExp(`^the data folder ${folder} cannot be used: .+\n$`);

/** A start that is not to succeed. */
const refusedStart = async (context: TestContext, ...args: readonly string[]) => {
  const { text, ended } = spawnServer(context, args);
  return { status: await ended, ...text };
};

describe.concurrent('a start', () => {
  it('without a key makes one that only its owner can read, and keeps it', async (context) => {
    const services = await echoService();
    const first = await startServer(context, { services });
    expect(first.output()).toContain(`KEY=${first.key}`);
    expect((await stat(join(first.dataFolder, 'api-key'))).mode & 0o777).toBe(0o600);
    await first.end('SIGTERM');
    const second = await startServer(context, { services, dataFolder: first.dataFolder });
    expect(second.key).toBe(first.key);
  });

  it('with a key takes it and does not repeat it', async (context) => {
    const data = await folderOf(context);
    const config = join(data, 'services.yaml');
    await writeFile(config, await echoService());
    const { text } = spawnServer(context, ['--port', '0', '--data', data, '--config', config, '--api-key', 'a-secret']);
    const url = await until('it listens', () => /^listening on (\S+)/.exec(text.stdout)?.[1]);
    expect((await fetch(`${url}/services`, { headers: { 'x-api-key': 'a-secret' } })).status).toBe(200);
    expect((await fetch(`${url}/services`, { headers: { 'x-api-key': 'another' } })).status).toBe(401);
    expect(text.stdout + text.stderr).not.toContain('a-secret');
  });

  it('on a data folder that is in use is refused, naming who uses it', async (context) => {
    const first = await startServer(context, { services: await echoService() });
    const second = await refusedStart(context, '--port', '0', '--data', first.dataFolder);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`another server (process ${first.pid}) uses the data folder`);
    expect((await first.call('GET', '/services')).status).toBe(200);
  });

  it('takes over the lock of a server that is no more', async (context) => {
    const dataFolder = await folderOf(context);
    await symlink('999999-1', join(dataFolder, 'server.lock'));
    const server = await startServer(context, { services: await echoService(), dataFolder });
    expect((await server.call('GET', '/services')).status).toBe(200);
  });

  it('on a port that is taken says so', async (context) => {
    const first = await startServer(context, { services: await echoService() });
    const { port } = new URL(first.url);
    const second = await refusedStart(context, '--port', port, '--data', await folderOf(context));
    expect(second).toMatchObject({ status: 1, stderr: expect.stringContaining(`port ${port}`) });
  });

  it('with a file as its data folder says so', async (context) => {
    const file = join(await folderOf(context), 'file');
    await writeFile(file, '');
    const { status, stderr } = await refusedStart(context, '--port', '0', '--data', file);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(saysUnusable(file)) });
  });

  it.for(['buckets', 'buckets/control', 'tasks', 'server.lock'])(
    'with a file as %s in its data folder says so',
    async (name, context) => {
      const data = await folderOf(context);
      await mkdir(dirname(join(data, name)), { recursive: true });
      await writeFile(join(data, name), '');
      const { status, stderr } = await refusedStart(context, '--port', '0', '--data', data);
      expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(saysUnusable(data)) });
    },
  );

  it.for(['api-key', 'audit.ndjson', 'server.lock'])(
    'with a folder as %s in its data folder says so',
    async (name, context) => {
      const data = await folderOf(context);
      await mkdir(join(data, name));
      const { status, stderr } = await refusedStart(context, '--port', '0', '--data', data);
      expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(saysUnusable(data)) });
    },
  );

  it.for([
    ['--host', '192.0.2.1', 'cannot listen', 1],
    ['--port', '70000', 'whole number', 2],
    ['--port', '-1', 'whole number', 2],
    ['--tick', '500ms', 'duration', 2],
    ['--tick', '0s', 'duration', 2],
    ['--api-key', 'with space', 'visible ASCII', 2],
    ['--nonsense', 'x', 'unknown option', 2],
    ['--default-service', 'nobody', 'nobody', 2],
  ] as const)('with %s %s is refused', async ([option, value, said, expected], context) => {
    const data = await folderOf(context);
    const { status, stderr, stdout } = await refusedStart(context, '--port', '0', '--data', data, option, value);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(stderr).toContain(said);
  });

  it('with a bad services file is refused with every line that is wrong', async (context) => {
    const file = join(await folderOf(context), 'services.yaml');
    await writeFile(file, 'services:\n  echo:\n    command: node\n    port: 90000\n    colour: red\n');
    const { status, stderr } = await refusedStart(context, '--port', '0', '--config', file);
    expect(status).toBe(2);
    for (const line of [3, 4, 5]) expect(stderr).toContain(`${file}:${line}: services.echo.`);
  });

  it('without its services file is refused', async (context) => {
    const { status, stderr } = await refusedStart(context, '--port', '0', '--config', '/nowhere/services.yaml');
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot be read (ENOENT)') });
  });
});

describe.concurrent('a stop', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s answers who waits, stops the services and says so',
    async (signal, context) => {
      const slow = `{ command: [node, infra/local/demo/slow.ts], environment: { BOOT_SECONDS: '60' }, port: ${await freePort()}, health: { path: /health } }`;
      const server = await startServer(context, { services: `services:\n  slow: ${slow}\n` });
      await server.call('POST', '/services/slow/wake');
      const pid = await until('a task runs', async () => (await tasksOf(server))[0]?.pid ?? undefined);
      const waiting = server.call('GET', '/services/slow?wait=25');
      await sleep(500);
      const exited = server.end(signal);
      expect(await waiting).toMatchObject({ status: 200, body: { state: 'waking' } });
      expect(await exited).toBe(0);
      expect(isRunning(pid)).toBe(false);
      expect(server.output()).toMatch(/slow +stopping\n.*slow +stopped\nstopped\n$/s);
      expect((await tasksOf(server)).every((task) => task.pid === null)).toBe(true);
    },
  );

  it('asked for twice ends at once, and leaves no process', async (context) => {
    const deaf = `"process.on('SIGTERM', () => undefined); require('node:http').createServer((q, r) => r.end()).listen(process.env.PORT, '127.0.0.1')"`;
    const services = `services:\n  deaf: { command: [node, -e, ${deaf}], port: ${await freePort()}, stopTimeout: 60s, health: { tcp: true } }\n`;
    const server = await startServer(context, { services });
    await server.call('POST', '/services/deaf/wake');
    await server.call('GET', '/services/deaf?wait=25');
    const pid = await until('a task runs', async () => (await tasksOf(server))[0]?.pid ?? undefined);
    const ended = server.end('SIGINT');
    await until('it says so', () => server.output().includes('deaf         stopping') || undefined);
    process.kill(server.pid, 'SIGINT'); // npm passes on what the terminal has sent already
    await sleep(1_000);
    expect(isRunning(pid)).toBe(true);
    await server.end('SIGINT');
    expect(await ended).toBe(130);
    await until('no process is left', () => !isRunning(pid) || undefined, 5_000);
  });
});
