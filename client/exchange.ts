import { readRetryAfter } from './backoff.ts';
import type { Connection } from './connection.ts';
import { aborted, NightporterError, reasonOf } from './failure.ts';
import { within, type Limits } from './within.ts';

/** One request as it goes out. */
export interface Outgoing {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestInit['body'];
}

export interface Answer {
  readonly status: number;
  /** What the JSON said; `undefined`: nothing. */
  readonly body: unknown;
  readonly retryAfterMs: number | null;
}

interface Raw {
  readonly response: Response;
  readonly text: string;
}

/** The kind of a failure, such as ECONNREFUSED. Never its text, which may repeat what was sent. */
const kindOf = (cause: unknown): string => {
  const { code, name, cause: inner } = (cause ?? {}) as { code?: unknown; name?: unknown; cause?: unknown };
  const kind = (inner as { code?: unknown } | undefined)?.code ?? code ?? name;
  return typeof kind === 'string' && /^\w{1,40}$/.test(kind) ? kind : 'unknown';
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The fields of a problem (RFC 9457), as far as they are there. */
const problemOf = (body: unknown) => {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string | null => (typeof fields[name] === 'string' ? fields[name] : null);
  return { code: text('code'), detail: text('detail') ?? text('title'), field: text('field') };
};

/** Without the key, should an answer repeat it. */
const withoutKey =
  ({ apiKey }: Connection) =>
  (text: string): string =>
    apiKey === undefined ? text : text.replaceAll(apiKey, '[key]');

const refusal = (connection: Connection, { url }: Outgoing, { response, text }: Raw): NightporterError => {
  const shown = withoutKey(connection);
  const { status, headers } = response;
  const { code, detail, field } = problemOf(parse(text));
  return new NightporterError(
    reasonOf(status, code),
    detail === null ? `${new URL(url).origin} answered ${status}, and not as Nightporter does` : shown(detail),
    {
      status,
      ...(code !== null && { code: shown(code) }),
      field: field && shown(field),
      retryAfterMs: readRetryAfter(headers.get('retry-after'), headers.get('date')),
    },
  );
};

const unexpected = ({ url }: Outgoing, what: string, status?: number): NightporterError =>
  new NightporterError('unexpected-answer', `${new URL(url).origin} answered ${what}; is the address right?`, {
    ...(status !== undefined && { status }),
  });

const readAnswer = (connection: Connection, outgoing: Outgoing, raw: Raw): Answer => {
  const { response, text } = raw;
  const { status, type, headers } = response;
  // A browser hides where a redirect leads, and its status.
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) throw unexpected(outgoing, 'with a redirect');
  if (!response.ok) throw refusal(connection, outgoing, raw);
  const body = text === '' ? undefined : parse(text);
  if (text !== '' && body === undefined) throw unexpected(outgoing, 'with something that is not JSON', status);
  return { status, body, retryAfterMs: readRetryAfter(headers.get('retry-after'), headers.get('date')) };
};

/**
 * One request and its answer, or a `NightporterError`. A redirect is never followed: `fetch` would take the key along
 * to wherever it leads.
 */
export const exchange = async (connection: Connection, outgoing: Outgoing, limits: Limits): Promise<Answer> => {
  const { method, url, headers, body } = outgoing;
  const send = async (signal: AbortSignal): Promise<Raw> => {
    const init: RequestInit = { method, headers, redirect: 'manual', signal, ...(body !== undefined && { body }) };
    // A stream can only be sent by those who say that they will not read the answer before its end.
    if (body instanceof ReadableStream) Object.assign(init, { duplex: 'half' });
    const response = await connection.fetch(url, init);
    return { response, text: await response.text() };
  };
  if (limits.signal?.aborted) throw aborted();
  let raw: Raw;
  try {
    raw = await within(connection.clock, limits, send);
  } catch (cause) {
    if (limits.signal?.aborted) throw aborted();
    if (cause instanceof NightporterError) throw cause;
    throw new NightporterError('unreachable', `no answer from ${new URL(url).origin}: ${kindOf(cause)}`);
  }
  return readAnswer(connection, outgoing, raw);
};
