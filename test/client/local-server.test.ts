import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { createClient, type Client, type PublishProgress, type Service } from '../../client/nightporter-client.ts';
import { childrenOf } from '../support/child-process.ts';
import { freePort } from '../support/free-port.ts';
import { startServer, until, type RunningServer } from '../support/local-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';

const SHORT = '{ lease: 10s, idle-after: 2s, grace-after-wake: 1s, confirm-after: 1s }';

interface Place {
  readonly server: RunningServer;
  readonly client: Client;
}

const aPlace = async (context: TestContext, service: string, more = ''): Promise<Place> => {
  const command = `    command: [node, infra/local/demo/${service}.ts]\n    port: ${await freePort()}\n`;
  const services = `services:\n  ${service}:\n${command}    tags: ${SHORT}\n${more}`;
  const server = await startServer(context, { services });
  return { server, client: createClient({ url: server.url, apiKey: server.key }) };
};

const HEALTHY = '    health: { path: /health }\n';

const untilAsleep = (client: Client, service: string): Promise<Service> =>
  until(
    `${service} is asleep`,
    async () => {
      const now = await client.status(service);
      return now.state === 'asleep' ? now : undefined;
    },
    80_000,
  );

describe.concurrent('a client of a real server', () => {
  it(
    'holds a session for longer than its lease, while another comes and goes, and is the last to leave',
    { timeout: 120_000 },
    async (context) => {
      const { client } = await aPlace(context, 'echo', HEALTHY);
      await using ada = await client.session('echo', { holder: 'ada', leaseSeconds: 10 });
      const { endpoint, generation } = ada.service;
      const used = await fetch(endpoint?.url ?? '', { method: 'POST', body: 'anybody there?' });
      expect(await used.json()).toMatchObject({ body: 'anybody there?' });

      const bob = await client.session('echo', { holder: 'bob', leaseSeconds: 10 });
      expect(await bob.release()).toMatchObject({ how: 'released', service: { status: 'released', leases: 1 } });
      await sleep(18_000);
      expect(await client.status('echo', { holder: 'ada' })).toMatchObject({ state: 'ready', generation });
      expect(await client.decision('echo')).toMatchObject({ action: 'keep', because: 'leased' });
      expect(await ada.release()).toMatchObject({ how: 'released', service: { status: 'killed' } });
      expect(await untilAsleep(client, 'echo')).toMatchObject({ generation: generation + 1, reason: 'left by ada' });
    },
  );

  it(
    'that is ended by kill -9 keeps the service awake up to the end of its lease, and not much longer',
    { timeout: 120_000 },
    async (context) => {
      const { server, client } = await aPlace(context, 'echo', HEALTHY);
      const child = childrenOf(context)('session-child.ts', server.url, server.key, 'echo', 'doomed');
      const ended = once(child, 'exit');
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk));
      await until('it has a session', () => said !== '' || undefined);
      await sleep(4_000);
      // Not lost meanwhile.
      expect(said).toBe('ready\n');
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      const { lease, state } = await client.status('echo', { holder: 'doomed' });
      expect(state).toBe('ready');
      const leaseEndsAt = Date.parse(lease?.expiresAt ?? '');

      const { since, reason } = await untilAsleep(client, 'echo');
      expect(reason).toBe('idle');
      expect(Date.parse(since)).toBeGreaterThanOrEqual(leaseEndsAt);
      expect(Date.parse(since)).toBeLessThan(leaseEndsAt + 20_000);
    },
  );

  it('releases its lease when it is interrupted', { timeout: 120_000 }, async (context) => {
    const { server, client } = await aPlace(context, 'echo', HEALTHY);
    const child = childrenOf(context)('session-child.ts', server.url, server.key, 'echo', 'polite');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(String(await once(child.stdout, 'data'))).toBe('released\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await untilAsleep(client, 'echo')).toMatchObject({ reason: 'left by polite' });
  });

  it(
    'learns why a service does not start, soon after the third time, and what it said last',
    { timeout: 120_000 },
    async (context) => {
      const { client } = await aPlace(context, 'crash');
      const work = client.wake('crash', { holder: 'ada', leaseSeconds: 600 });
      await expect(work).rejects.toMatchObject({
        reason: 'failing',
        message: expect.stringContaining('exit code 1'),
        service: { failure: { count: 3, output: expect.stringContaining('the database is not there') } },
      });
    },
  );

  it(
    'publishes a file, is told how far it has come, and finds the same bytes',
    { timeout: 120_000 },
    async (context) => {
      const { server, client } = await aPlace(context, 'echo', HEALTHY);
      const noise = Array.from({ length: 5_000 }, (_, index) => sha256Of(String(index))).join('');
      const body = builtPackage({ files: { 'src/noise.txt': noise } });
      const path = join(server.dataFolder, 'hello-1.0.0.apkg');
      await writeFile(path, body);
      const told: PublishProgress[] = [];
      const onProgress = (progress: PublishProgress): void => void told.push(progress);
      const upload = { developer: 'acme', file: 'hello-1.0.0.apkg', content: await openAsBlob(path), onProgress };
      expect(await client.publish(upload)).toMatchObject({ verdict: 'accepted', code: 'PUBLISHED' });
      const sent = told.filter(({ phase }) => phase === 'uploading').map(({ sentBytes }) => sentBytes);
      expect(sent.length).toBeGreaterThan(3);
      expect(sent.at(-1)).toBe(body.byteLength);

      const { url, sha256 } = await client.download({ developer: 'acme', name: 'hello', version: '1.0.0' });
      expect(sha256).toBe(sha256Of(body));
      expect(sha256Of(await (await fetch(url)).bytes())).toBe(sha256);
    },
  );

  it('is refused with another key, and finds nobody at another port', { timeout: 120_000 }, async (context) => {
    const { server } = await aPlace(context, 'echo', HEALTHY);
    const stranger = createClient({ url: server.url, apiKey: 'another' });
    await expect(stranger.services()).rejects.toMatchObject({ reason: 'unauthorized', status: 401 });
    const nobody = createClient({ url: `http://127.0.0.1:${await freePort()}`, apiKey: server.key });
    await expect(nobody.services({ timeoutMs: 1_500 })).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/^no answer from http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED$/),
    });
  });
});
