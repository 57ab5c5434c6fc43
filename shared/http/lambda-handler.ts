import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Grant } from '#shared/domain/caller.ts';
import { Refusal } from '#shared/domain/errors.ts';
import type { Endpoint } from '#shared/http/endpoint.ts';
import { readGatewayEvent, type GatewayRequest } from '#shared/http/gateway-event.ts';
import { failureReply, refusalReply } from '#shared/http/problem.ts';
import type { HttpReply } from '#shared/http/request.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Fields, ScopedTelemetry } from '#shared/ports/telemetry.ts';

export interface LambdaOptions {
  readonly telemetry: ScopedTelemetry;
  readonly clock: Clock;
  /** What a subject may do. */
  readonly grantOf: (subject: string) => Promise<Grant>;
  /** A signal that is aborted after so many milliseconds. */
  readonly after?: (durationMs: number) => AbortSignal;
}

/** What is left of the function's time, for an answer, once nobody is waited for any more. */
const RESERVE_MS = 2_000;

export type LambdaContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

interface Answer {
  readonly operationId: string;
  readonly reply: HttpReply;
}

/** An address of ours, as the caller has to write it. */
const fromOutside = (location: string | undefined, base: string): Readonly<Record<string, string>> =>
  location?.startsWith('/') ? { location: base + location } : {};

const toResult = (
  { status, headers, body }: HttpReply,
  base: string,
  correlationId: string,
): APIGatewayProxyResult => ({
  statusCode: status,
  headers: { ...headers, ...fromOutside(headers['location'], base), 'x-correlation-id': correlationId },
  body: body === undefined ? '' : JSON.stringify(body),
});

/** Whom the answer is about: older addresses name the service in the body, or not at all. */
const serviceIn = ({ body = {} }: HttpReply): Fields =>
  'service' in body && typeof body.service === 'string' ? { service: body.service } : {};

/** What is at the address that was asked for, or why nothing is: 404, then 405. */
const found = (endpoints: readonly Endpoint[], { resource, method }: GatewayRequest): Endpoint | HttpReply => {
  const here = endpoints.filter(({ path }) => path === resource);
  const endpoint = here.find((each) => each.method === method);
  if (endpoint) return endpoint;
  if (here.length === 0) return refusalReply(new Refusal('route-not-found', 'there is nothing at this address'));
  const allow = here.map((each) => each.method).join(', ');
  const refused = refusalReply(new Refusal('method-not-allowed', `${method} is not among ${allow}`));
  return { ...refused, headers: { ...refused.headers, allow } };
};

const isReply = (answer: Endpoint | HttpReply): answer is HttpReply => 'status' in answer;

/** The addresses of one function behind API Gateway: 404, then 405, then who it is, then the request itself. */
export const lambdaHandler = (
  endpoints: readonly Endpoint[],
  { telemetry, clock, grantOf, after = (ms) => AbortSignal.timeout(ms) }: LambdaOptions,
) => {
  const ask = async (endpoint: Endpoint, request: GatewayRequest, context: LambdaContext): Promise<HttpReply> => {
    try {
      const { subject, source } = request;
      if (subject === null && !endpoint.needsNoKey) {
        throw new Refusal('unauthorized', 'x-api-key must be a valid key', { field: 'x-api-key' });
      }
      const grant = subject === null ? {} : await grantOf(subject);
      return await endpoint.handle({
        ...request,
        caller: { subject: subject ?? 'anybody', source, grant },
        // Made for those who look at it: few wait, and a cold start is not to wait for a timer.
        get signal() {
          return after(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS));
        },
      });
    } catch (cause) {
      return failureReply(telemetry, cause, endpoint.operationId);
    }
  };

  const answer = async (request: GatewayRequest, context: LambdaContext): Promise<Answer> => {
    const endpoint = found(endpoints, request);
    if (isReply(endpoint)) return { operationId: 'routing', reply: endpoint };
    return { operationId: endpoint.operationId, reply: await ask(endpoint, request, context) };
  };

  return async (event: unknown, context: LambdaContext): Promise<APIGatewayProxyResult> => {
    const request = readGatewayEvent(event);
    const correlationId = request.correlationId ?? context.awsRequestId;
    const scope = { correlationId, subject: request.subject, service: request.params['service'] ?? null };
    return telemetry.within(scope, async () => {
      const startedAt = clock.now();
      const { operationId, reply } = await answer(request, context);
      const durationMs = clock.now() - startedAt;
      telemetry.event('request.answered', { ...serviceIn(reply), operationId, status: reply.status, durationMs });
      return toResult(reply, request.base, correlationId);
    });
  };
};
