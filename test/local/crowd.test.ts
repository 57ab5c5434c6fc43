import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import {
  folderOf,
  isRunning,
  linesOf,
  startServer,
  tasksOf,
  until,
  type LocalAnswer,
  type RunningServer,
} from '../support/local-server.ts';

const echoService = async (): Promise<string> => `
services:
  echo:
    command: [node, infra/local/demo/echo.ts]
    port: ${await freePort()}
    health: { path: /health }
    tags: { lease: 10m }
`;

const HOLDERS = Array.from({ length: 50 }, (_, index) => `agent-${index}`);

/** What a client does that means it: asks again until it is answered. */
const persistently = async (ask: () => Promise<LocalAnswer>): Promise<LocalAnswer> => {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer && answer.status < 400) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

it('200 wakes by 50 holders at once are one start, and 50 leases', { timeout: 60_000 }, async (context) => {
  const server = await startServer(context, { services: await echoService() });
  const before = (await server.call('GET', '/services/echo')).body;
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      persistently(() => server.call('POST', '/services/echo/wake', { holder: HOLDERS[index % HOLDERS.length] })),
    ),
  );
  expect(answers).toHaveLength(200);
  expect(new Set(answers.map(({ body }) => body.generation))).toEqual(new Set([before.generation + 1]));
  expect(answers.filter(({ body }) => body.status === 'waking')).toHaveLength(1);
  const { body: ready } = await server.call('GET', '/services/echo?wait=25');
  expect(ready).toMatchObject({ state: 'ready', generation: before.generation + 1, runningCount: 1 });
  // null where a change of the task was seen since somebody counted; whoever asks next counts.
  const leases = await until(
    'the leases are counted',
    async () => (await server.call('GET', '/services/echo')).body.leases ?? undefined,
  );
  expect(leases).toBe(50);
  expect(await tasksOf(server)).toHaveLength(1);
  expect(server.errors()).toBe('');
});

/** Wakes, heartbeats and kills as fast as they are answered, until nobody answers. */
const load = async (server: RunningServer, name: string): Promise<void> => {
  const lease = `/services/echo/leases/${name}`;
  try {
    for (;;) {
      await server.call('POST', '/services/echo/wake', { holder: name });
      await server.call('PUT', lease, { leaseSeconds: 60 });
      await server.call('GET', '/services/echo');
      await server.call('DELETE', lease);
    }
  } catch {
    // The server is gone, as it was meant to be.
  }
};

const jsonFiles = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));

it(
  'a server that is killed under load loses no lease, no file and no process',
  { timeout: 120_000 },
  async (context) => {
    const dataFolder = await folderOf(context);
    const services = await echoService();
    let server = await startServer(context, { services, dataFolder });
    const promised: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const holder = `keeper-${round}`;
      await server.call('POST', '/services/echo/wake', { holder, leaseSeconds: 600 });
      promised.push(holder);
      await until(
        'it is ready',
        async () => (await server.call('GET', '/services/echo?wait=5')).body.state === 'ready' || undefined,
      );
      const pid = await until(
        'a task runs',
        async () => (await tasksOf(server)).find((task) => task.pid !== null)?.pid ?? undefined,
      );
      const loads = ['a', 'b', 'c', 'd'].map((name) => load(server, name));
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(await server.end('SIGKILL')).toBe('SIGKILL');
      await Promise.all(loads);

      server = await startServer(context, { services, dataFolder });
      const { body } = await server.call('GET', '/services/echo?wait=25');
      expect(body.state).toBe('ready');
      expect(isRunning(pid), 'the process of the dead server').toBe(false);
      for (const name of promised) {
        const { body: held } = await server.call('GET', `/services/echo?holder=${name}`);
        expect(held.lease).toMatchObject({ holder: name });
      }
    }
    for (const file of await jsonFiles(join(dataFolder, 'buckets'))) JSON.parse(await readFile(file, 'utf8'));
    expect((await linesOf(server, 'audit.ndjson')).length).toBeGreaterThan(5);
    // What is shown as ready may be what was seen up to three seconds before the server died.
    await until('one task runs', async () => {
      const running = (await tasksOf(server)).filter((task) => task.pid !== null);
      return running.length === 1 || undefined;
    });
    expect(await server.end('SIGTERM')).toBe(0);
    expect((await tasksOf(server)).filter((task) => task.pid !== null)).toEqual([]);
  },
);
