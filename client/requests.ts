import { planRetry } from './backoff.ts';
import type { Connection } from './connection.ts';
import { exchange, type Answer, type Outgoing } from './exchange.ts';
import { aborted, NightporterError, type FailureReason } from './failure.ts';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take with all its retries; 30 seconds when absent. */
  readonly timeoutMs?: number | undefined;
}

export interface Call {
  readonly method: Outgoing['method'];
  /** From the API's address on, already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  /** Whether the same call twice does no more than once. Only then is it tried again when nobody knows what it did. */
  readonly isSafe: boolean;
  /** How long the server will hold the answer. */
  readonly waitMs?: number;
}

export interface Effort {
  readonly giveUpAt: number;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const ATTEMPT_MS = 10_000;

/** These mean that nothing was done, or nobody knows what was. */
const MAY_PASS: Partial<Record<FailureReason, 'nothing was done' | 'unknown'>> = {
  throttled: 'nothing was done',
  unreachable: 'unknown',
  'server-error': 'unknown',
};

const mayRetry = ({ reason }: NightporterError, isSafe: boolean): boolean =>
  isSafe ? MAY_PASS[reason] !== undefined : MAY_PASS[reason] === 'nothing was done';

/** Lets time pass, unless the caller gives up. */
export const pause = async ({ clock }: Connection, durationMs: number, signal?: AbortSignal): Promise<void> => {
  if (signal?.aborted) throw aborted();
  try {
    await clock.sleep(durationMs, signal);
  } catch (cause) {
    throw signal?.aborted ? aborted() : cause;
  }
};

export const effortOf = ({ clock }: Connection, { signal, timeoutMs }: CallOptions = {}): Effort => ({
  giveUpAt: clock.now() + (timeoutMs ?? DEFAULT_TIMEOUT_MS),
  signal,
});

/** Tries until it is done, the time is over, or trying again would not help or could do harm. */
export const persist = async <T>(
  connection: Connection,
  { giveUpAt, signal }: Effort,
  isSafe: boolean,
  attempt: (leftMs: number) => Promise<T>,
): Promise<T> => {
  const { clock, random } = connection;
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt(Math.max(1, giveUpAt - clock.now()));
    } catch (error) {
      if (!(error instanceof NightporterError) || !mayRetry(error, isSafe)) throw error;
      const { retryAfterMs } = error;
      const waitMs = planRetry({ failures, retryAfterMs, chance: random(), leftMs: giveUpAt - clock.now() });
      if (waitMs === null) throw error;
      await pause(connection, waitMs, signal);
    }
  }
};

const queryOf = (query: Call['query'] = {}): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
};

/** A request to the API, with its retries. */
export const request = (connection: Connection, call: Call, effort: Effort): Promise<Answer> => {
  const { method, path, query, body, isSafe, waitMs = 0 } = call;
  const { url, apiKey } = connection;
  const outgoing: Outgoing = {
    method,
    url: url + path + queryOf(query),
    headers: {
      accept: 'application/json',
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  };
  return persist(connection, effort, isSafe, (leftMs) =>
    exchange(connection, outgoing, { timeoutMs: Math.min(ATTEMPT_MS + waitMs, leftMs), signal: effort.signal }),
  );
};

/** The answer's body, if it has the fields without which nobody can go on. */
export const expectBody = <T>({ body }: Answer, ...fields: readonly (keyof T & string)[]): T => {
  const isObject = typeof body === 'object' && body !== null;
  if (isObject && fields.every((field) => field in body)) return body as T;
  throw new NightporterError('unexpected-answer', 'the answer is not one of this API; is the address right?');
};
