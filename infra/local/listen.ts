import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import { answerBrokenRequests } from './broken-requests.ts';

export interface Listening {
  /** With the port that was really taken. */
  readonly url: string;
  /** Takes no more requests; resolves when those in flight are answered, or have had time enough. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly fetch: Parameters<typeof createAdaptorServer>[0]['fetch'];
  readonly host: string;
  readonly port: number;
}

const LAST_ANSWERS_MS = 3_000;

/** Rejects, as the system does, when the port or the address cannot be had. */
export const listen = async ({ fetch, host, port }: ListenOptions): Promise<Listening> => {
  const server = createAdaptorServer({ fetch }) as Server;
  answerBrokenRequests(server);
  server.listen(port, host);
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
      await closed;
      clearTimeout(timer);
    },
  };
};
