import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, platform } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startServer, until, type RunningServer } from '../support/local-server.ts';
import { run, type Program } from './programs.ts';

const SERVICES = join(import.meta.dirname, '../../examples/fluidity/services.yaml');

/** What agents give people a way to: says everything back, in capitals. */
const shouter = async ({ onTestFinished }: TestContext): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase())).on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const throughTunnel = async (agent: Program, words: string): Promise<string> => {
  const socket = connect(Number(await agent.says(/"port":(\d+)/)), '127.0.0.1');
  socket.write(words);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
};

/** All of 127/8 is this machine's on Linux; elsewhere a second address has to be set up first. */
const isOurs = (address: string): boolean =>
  platform() === 'linux' ||
  Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.address === address);

describe('agents of Fluidity, as they are', () => {
  const house = async (context: TestContext) => {
    const port = await freePort();
    const services = (await readFile(SERVICES, 'utf8')).replace('port: 8443', `port: ${port}`);
    const server = await startServer(context, { services });
    const target = await shouter(context);
    const agent = (more: Readonly<Record<string, string>> = {}): Program =>
      run(context, 'examples/fluidity/agent.ts', {
        WAKE_ENDPOINT: `${server.url}/wake`,
        KILL_ENDPOINT: `${server.url}/kill`,
        API_KEY: server.key,
        SERVER: `127.0.0.1:${port}`,
        TARGET: target,
        CONNECTION_RETRY_INTERVAL: '0.2',
        ...more,
      });
    return { server, agent };
  };

  const service = async (server: RunningServer) => (await server.call('GET', '/services/fluidity-server')).body;
  const becomes = (server: RunningServer, state: string, patienceMs?: number) =>
    until(`it is ${state}`, async () => ((await service(server)).state === state ? true : undefined), patienceMs);

  it(
    'tunnel through a server that was asleep, and the first to leave leaves the other alone',
    { timeout: 120_000 },
    async (context) => {
      if (!isOurs('127.0.0.2'))
        return context.skip('needs a second address, 127.0.0.2: `ifconfig lo0 alias 127.0.0.2`');
      const { server, agent } = await house(context);
      expect((await service(server)).state).toBe('asleep');

      const first = agent();
      expect(await throughTunnel(first, 'hello')).toBe('HELLO');
      expect(first.said()).toMatch(/^wake: waking, /);
      await becomes(server, 'ready');

      const second = agent({ LOCAL_ADDRESS: '127.0.0.2' });
      expect(await throughTunnel(second, 'and me')).toBe('AND ME');
      expect(second.said()).toMatch(/^wake: already_running, /);
      await until('both have a lease', async () => ((await service(server)).leases === 2 ? true : undefined));

      expect(await first.end('SIGTERM')).toBe(0);
      expect(first.said()).toMatch(/kill: released, .*1 other/);
      expect(await throughTunnel(second, 'still here')).toBe('STILL HERE');
      expect((await service(server)).state).toBe('ready');

      expect(await second.end('SIGTERM')).toBe(0);
      expect(second.said()).toMatch(/kill: killed, /);
      await becomes(server, 'asleep');
    },
  );

  it(
    'keep it awake by being connected, long after their lease, and unplugged ones let it sleep',
    { timeout: 120_000 },
    async (context) => {
      const { server, agent } = await house(context);
      const lonely = agent();
      await lonely.says(/connected/);
      await until(
        'its lease has run out',
        async () => ((await service(server)).leases === 0 ? true : undefined),
        30_000,
      );
      // Longer than what would be idle enough, had it nobody connected.
      for (let second = 0; second < 16; second += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        expect((await service(server)).state).toBe('ready');
      }
      expect(await throughTunnel(lonely, 'quiet, not gone')).toBe('QUIET, NOT GONE');

      await lonely.end('SIGKILL');
      await becomes(server, 'asleep', 60_000);
      expect((await service(server)).reason).toMatch(/idle|no/);
      expect(lonely.said()).not.toContain('kill:');
    },
  );

  it('warn and go on when they are not let in', { timeout: 60_000 }, async (context) => {
    const { server, agent } = await house(context);
    const stranger = agent({ API_KEY: 'wrong', CONNECTION_TIMEOUT: '1' });
    await stranger.says(/wake failed, going on: 401/);
    expect((await service(server)).state).toBe('asleep');
  });
});
