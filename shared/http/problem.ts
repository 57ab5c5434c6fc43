import { Refusal, type RefusalCode } from '#shared/domain/errors.ts';
import { PROBLEM_TYPE, reply, type HttpReply } from '#shared/http/request.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';

interface Kind {
  readonly status: number;
  readonly title: string;
}

/** The one table from refusals to HTTP. A code without a line here does not compile. */
export const PROBLEMS = {
  'invalid-input': { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'The API key is missing or wrong' },
  forbidden: { status: 403, title: 'This key may not do that' },
  'service-not-found': { status: 404, title: 'No such service' },
  'package-not-found': { status: 404, title: 'No such package' },
  'route-not-found': { status: 404, title: 'No such address' },
  'method-not-allowed': { status: 405, title: 'This address does not take that method' },
  'service-asleep': { status: 409, title: 'The service is asleep' },
  held: { status: 409, title: 'Somebody holds the service' },
  failing: { status: 409, title: 'The service fails to start' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  throttled: { status: 429, title: 'Too much at once' },
} as const satisfies Record<RefusalCode, Kind>;

/** A bug or an outage: nothing of it is shown. */
const INTERNAL: Kind = { status: 500, title: 'Something went wrong here' };

/** RFC 9457, with a stable code and the field that was wrong. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: RefusalCode | 'internal';
  readonly detail: string;
  readonly field: string | null;
}

const problem = (code: Problem['code'], { status, title }: Kind, detail: string, field: string | null): Problem => ({
  type: `urn:nightporter:problem:${code}`,
  title,
  status,
  code,
  detail,
  field,
});

/** Whole seconds, never too early. */
export const retryAfter = (retryAfterMs: number): Readonly<Record<string, string>> => ({
  'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))),
});

const problemReply = (body: Problem, headers: Readonly<Record<string, string>> = {}): HttpReply =>
  reply(body.status, body, { 'content-type': PROBLEM_TYPE, ...headers });

/** A refusal as it is shown to the caller. */
export const refusalReply = ({ code, message, details }: Refusal): HttpReply =>
  problemReply(
    problem(code, PROBLEMS[code], message, details.field ?? null),
    details.retryAfterMs === undefined ? {} : retryAfter(details.retryAfterMs),
  );

/** Whatever was thrown, as an answer. What is no refusal is logged here, once, and says nothing of itself outside. */
export const failureReply = (telemetry: Telemetry, cause: unknown, operationId: string): HttpReply => {
  if (cause instanceof Refusal) return refusalReply(cause);
  telemetry.failure('request.failed', cause, { operationId });
  return problemReply(
    problem('internal', INTERNAL, 'the request could not be carried out; it may be tried again', null),
  );
};
