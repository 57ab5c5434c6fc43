/// <reference lib="esnext.disposable" preserve="true" />
import type { Connection } from './connection.ts';
import { aborted, NightporterError } from './failure.ts';
import { keepLease } from './keep-lease.ts';
import type { Service } from './replies.ts';
import { kill } from './service-calls.ts';
import { bringUp, type WakeOptions } from './wake.ts';

export interface SessionOptions extends Omit<WakeOptions, 'wait' | 'releaseOnFailure'> {
  /** This session's alone: who leaves under the name ends it. A new one is made when absent. */
  readonly holder?: string | undefined;
  /** 10 to 86400; 120 when absent. A network that is away for up to two thirds of it does not end the session. */
  readonly leaseSeconds?: number | undefined;
  /** Gives up waiting, and ends the session when there is one: the lease is released in both cases. */
  readonly signal?: AbortSignal | undefined;
  /** The service has changed its state or its address. */
  readonly onChange?: ((service: Service) => void) | undefined;
  /** The lease is lost, and with it the session. Told once. */
  readonly onLost?: ((error: NightporterError) => void) | undefined;
}

export type SessionEnd =
  | { readonly how: 'released'; readonly service: Service }
  /** Not by us: `error.reason` says why. */
  | { readonly how: 'lost'; readonly error: NightporterError }
  /** The goodbye did not get through; the lease runs out by itself. */
  | { readonly how: 'left'; readonly error: NightporterError };

/** A lease that is kept. While it lasts the service stays awake. */
export interface Session {
  readonly holder: string;
  /** The service as it was last seen. */
  readonly service: Service;
  /** Aborted when the session is over: lost, or about to be released. For whatever works with the service. */
  readonly signal: AbortSignal;
  readonly ended: Promise<SessionEnd>;
  /** Ends the session, once; never rejects because of the network. */
  release(reason?: string): Promise<SessionEnd>;
  [Symbol.asyncDispose](): Promise<void>;
}

const DEFAULT_LEASE_SECONDS = 120;
const GOODBYE_MS = 5_000;
/** A heartbeat that arrives after the goodbye would take a new lease; so it is waited for, and no longer than this. */
const LAST_BEAT_MS = 2_000;

const released = (): NightporterError => new NightporterError('aborted', 'the session was released');

const newName = (random: () => number): string => `session-${(random() + 1).toString(36).slice(2, 12)}`;

const placeOf = ({ generation, state, endpoint }: Service): string => JSON.stringify([generation, state, endpoint]);

/** Wakes a service, keeps it awake, and leaves. */
export const session = async (connection: Connection, name: string, options: SessionOptions = {}): Promise<Session> => {
  const { leaseSeconds = DEFAULT_LEASE_SECONDS, signal, onChange, onLost } = options;
  const holder = options.holder ?? newName(connection.random);
  const risen = await bringUp(connection, name, { ...options, holder, leaseSeconds, releaseOnFailure: true });
  let { service } = risen;
  let reason: string | undefined;
  const over = new AbortController();
  const halt = new AbortController();
  const cut = new AbortController();

  const onBeat = (seen: Service): void => {
    const isNews = placeOf(seen) !== placeOf(service);
    service = seen;
    if (isNews) onChange?.(seen);
  };
  const sayGoodbye = async (): Promise<SessionEnd> => {
    const generation = service.lease?.generation;
    try {
      const left = await kill(connection, name, { holder, generation, reason, timeoutMs: GOODBYE_MS });
      return { how: 'released', service: left };
    } catch (error) {
      if (!(error instanceof NightporterError)) throw error;
      return { how: 'left', error };
    }
  };
  const lose = (error: NightporterError): SessionEnd => {
    over.abort(error);
    onLost?.(error);
    return { how: 'lost', error };
  };

  const { renewedAt } = risen;
  const keeping = { name, service, holder, leaseSeconds, renewedAt, halt: halt.signal, cut: cut.signal, onBeat };
  const kept = keepLease(connection, keeping);
  const ended = kept
    .then((lost) => (lost ? lose(lost) : sayGoodbye()))
    .finally(() => {
      signal?.removeEventListener('abort', leave);
      cut.abort();
      over.abort(released());
    });

  const release = (why?: string): Promise<SessionEnd> => {
    if (halt.signal.aborted) return ended;
    reason = why;
    over.abort(released());
    halt.abort();
    void connection.clock.sleep(LAST_BEAT_MS, cut.signal).then(
      () => cut.abort(),
      () => undefined,
    );
    return ended;
  };
  const leave = (): void => void release();
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) {
    await release();
    throw aborted();
  }

  return {
    holder,
    get service() {
      return service;
    },
    signal: over.signal,
    ended,
    release,
    [Symbol.asyncDispose]: async () => void (await release()),
  };
};
