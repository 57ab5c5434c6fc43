import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startServer, until, type LocalAnswer, type RunningServer } from '../support/local-server.ts';

const BOOTS = 3;

const servicesFile = async (): Promise<string> => `services:
  slow:
    command: [node, infra/local/demo/slow.ts]
    port: ${await freePort()}
    health: { path: /health }
`;

interface Wake {
  readonly asked: number;
  /** What the first answer said, and what came of it, in milliseconds after the wake. */
  readonly toldMs: number;
  readonly tookMs: number;
}

/** Wakes it, and asks again when Retry-After says so, and not before. */
const obey = async ({ call }: RunningServer): Promise<Wake> => {
  const first = await call('POST', '/services/slow/wake', { holder: 'ada' });
  let answer: LocalAnswer = first;
  let asked = 1;
  for (; answer.body.state !== 'ready'; asked += 1) {
    await sleep(Number(answer.headers.get('retry-after')) * 1_000);
    answer = await call('GET', '/services/slow');
  }
  const newest = (await call('GET', '/services/slow/history')).body.history.find(({ did }: any) => did === 'ready');
  const toldMs = Date.parse(first.body.estimatedReadyAt) - Date.parse(newest.boot.askedAt);
  return { asked, toldMs, tookMs: newest.boot.readyMs };
};

/** Somebody watches it come up, so that the first boot need not take the minute that it is expected to. */
const bootAndLeave = async (server: RunningServer): Promise<void> => {
  await server.call('POST', '/services/slow/wake', { holder: 'ada' });
  await until('it is ready', async () => {
    const { body } = await server.call('GET', '/services/slow?wait=25');
    return body.state === 'ready' ? body : undefined;
  });
  await leave(server);
};

const leave = async ({ call }: RunningServer): Promise<void> => {
  await call('POST', '/services/slow/kill', { holder: 'ada' });
  await until('it is asleep', async () => {
    const { body } = await call('GET', '/services/slow?wait=25');
    return body.state === 'asleep' ? body : undefined;
  });
};

it(
  'after three boots of the slow demo service the time told is within a fifth, and who obeys Retry-After asks 2 to 4 times',
  { timeout: 120_000 },
  async (context) => {
    const server = await startServer(context, { services: await servicesFile() });
    for (let boot = 0; boot < BOOTS; boot += 1) await bootAndLeave(server);
    const { asked, toldMs, tookMs } = await obey(server);
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(asked).toBeLessThanOrEqual(4);
    expect(Math.abs(toldMs - tookMs)).toBeLessThanOrEqual(tookMs / 5);
    const { body } = await server.call('GET', '/services/slow');
    expect(body.boot).toMatchObject({ phase: 'ready', boots: BOOTS + 1 });
    expect(server.output()).toMatch(/slow +booted .*medianMs=\d+/);
    await leave(server);
  },
);
