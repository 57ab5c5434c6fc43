import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import type { Clock } from '#shared/ports/clock.ts';
import type { HealthCheck } from './local-service.ts';

export const HOST = '127.0.0.1';

const PROBE_TIMEOUT_MS = 1_000;
const BOOTING_EVERY_MS = 250;
const HEALTHY_EVERY_MS = 2_000;
const FAILURES_ALLOWED = 3;

/** What is wrong, in a few words for people; `undefined` when nothing is. */
export type Complaint = string | undefined;

const probe = (check: HealthCheck, port: number): Promise<Complaint> =>
  'path' in check ? probeHttp(check.path, port) : probeTcp(port);

const probeHttp = (path: string, port: number): Promise<Complaint> =>
  new Promise((resolve) => {
    // No agent: a kept-alive connection would look like somebody using the service.
    const request = get({ host: HOST, port, path, agent: false, signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    request.once('response', (response) => {
      response.resume(); // to its end: a service that is hung up on may log an error every time
      resolve(response.statusCode === 200 ? undefined : `GET ${path} answered ${response.statusCode}`);
    });
    request.on('error', (error) => resolve(`GET ${path} failed, ${reasonOf(error)}`));
  });

const probeTcp = (port: number): Promise<Complaint> =>
  new Promise((resolve) => {
    const socket = connect({ host: HOST, port, signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('error', (error) => resolve(`connecting to port ${port} failed, ${reasonOf(error)}`));
  });

const reasonOf = (error: NodeJS.ErrnoException): string =>
  error.name === 'AbortError' ? `no answer within ${PROBE_TIMEOUT_MS} ms` : (error.code ?? error.message);

export interface HealthWatch {
  readonly check: HealthCheck;
  readonly port: number;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** How long the task may take to be healthy for the first time. */
  readonly bootLimitMs: number;
  readonly onHealthy: () => void;
  /** At most once, and the end of the watch: the boot limit is over, and this is what the last probe saw. */
  readonly onNeverHealthy: (complaint: string) => void;
  /** At most once, and the end of the watch: the task has been healthy and is no more. */
  readonly onUnhealthy: (complaint: string) => void;
}

/**
 * Checks often until the task is healthy for the first time (until the boot limit a failure means only that it still
 * boots), then calmly; several failures in a row then mean that it is not.
 */
export const watchHealth = async ({
  check,
  port,
  clock,
  signal,
  bootLimitMs,
  onHealthy,
  onNeverHealthy,
  onUnhealthy,
}: HealthWatch): Promise<void> => {
  const bootEndsAt = clock.now() + bootLimitMs;
  let hasBeenHealthy = false;
  let failures = 0;
  while (!signal.aborted) {
    const complaint = await probe(check, port);
    if (signal.aborted) return;
    if (complaint === undefined) {
      failures = 0;
      if (!hasBeenHealthy) onHealthy();
      hasBeenHealthy = true;
    } else if (!hasBeenHealthy) {
      if (clock.now() >= bootEndsAt) return onNeverHealthy(complaint);
    } else if (++failures === FAILURES_ALLOWED) {
      return onUnhealthy(`${complaint}, ${failures} times in a row`);
    }
    await clock.sleep(hasBeenHealthy ? HEALTHY_EVERY_MS : BOOTING_EVERY_MS, signal).catch(() => undefined);
  }
};

/**
 * Why a task cannot have this port. Asked before it starts, for otherwise a health check would praise whatever
 * answers there. Both questions are needed: macOS lets one bind beside a listener on all addresses.
 */
export const portComplaint = async (port: number): Promise<Complaint> => {
  const isAnswered = (await probeTcp(port)) === undefined;
  return isAnswered ? `port ${port} is already in use by another process` : bindComplaint(port);
};

const bindComplaint = (port: number): Promise<Complaint> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'EADDRINUSE'
          ? `port ${port} is already in use by another process`
          : `port ${port} cannot be used (${error.code})`,
      ),
    );
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
