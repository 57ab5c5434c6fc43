import type { Service } from './replies.ts';

/** Every way in which a call ends without what it was for. Closed, so that a `switch` over it is checked. */
export type FailureReason =
  /** The service does not start; `message` says why, and `service.failure` what it said last. */
  | 'failing'
  /** Somebody holds the service. */
  | 'held'
  /** The service is asleep, or was put to sleep by somebody else meanwhile. */
  | 'asleep'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  /** A value that the API does not take; `field` names it where that is known. */
  | 'invalid-input'
  /** Too much at once, also after the retries; `retryAfterMs` says when it may help to ask again. */
  | 'throttled'
  /** No answer, or none of Nightporter itself, also after the retries. */
  | 'unreachable'
  /** Nightporter answered that something is wrong on its side, also after the retries. */
  | 'server-error'
  /** What answered does not speak this API: the address is probably wrong. */
  | 'unexpected-answer'
  | 'timed-out'
  | 'aborted';

export interface FailureDetails {
  readonly status?: number;
  readonly code?: string;
  readonly field?: string | null;
  readonly retryAfterMs?: number | null;
  readonly service?: Service;
}

/**
 * Why a call ended without what it was for. It has no `cause`: what a `fetch` throws may hold the whole request, and
 * with it the key, and errors are what people log.
 */
export class NightporterError extends Error {
  override readonly name = 'NightporterError';
  readonly reason: FailureReason;
  /** The HTTP status; null: there was no answer, or this is not about one. */
  readonly status: number | null;
  /** The stable code of the API's refusal. */
  readonly code: string | null;
  /** The input that was wrong. */
  readonly field: string | null;
  readonly retryAfterMs: number | null;
  /** The service as it was last seen. */
  readonly service: Service | null;

  constructor(reason: FailureReason, message: string, details: FailureDetails = {}) {
    super(message);
    this.reason = reason;
    this.status = details.status ?? null;
    this.code = details.code ?? null;
    this.field = details.field ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.service = details.service ?? null;
  }
}

const BY_CODE: Readonly<Record<string, FailureReason>> = {
  'invalid-input': 'invalid-input',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  'service-not-found': 'not-found',
  'package-not-found': 'not-found',
  'route-not-found': 'not-found',
  'method-not-allowed': 'invalid-input',
  'service-asleep': 'asleep',
  held: 'held',
  failing: 'failing',
  'body-too-large': 'invalid-input',
  'unsupported-media-type': 'invalid-input',
  throttled: 'throttled',
};

/** Of refusals that carry no code, or one that is newer than this client. */
const BY_STATUS: Readonly<Record<number, FailureReason>> = {
  400: 'invalid-input',
  401: 'unauthorized',
  403: 'forbidden',
  429: 'throttled',
  500: 'server-error',
};

/** What a refusal means for the caller. A gateway's own 502 to 504 say that nothing behind it could be reached. */
export const reasonOf = (status: number, code: string | null): FailureReason =>
  (code === null ? undefined : BY_CODE[code]) ??
  BY_STATUS[status] ??
  (status > 500 ? 'unreachable' : 'unexpected-answer');

/** The same failure, with the service as it was last seen. */
export const withService = (error: NightporterError, service: Service): NightporterError =>
  new NightporterError(error.reason, error.message, {
    ...(error.status !== null && { status: error.status }),
    ...(error.code !== null && { code: error.code }),
    field: error.field,
    retryAfterMs: error.retryAfterMs,
    service: error.service ?? service,
  });

export const aborted = (): NightporterError => new NightporterError('aborted', 'given up by the caller');
