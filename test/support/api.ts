import { expect } from 'vitest';
import { allEndpoints } from '../../infra/local/endpoints.ts';
import type { Grant } from '#shared/domain/caller.ts';
import { localServer } from '../../infra/local/server.ts';
import { openApiCheck } from './openapi-check.ts';
import type { ControlPlane } from './control-plane.ts';

export const API_KEY = 'the-key-of-the-tests';

/** What a key may do that may do everything. */
export const EVERYTHING: Grant = { force: true, hold: true, registry: true, developers: ['acme'] };

export interface Call {
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string | null;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export interface Api {
  call(method: string, path: string, call?: Call): Promise<Answer>;
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

/** In the same process, so that a client can be given it in place of the network. */
export interface ApiAtHand extends Api {
  /** As `fetch` does it, below `http://localhost`. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

const contentOf = (body: unknown): string | undefined =>
  typeof body === 'string' || body === undefined ? body : JSON.stringify(body);

/** The server's addresses without a socket. Every answer is held against the OpenAPI document on the way. */
export const anApi = (plane: ControlPlane, grant: Grant = EVERYTHING): ApiAtHand => {
  const ending = new AbortController().signal;
  const endpoints = allEndpoints(plane, plane.packages.deps);
  const server = localServer({
    endpoints,
    apiKey: API_KEY,
    telemetry: plane.telemetry,
    grantOf: async () => grant,
    serveSigned: plane.packages.serveSigned,
    ending,
  });
  let check: ReturnType<typeof openApiCheck> | undefined;

  const send = async (method: string, path: string, { body, headers = {}, key = API_KEY, signal }: Call) => {
    const content = contentOf(body);
    const reply = await server.request(`http://localhost${path}`, {
      method,
      headers: {
        ...(key !== null && { 'x-api-key': key }),
        ...(content !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(content !== undefined && { body: content }),
      ...(signal && { signal }),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text === '' ? undefined : JSON.parse(text) };
  };

  return {
    routes: server.routes.filter(({ method }) => method !== 'ALL'),
    fetch: async (url, init) => server.request(url, init),
    call: async (method, path, call = {}) => {
      check ??= openApiCheck((await send('GET', '/openapi.json', {})).body);
      const answer = await send(method, path, call);
      const seen = { ...answer, contentType: answer.headers.get('content-type') };
      expect(check.faults(method, path, seen), 'against the OpenAPI document').toEqual([]);
      return answer;
    },
  };
};
