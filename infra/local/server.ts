import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { Grant } from '#shared/domain/caller.ts';
import { Refusal } from '#shared/domain/errors.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { failureReply, refusalReply } from '#shared/http/problem.ts';
import type { HttpReply, HttpRequest } from '#shared/http/request.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { readBody } from './read-body.ts';
import { SIGNED_PATH } from './signed-addresses.ts';

export interface ServerOptions {
  readonly endpoints: readonly Endpoint[];
  readonly apiKey: string;
  readonly telemetry: Telemetry;
  /** What a subject may do. */
  readonly grantOf: (subject: string) => Promise<Grant>;
  /** Serves addresses that were signed: they carry their own permission. */
  readonly serveSigned: (request: Request) => Promise<Response>;
  /** Aborted when the server ends: whoever waits is answered at once. */
  readonly ending: AbortSignal;
}

/** The subject behind the one key that there is. */
export const LOCAL = 'local';

type Env = { Bindings: Partial<HttpBindings> };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes equally long for every wrong key: digests are compared, and all of them. */
const keyCheck = (apiKey: string): ((given: string | undefined) => boolean) => {
  const expected = digest(apiKey);
  return (given) => given !== undefined && timingSafeEqual(digest(given), expected);
};

const addressOf = (context: Context<Env>): string =>
  (context.env?.incoming?.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');

const toResponse = ({ status, headers, body }: HttpReply): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), { status, headers });

const toHonoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** The caller hung up while it was still sending. */
const isBrokenOff = (context: Context<Env>, cause: unknown): boolean =>
  context.req.raw.signal.aborted && cause === context.req.raw.signal.reason;
const GONE = new Refusal('invalid-input', 'the request broke off', { field: 'body' });

/** The addresses behind one HTTP server: 404, then 405, then the key, then the request itself. */
export const localServer = (options: ServerOptions): Hono<Env> => {
  const { endpoints, apiKey, telemetry, grantOf, serveSigned, ending } = options;
  const isKey = keyCheck(apiKey);

  const read = async (context: Context<Env>): Promise<HttpRequest> => ({
    method: context.req.method,
    path: context.req.path,
    params: context.req.param(),
    query: [...new URL(context.req.url).searchParams],
    body: await readBody(context.req.raw),
    contentType: context.req.header('content-type') ?? null,
    accept: context.req.header('accept') ?? null,
    caller: { subject: LOCAL, source: addressOf(context), grant: await grantOf(LOCAL) },
    signal: AbortSignal.any([context.req.raw.signal, ending]),
  });

  /** Told whether or not anybody is still there to be answered; a request that broke off is no failure of ours. */
  const failed = (context: Context<Env>, cause: unknown, operationId: string): Response =>
    toResponse(failureReply(telemetry, isBrokenOff(context, cause) ? GONE : cause, operationId));

  const serve = async (endpoint: Endpoint, context: Context<Env>): Promise<Response> => {
    try {
      if (!endpoint.needsNoKey && !isKey(context.req.header('x-api-key'))) {
        throw new Refusal('unauthorized', 'x-api-key must be a valid key', { field: 'x-api-key' });
      }
      return toResponse(await endpoint.handle(await read(context)));
    } catch (cause) {
      return failed(context, cause, endpoint.operationId);
    }
  };

  const server = new Hono<Env>();
  for (const [path, group] of Map.groupBy(endpoints, (endpoint) => endpoint.path)) {
    for (const endpoint of group) server.on(endpoint.method, toHonoPath(path), (context) => serve(endpoint, context));
    const allow = group.map(({ method }) => method).join(', ');
    server.all(toHonoPath(path), ({ req }) => {
      const refused = refusalReply(new Refusal('method-not-allowed', `${req.method} is not among ${allow}`));
      return toResponse({ ...refused, headers: { ...refused.headers, allow } });
    });
  }
  server.all(`${SIGNED_PATH}:permit`, (context) =>
    serveSigned(context.req.raw).catch((cause: unknown) => failed(context, cause, 'signed')),
  );
  server.notFound(() => toResponse(refusalReply(new Refusal('route-not-found', 'there is nothing at this address'))));
  server.onError((cause) => toResponse(failureReply(telemetry, cause, 'routing')));
  return server;
};
