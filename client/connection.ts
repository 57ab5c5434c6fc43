import { systemClock, type Clock } from './clock.ts';
import { NightporterError } from './failure.ts';

/** What is used of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /** Where the API is, with the stage where there is one: `https://…amazonaws.com/prod`, `http://127.0.0.1:8787`. */
  readonly url: string | URL;
  /** Sent as `x-api-key`, and to nobody but `url`. Absent where `fetch` signs the requests. */
  readonly apiKey?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  /** In [0, 1). */
  readonly random?: (() => number) | undefined;
}

/** Whom to call, and with what. */
export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
}

const refuse = (field: string, expected: string): NightporterError =>
  new NightporterError('invalid-input', `${field} must be ${expected}`, { field });

/** What was wrong is never shown: an address may carry a password. */
const readUrl = (given: string | URL): string => {
  const expected = 'an http or https address without user, query or fragment';
  if (!URL.canParse(String(given))) throw refuse('url', expected);
  const { protocol, username, password, search, hash, origin, pathname } = new URL(given);
  const extra = username + password + search + hash;
  if (!/^https?:$/.test(protocol) || extra !== '') throw refuse('url', expected);
  return origin + pathname.replace(/\/+$/, '');
};

/** Here rather than in `fetch`, which would repeat a key that no header can have in the text of its error. */
const readKey = (key: string | undefined): string | undefined => {
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return key;
  throw refuse('apiKey', 'visible ASCII characters, without spaces or line breaks');
};

/** Checks what it is given, and reaches nothing yet. */
export const readConnection = ({ url, apiKey, fetch, clock, random }: ClientOptions): Connection => ({
  url: readUrl(url),
  apiKey: readKey(apiKey),
  fetch: fetch ?? ((address, init) => globalThis.fetch(address, init)),
  clock: clock ?? systemClock,
  random: random ?? Math.random,
});

/** One part of a path. What would lead somewhere else in it is refused. */
export const segment = (field: string, value: string): string => {
  if (/^\.{0,2}$/.test(value)) throw refuse(field, 'a name');
  return encodeURIComponent(value);
};
