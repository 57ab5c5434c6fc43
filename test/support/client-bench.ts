import { onTestFinished } from 'vitest';
import { tick } from '#shared/usecases/tick.ts';
import { createClient, type Client, type ClientOptions } from '../../client/nightporter-client.ts';
import { anApi, API_KEY, type ApiAtHand } from './api.ts';
import { aControlPlane, type ControlPlane } from './control-plane.ts';
import type { FleetSeed } from './memory-fleet.ts';
import { openApiCheck } from './openapi-check.ts';
import apiDocument from '../../functions/openapi/document.json' with { type: 'json' };

export interface SentRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: any;
  readonly headers: Headers;
  readonly at: number;
}

type Network = (request: SentRequest) => Response | Promise<Response> | undefined;

/** The client, and in one process with it the whole server, on one virtual clock. */
export interface ClientBench {
  readonly plane: ControlPlane;
  readonly api: ApiAtHand;
  readonly client: Client;
  /** What reached the network, in order. */
  readonly sent: readonly SentRequest[];
  /** Whatever it answers or throws, the server never hears of the request; `undefined`: it goes through. */
  before: Network;
  /** What becomes of an answer on its way back. */
  after: (request: SentRequest, answer: Response) => Response | Promise<Response>;
  /** Another client of the same server. */
  another(options?: Partial<ClientOptions>): Client;
  /** Since the clock began, in seconds. */
  seconds(): number;
  /** Lets the server tick until the test is over. */
  keepTicking(everySeconds: number): void;
}

const BASE = 'http://localhost';

/** Method and path of every request. */
export const trace = (sent: readonly SentRequest[]): readonly string[] =>
  sent.map(({ method, path }) => `${method} ${path}`);

export const lost = (): never => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('gone'), { code: 'ECONNRESET' }) });
};

export const aClientBench = (seeds?: Readonly<Record<string, FleetSeed>>): ClientBench => {
  const plane = aControlPlane(seeds);
  const api = anApi(plane);
  const check = openApiCheck(apiDocument);
  const sent: SentRequest[] = [];
  const startedAt = plane.clock.now();

  const hold = async (method: string, path: string, answer: Response): Promise<void> => {
    if (path.startsWith('/signed/')) return;
    const text = await answer.clone().text();
    const body = text === '' ? undefined : JSON.parse(text);
    const faults = check.faults(method, path, {
      status: answer.status,
      contentType: answer.headers.get('content-type'),
      body,
    });
    if (faults.length > 0) throw new Error(`against the OpenAPI document: ${faults.join('; ')}`);
  };

  const fetch: ClientOptions['fetch'] = async (url, init) => {
    const { method = 'GET' } = init;
    const path = url.slice(BASE.length);
    const body = typeof init.body === 'string' && init.body.startsWith('{') ? JSON.parse(init.body) : init.body;
    const request = { method, path, body, headers: new Headers(init.headers), at: plane.clock.now() };
    sent.push(request);
    const instead = await bench.before(request);
    if (instead) return instead;
    const asked = api.fetch(url, init);
    // Only who waits for news lets time pass on the way.
    const answer = await (path.includes('wait=') ? asked : plane.clock.during(asked));
    await hold(method, path, answer);
    return bench.after(request, answer);
  };

  const another = (options: Partial<ClientOptions> = {}): Client =>
    createClient({ url: BASE, apiKey: API_KEY, fetch, clock: plane.clock, random: () => 0.5, ...options });

  const bench: ClientBench = {
    plane,
    api,
    client: another(),
    sent,
    before: () => undefined,
    after: (_, answer) => answer,
    another,
    seconds: () => (plane.clock.now() - startedAt) / 1_000,
    keepTicking: (everySeconds) => {
      const end = new AbortController();
      onTestFinished(() => end.abort());
      const run = async (): Promise<void> => {
        for (;;) {
          await plane.clock.sleep(everySeconds * 1_000, end.signal);
          await tick(plane)();
        }
      };
      run().catch((cause: unknown) => {
        if (!end.signal.aborted) throw cause;
      });
    },
  };
  return bench;
};
