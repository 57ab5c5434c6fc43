/** What is known before the service is asked after again. */
export interface Waiting {
  /** How long the start is expected to take from now; null: nobody said. */
  readonly retryAfterMs: number | null;
  /** Until the caller stops waiting. */
  readonly leftMs: number;
  /** Until the lease has to be renewed; Infinity: never. */
  readonly renewInMs: number;
  /** Whether it has not been asked after yet. */
  readonly isFirst: boolean;
  /** Whether the last answer came at once, although it was asked to wait for news. */
  readonly cameEarly: boolean;
}

export interface Poll {
  readonly pauseMs: number;
  /** How long the server is to hold its answer. */
  readonly waitSeconds: number;
}

/** The longest that a server holds an answer. */
const LONGEST_WAIT_MS = 25_000;
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const SHORTEST_PAUSE_MS = 1_000;
/** An answer needs time to arrive as well. */
const RETURN_MS = 1_000;

/** How long nobody asks, as far as lease and caller allow. */
const wantedPauseMs = ({ retryAfterMs, isFirst, cameEarly }: Waiting): number => {
  const expectedMs = retryAfterMs ?? 0;
  if (cameEarly) return Math.max(SHORTEST_PAUSE_MS, expectedMs);
  return isFirst ? 0 : Math.max(0, (expectedMs - LONGEST_WAIT_MS) / 2);
};

/**
 * When to ask next, and how long to let the server wait; null: the time is over. The first question follows at once,
 * because the expectation may be a guess. After that, of what goes beyond one long poll half is slept through: few
 * requests however long it takes, and a start that is quicker than it used to be is not missed for long.
 */
export const planNextPoll = (waiting: Waiting): Poll | null => {
  const { leftMs, renewInMs, cameEarly } = waiting;
  const leastMs = cameEarly ? SHORTEST_PAUSE_MS + SHORTEST_WAIT_MS : SHORTEST_WAIT_MS;
  if (leftMs < leastMs + RETURN_MS) return null;
  // The last look is a long one, up to the end.
  const latestMs = leftMs - RETURN_MS - (cameEarly ? SHORTEST_WAIT_MS : LONGEST_WAIT_MS);
  const pauseMs = Math.max(0, Math.min(wantedPauseMs(waiting), LONGEST_PAUSE_MS, latestMs, renewInMs));
  const waitMs = Math.min(LONGEST_WAIT_MS, leftMs - pauseMs - RETURN_MS, renewInMs - pauseMs);
  return { pauseMs, waitSeconds: Math.floor(Math.max(SHORTEST_WAIT_MS, waitMs) / 1_000) };
};

const FIRST_LOOK_MS = 500;
const LONGEST_LOOK_MS = 5_000;

/** How long to wait before the verdict on an upload is asked for the nth time, counted from 0. */
export const planNextLook = (looks: number, chance: number): number =>
  Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS * 1.5 ** looks) * (0.5 + chance / 2);
