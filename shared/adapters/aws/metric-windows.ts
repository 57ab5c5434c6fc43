/** A stretch of time about which CloudWatch is asked, in periods of one length. */
export interface MetricWindow {
  /** Of the first period; both are multiples of the period. */
  readonly startAt: number;
  /** Of the last one, which may still be running. */
  readonly endAt: number;
  readonly periodMs: number;
  /** What a datapoint says holds up to the end of its period, and at most up to here. */
  readonly knownUntil: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What there is by the minute. Whatever the look-back: a service that fell silent must be seen to be silent. */
const RECENT_MS = [15 * MINUTE_MS, 3 * HOUR_MS] as const;
const [SHORT_MS, LONG_MS] = RECENT_MS;

/** What lies further back, in periods long enough to keep a month below a thousand datapoints. */
const PAST = [
  { reachMs: 3 * DAY_MS, periodMs: 5 * MINUTE_MS },
  { reachMs: 30 * DAY_MS, periodMs: HOUR_MS },
] as const;

const floor = (at: number, periodMs: number): number => Math.floor(at / periodMs) * periodMs;

const recent = (now: number, reachMs: number): MetricWindow => ({
  startAt: floor(now - reachMs, MINUTE_MS),
  endAt: floor(now, MINUTE_MS) + MINUTE_MS,
  periodMs: MINUTE_MS,
  knownUntil: now,
});

/**
 * The windows that together reach back at least as far as asked, newest first. There are few different ones, so that
 * services whose look-backs differ still share a question; for the same look-back it is the same object.
 */
export const metricWindows = (now: number): ((lookBackMs: number) => readonly MetricWindow[]) => {
  const short = recent(now, SHORT_MS);
  const long = recent(now, LONG_MS);
  const past = PAST.map(({ reachMs, periodMs }): MetricWindow => ({
    startAt: floor(now - reachMs, periodMs),
    // The period in which the recent minutes begin is asked for too, and tells only of the time before them.
    endAt: floor(long.startAt - 1, periodMs) + periodMs,
    periodMs,
    knownUntil: long.startAt,
  }));
  return (lookBackMs) => {
    if (lookBackMs <= SHORT_MS) return [short];
    if (lookBackMs <= LONG_MS) return [long];
    return [long, past[PAST.findIndex(({ reachMs }) => lookBackMs <= reachMs)] ?? past[past.length - 1]!];
  };
};
