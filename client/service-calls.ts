import { segment, type Connection } from './connection.ts';
import { NightporterError } from './failure.ts';
import type { Service } from './replies.ts';
import type { Decision, History } from './explanations.ts';
import { effortOf, expectBody, request, type Call, type CallOptions, type Effort } from './requests.ts';

export interface StatusOptions extends CallOptions {
  /** How long the server may hold its answer until the service is ready, given up or asleep: 0 to 25. */
  readonly waitSeconds?: number | undefined;
  /** Whose lease to tell of. */
  readonly holder?: string | undefined;
}

export interface KillOptions extends CallOptions {
  /** Whose session to end; the caller's own, as the server names it, when absent. */
  readonly holder?: string | undefined;
  /** That of the lease that is meant. With it the call is safe to repeat: a newer session is left alone. */
  readonly generation?: number | undefined;
  readonly reason?: string | undefined;
  /** Ends everybody's session. Needs the grant for it. */
  readonly force?: boolean | undefined;
}

export interface HoldOptions extends CallOptions {
  readonly intent: 'awake' | 'asleep';
  readonly until: Date | string;
  readonly reason: string;
}

export interface HistoryOptions extends CallOptions {
  /** How many to list, 1 to 100; 100 when absent. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

/** A service, and when the server would like to be asked again. */
export interface Sighting {
  readonly service: Service;
  readonly retryAfterMs: number | null;
}

export const servicePath = (service: string): string => `/services/${segment('service', service)}`;

export const leasePath = (service: string, holder: string): string =>
  `${servicePath(service)}/leases/${segment('holder', holder)}`;

/** A call that is answered by how the service is. */
export const sight = async (connection: Connection, call: Call, effort: Effort): Promise<Sighting> => {
  const answer = await request(connection, call, effort);
  return { service: expectBody<Service>(answer, 'service', 'state'), retryAfterMs: answer.retryAfterMs };
};

export const status = async (
  connection: Connection,
  service: string,
  options: StatusOptions = {},
): Promise<Service> => {
  const { waitSeconds = 0, holder, timeoutMs } = options;
  const waitMs = waitSeconds * 1_000;
  const effort = effortOf(connection, { ...options, ...(timeoutMs === undefined && { timeoutMs: 30_000 + waitMs }) });
  const query = { wait: options.waitSeconds, holder };
  const call: Call = { method: 'GET', path: servicePath(service), query, isSafe: true, waitMs };
  return (await sight(connection, call, effort)).service;
};

/** Without a generation, a kill that went astray may have been done: repeated, it could end a session begun since. */
export const kill = async (connection: Connection, service: string, options: KillOptions = {}): Promise<Service> => {
  const { holder, generation, reason, force } = options;
  const call: Call = {
    method: 'POST',
    path: `${servicePath(service)}/kill`,
    body: { holder, generation, reason, force },
    isSafe: generation !== undefined && force !== true,
  };
  return (await sight(connection, call, effortOf(connection, options))).service;
};

const instantOf = (until: Date | string): string => {
  if (typeof until === 'string') return until;
  if (!Number.isNaN(until.getTime())) return until.toISOString();
  throw new NightporterError('invalid-input', 'until must be an instant', { field: 'until' });
};

export const hold = async (connection: Connection, service: string, options: HoldOptions): Promise<Service> => {
  const { intent, until, reason } = options;
  const body = { intent, until: instantOf(until), reason };
  const call: Call = { method: 'PUT', path: `${servicePath(service)}/hold`, body, isSafe: true };
  return (await sight(connection, call, effortOf(connection, options))).service;
};

export const unhold = async (connection: Connection, service: string, options?: CallOptions): Promise<void> => {
  const call: Call = { method: 'DELETE', path: `${servicePath(service)}/hold`, isSafe: true };
  await request(connection, call, effortOf(connection, options));
};

export const decision = async (connection: Connection, service: string, options?: CallOptions): Promise<Decision> => {
  const call: Call = { method: 'GET', path: `${servicePath(service)}/decision`, isSafe: true };
  return expectBody<Decision>(await request(connection, call, effortOf(connection, options)), 'action', 'because');
};

export const history = async (
  connection: Connection,
  service: string,
  options: HistoryOptions = {},
): Promise<History> => {
  const { limit, after } = options;
  const call: Call = {
    method: 'GET',
    path: `${servicePath(service)}/history`,
    query: { limit, after },
    isSafe: true,
  };
  return expectBody<History>(await request(connection, call, effortOf(connection, options)), 'history', 'next');
};
