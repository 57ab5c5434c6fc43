import type { Connection } from './connection.ts';
import { hasEnded, whyEnded } from './ended.ts';
import { NightporterError, withService } from './failure.ts';
import { planNextPoll, type Waiting } from './poll-plan.ts';
import type { Service, ServiceState } from './replies.ts';
import { pause, type CallOptions, type Effort } from './requests.ts';
import { kill, leasePath, servicePath, sight, type Sighting } from './service-calls.ts';

export interface WakeProgress {
  readonly phase: ServiceState;
  readonly service: Service;
  readonly waitedMs: number;
  /** How much longer it is expected to take, from how long it took before; null: that is not known, or it is overdue. */
  readonly expectedInMs: number | null;
}

export interface WakeOptions extends CallOptions {
  /** Who keeps it awake; as the server names the caller when absent. */
  readonly holder?: string | undefined;
  /** 10 to 86400; as the service wants it when absent. While this call waits, the lease is renewed. */
  readonly leaseSeconds?: number | undefined;
  readonly reason?: string | undefined;
  /** Wakes a service that is refused after failed starts. Needs the grant for it. */
  readonly force?: boolean | undefined;
  /** false: answers as soon as it has been asked for. */
  readonly wait?: boolean | undefined;
  /** Until it is ready; five minutes when absent. */
  readonly timeoutMs?: number | undefined;
  /** Whether the lease is given back when the call fails after it was taken. The holder must be this caller's alone. */
  readonly releaseOnFailure?: boolean | undefined;
  readonly onProgress?: ((progress: WakeProgress) => void) | undefined;
}

/** A service that is up, and when its lease was last renewed. */
export interface Risen {
  readonly service: Service;
  readonly renewedAt: number;
}

interface Seen extends Sighting, Pick<Waiting, 'isFirst' | 'cameEarly'> {}

const DEFAULT_TIMEOUT_MS = 300_000;
/** A first answer that does not come within this will not come: the address is wrong, or the network is down. */
const CONTACT_MS = 30_000;
const RELEASE_MS = 5_000;
const GIVEN_UP = 'given up while waiting';

const isUp = ({ state }: Service): boolean => state === 'ready' || state === 'draining';

const notReady = (timeoutMs: number, service: Service): NightporterError =>
  new NightporterError('timed-out', `not ready after ${Math.round(timeoutMs / 1_000)} s: ${service.message}`, {
    service,
  });

const expectedOf = ({ service, retryAfterMs }: Sighting): number | null =>
  service.state === 'waking' && service.estimatedReadyAt !== null ? retryAfterMs : null;

/** The requests of one wake, and what it knows of its lease. */
const rise = (connection: Connection, name: string, options: WakeOptions, effort: Effort) => {
  const { clock } = connection;
  const { leaseSeconds } = options;
  let renewedAt = clock.now();
  let holder = options.holder;

  /** Asks, and notes when the lease was renewed: not later than the question went out. */
  const renewal = async (call: Parameters<typeof sight>[1], within: Effort): Promise<Seen> => {
    const askedAt = clock.now();
    const seen = await sight(connection, call, within);
    renewedAt = askedAt;
    holder = seen.service.lease?.holder ?? holder;
    return { ...seen, isFirst: false, cameEarly: false };
  };

  return {
    renewedAt: () => renewedAt,
    renewInMs: () => (leaseSeconds !== undefined ? renewedAt + (leaseSeconds * 1_000) / 3 - clock.now() : Infinity),
    wake: async (): Promise<Seen> => {
      const { reason, force } = options;
      const call = { method: 'POST', path: `${servicePath(name)}/wake`, isSafe: true } as const;
      const giveUpAt = Math.min(effort.giveUpAt, clock.now() + CONTACT_MS);
      const body = { holder, leaseSeconds, reason, force };
      return { ...(await renewal({ ...call, body }, { ...effort, giveUpAt })), isFirst: true };
    },
    /** undefined: it cannot be renewed, because the service is asleep. Never wakes: somebody may have meant that. */
    renew: async (): Promise<Seen | undefined> => {
      if (holder === undefined) return undefined;
      const call = { method: 'PUT', path: leasePath(name, holder), isSafe: true } as const;
      try {
        return await renewal({ ...call, body: { leaseSeconds } }, effort);
      } catch (error) {
        if (error instanceof NightporterError && error.reason === 'asleep') return undefined;
        throw error;
      }
    },
    look: async (waitSeconds: number): Promise<Seen> => {
      const askedAt = clock.now();
      const waitMs = waitSeconds * 1_000;
      const call = { method: 'GET', path: servicePath(name), isSafe: true, waitMs } as const;
      const seen = await sight(connection, { ...call, query: { wait: waitSeconds, holder } }, effort);
      return { ...seen, isFirst: false, cameEarly: clock.now() - askedAt < waitMs / 2 };
    },
  };
};

/** Wakes a service and waits until it is up, with few requests; throws why it will not be. */
export const bringUp = async (connection: Connection, name: string, options: WakeOptions): Promise<Risen> => {
  const { clock } = connection;
  const { signal, wait = true, timeoutMs = DEFAULT_TIMEOUT_MS, onProgress } = options;
  const startedAt = clock.now();
  const effort: Effort = { giveUpAt: startedAt + timeoutMs, signal };
  const rising = rise(connection, name, options, effort);
  let seen = await rising.wake().catch((error: unknown) => forget(connection, name, options, error));
  const before = seen.service.failure;

  const next = async (): Promise<Seen> => {
    const isDue = isUp(seen.service) || rising.renewInMs() <= 0;
    const renewed = isDue ? await rising.renew() : undefined;
    if (renewed) return renewed;
    const leftMs = effort.giveUpAt - clock.now();
    const plan = planNextPoll({ ...seen, leftMs, renewInMs: rising.renewInMs() });
    if (!plan) throw notReady(timeoutMs, seen.service);
    await pause(connection, plan.pauseMs, signal);
    return rising.look(plan.waitSeconds);
  };

  const untilUp = async (): Promise<Risen> => {
    for (;;) {
      const { service } = seen;
      const waitedMs = clock.now() - startedAt;
      onProgress?.({ phase: service.state, service, waitedMs, expectedInMs: expectedOf(seen) });
      if (!wait || (isUp(service) && service.lease)) return { service, renewedAt: rising.renewedAt() };
      if (hasEnded(service)) throw whyEnded(service, before);
      seen = await next();
    }
  };

  try {
    return await untilUp();
  } catch (error) {
    if (options.releaseOnFailure) await giveBack(connection, name, seen.service);
    throw error instanceof NightporterError ? explain(error, timeoutMs, seen.service) : error;
  }
};

/** Once a service has answered, a network that stays away until the end is a wait that was too short. */
const explain = (error: NightporterError, timeoutMs: number, service: Service): NightporterError => {
  const isCut = error.reason === 'unreachable' || error.reason === 'server-error';
  return isCut
    ? new NightporterError('timed-out', `not ready after ${Math.round(timeoutMs / 1_000)} s: ${error.message}`, {
        service,
      })
    : withService(error, service);
};

/** Not given back, it runs out by itself. */
const giveBack = async (connection: Connection, name: string, { lease }: Service): Promise<void> => {
  if (!lease) return;
  const { holder, generation } = lease;
  await kill(connection, name, { holder, generation, reason: GIVEN_UP, timeoutMs: RELEASE_MS }).catch(ignoreFailure);
};

/** Given up before the first answer, the lease may have been taken all the same; which one it is nobody has heard. */
const forget = async (
  connection: Connection,
  name: string,
  { holder, releaseOnFailure, signal }: WakeOptions,
  error: unknown,
): Promise<never> => {
  if (releaseOnFailure && holder !== undefined && signal?.aborted) {
    await kill(connection, name, { holder, reason: GIVEN_UP, timeoutMs: RELEASE_MS }).catch(ignoreFailure);
  }
  throw error;
};

/** Of what is only a courtesy. */
const ignoreFailure = (error: unknown): void => {
  if (!(error instanceof NightporterError)) throw error;
};

export const wake = async (connection: Connection, name: string, options: WakeOptions = {}): Promise<Service> =>
  (await bringUp(connection, name, options)).service;
