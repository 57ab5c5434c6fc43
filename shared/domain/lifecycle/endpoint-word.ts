import type { Endpoint } from '#shared/domain/lifecycle/observed.ts';

/** Where clients connect, as the policy word `endpoint` says it. */
export type EndpointWord =
  /** Always the same: a load balancer, say. */
  | { readonly kind: 'fixed'; readonly endpoint: Endpoint }
  /** The task's own address, on this port. */
  | { readonly kind: 'task'; readonly address: 'public' | 'private'; readonly port: number }
  /** Nobody connects to it. */
  | { readonly kind: 'none' };

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

const TASK = /^(public|private):(\d{1,5})$/;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOST = `(${LABEL}(?:\\.${LABEL})*)`;
const FIXED = new RegExp(`^${HOST}:(\\d{1,5})$`);
const URL_WORD = new RegExp(`^(https?)://${HOST}(?::(\\d{1,5}))?(?:/[A-Za-z0-9+=._:/@-]*)?$`);

const parsePort = (text: string | undefined): number | undefined => {
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
};

/** A name whose last label is a number (`a.0`) passes for an address with every client, and is none. */
const fixed = (host: string, port: number | undefined, url: string | null): EndpointWord | undefined =>
  port === undefined || !URL.canParse(`http://${host}`) ? undefined : { kind: 'fixed', endpoint: { host, port, url } };

const parseTask = (value: string): EndpointWord | undefined => {
  const [, address, port] = TASK.exec(value) ?? [];
  const number = parsePort(port);
  return number === undefined ? undefined : { kind: 'task', address: address as 'public' | 'private', port: number };
};

const parseUrl = (value: string): EndpointWord | undefined => {
  const [, scheme, host = '', port] = URL_WORD.exec(value) ?? [];
  if (scheme === undefined) return undefined;
  return fixed(host, port === undefined ? DEFAULT_PORTS[scheme as 'http' | 'https'] : parsePort(port), value);
};

const parseHostAndPort = (value: string): EndpointWord | undefined => {
  const [, host = '', port] = FIXED.exec(value) ?? [];
  return fixed(host, parsePort(port), null);
};

/**
 * `https://host[:port][/path]`, `http://…`, `host:port`, `public:PORT`, `private:PORT` or `none`; `undefined` for
 * anything else. A host is a name or an IPv4 address, and never one of the two words.
 */
export const parseEndpointWord = (value: string): EndpointWord | undefined => {
  if (value === 'none') return { kind: 'none' };
  if (/^(?:public|private):/.test(value)) return parseTask(value);
  return value.includes('://') ? parseUrl(value) : parseHostAndPort(value);
};
