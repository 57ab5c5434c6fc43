/** Clocks of two machines differ: an instant written by another counts as past only this much after it. */
export const CLOCK_SKEW_MS = 5_000;

/** For this long after a transition only its winner writes to the fleet; then whoever sees a difference does. */
export const CONVERGE_GRACE_MS = 10_000;

/** A projection younger than this is shown as it is; older ones are refreshed by one of all readers. */
export const PROJECTION_FRESH_MS = 3_000;

/** A task that was ready for this long has started for good. */
export const SETTLED_AFTER_MS = 60_000;

/** How long a boot is expected to take while none has been seen. */
export const UNKNOWN_BOOT_MS = 60_000;

/** A missed nightly kill is caught up within this, then dropped. */
export const NIGHTLY_KILL_DUE_MS = 30 * 60_000;

/** Start failures in one generation after which the service is put to sleep. */
export const START_FAILURES_ALLOWED = 3;
