/** Where a call stands that has failed, and may be tried again. */
export interface Setback {
  /** How often it has failed by now, at least once. */
  readonly failures: number;
  /** What the answer asked for. */
  readonly retryAfterMs: number | null;
  /** In [0, 1): spreads those who failed together. */
  readonly chance: number;
  /** Until it is given up. */
  readonly leftMs: number;
}

const FIRST_STEP_MS = 500;
const LONGEST_STEP_MS = 20_000;
/** What the last attempt should have; with no more than this left there is none. */
const LAST_ATTEMPT_MS = 1_000;

/**
 * How long to wait before trying again; null: not at all. Exponential steps with full jitter, on top of what the answer
 * asked for: nobody is asked sooner than they said, and when that is too late, waiting is of no use. A step that would
 * go beyond the time is cut, so that there is an attempt near its end.
 */
export const planRetry = ({ failures, retryAfterMs, chance, leftMs }: Setback): number | null => {
  const askedMs = retryAfterMs ?? 0;
  const spareMs = leftMs - askedMs - LAST_ATTEMPT_MS;
  if (spareMs <= 0) return null;
  const stepMs = Math.min(LONGEST_STEP_MS, FIRST_STEP_MS * 2 ** (failures - 1));
  return askedMs + Math.min(chance * stepMs, spareMs);
};

/** Otherwise `Date.parse` would make something of almost anything. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/;

/**
 * A `Retry-After`: whole seconds, or a date. A date is compared with the `Date` of the same answer, never with this
 * machine's clock. null: there is none, or none that can be read.
 */
export const readRetryAfter = (value: string | null, date: string | null): number | null => {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  if (!HTTP_DATE.test(value)) return null;
  const durationMs = Date.parse(value) - Date.parse(date ?? '');
  return Number.isNaN(durationMs) ? null : Math.max(0, durationMs);
};
