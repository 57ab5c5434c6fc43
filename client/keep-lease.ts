import type { Connection } from './connection.ts';
import { hasEnded, whyEnded } from './ended.ts';
import { NightporterError, withService } from './failure.ts';
import type { Service } from './replies.ts';
import { pause, type Effort } from './requests.ts';
import { leasePath, sight, status } from './service-calls.ts';

export interface Keeping {
  readonly name: string;
  /** As it was when the lease was last renewed. */
  readonly service: Service;
  readonly holder: string;
  readonly leaseSeconds: number;
  /** When it was last renewed, or before. */
  readonly renewedAt: number;
  /** Aborted when it is not to be renewed any more. */
  readonly halt: AbortSignal;
  /** Aborted when a heartbeat that is under way is not to be waited for either. */
  readonly cut: AbortSignal;
  readonly onBeat: (service: Service) => void;
}

/** A lease that seems to be over may still be there: the server decides. */
const LAST_TRY_MS = 5_000;
const QUESTION_MS = 5_000;

const beat = async (connection: Connection, keeping: Keeping, effort: Effort): Promise<Service> => {
  const path = leasePath(keeping.name, keeping.holder);
  const body = { leaseSeconds: keeping.leaseSeconds };
  return (await sight(connection, { method: 'PUT', path, body, isSafe: true }, effort)).service;
};

/** Why it was put to sleep; what the heartbeat said when nobody can tell. */
const explain = async (
  connection: Connection,
  { name, cut }: Keeping,
  error: NightporterError,
  last: Service,
): Promise<NightporterError> => {
  if (error.reason !== 'asleep') {
    const known = new NightporterError(error.reason, `the lease could not be renewed: ${error.message}`, {
      ...(error.status !== null && { status: error.status }),
      ...(error.code !== null && { code: error.code }),
    });
    return withService(known, last);
  }
  try {
    const now = await status(connection, name, { timeoutMs: QUESTION_MS, signal: cut });
    return hasEnded(now) ? whyEnded(now, last.failure) : withService(error, now);
  } catch (failure) {
    if (failure instanceof NightporterError) return withService(error, last);
    throw failure;
  }
};

/**
 * Renews a lease at every third of it, and through failures for as long as it lasts. Resolves with why it is lost;
 * `undefined`: it was told to halt.
 */
export const keepLease = async (connection: Connection, keeping: Keeping): Promise<NightporterError | undefined> => {
  const { clock } = connection;
  const { halt, cut, onBeat } = keeping;
  const leaseMs = keeping.leaseSeconds * 1_000;
  let { renewedAt, service } = keeping;
  for (;;) {
    try {
      await pause(connection, Math.max(0, renewedAt + leaseMs / 3 - clock.now()), halt);
      const askedAt = clock.now();
      const giveUpAt = Math.max(renewedAt + leaseMs, askedAt + LAST_TRY_MS);
      service = await beat(connection, keeping, { giveUpAt, signal: cut });
      // Not later than it went out: the server counts from when it came.
      renewedAt = askedAt;
    } catch (error) {
      if (!(error instanceof NightporterError)) throw error;
      return halt.aborted ? undefined : explain(connection, keeping, error, service);
    }
    onBeat(service);
  }
};
