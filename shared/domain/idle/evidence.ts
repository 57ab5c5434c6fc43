/** Which metric tells whether a service is in use. */
export type Signal =
  | { readonly kind: 'connections' }
  | { readonly kind: 'alb' }
  | { readonly kind: 'nlb' }
  /** Idle while at most `idleAtMost` (a queue's depth, for a worker). */
  | { readonly kind: 'metric'; readonly namespace: string; readonly name: string; readonly idleAtMost: number }
  /** Leases alone: nothing is measured. */
  | { readonly kind: 'leases' };

/**
 * What was measured of one service, reduced to instants so that a decision can say exactly when it would change.
 * Instants are epoch milliseconds; null means unknown, never zero.
 */
export interface Measurement {
  /** The newest complete datapoint; null when there is none in the look-back. */
  readonly measuredAt: number | null;
  /** Whether the newest datapoint shows use (open connections, flows, a count above the limit). */
  readonly inUse: boolean | null;
  /** The last datapoint within the look-back that showed use; null when none did. */
  readonly lastUseAt: number | null;
  /** What the service itself says of its last activity (LastActivityEpochSeconds); null when it says nothing. */
  readonly lastActivityAt: number | null;
}

/** Nothing was measured: unknown, which is neither in use nor idle. */
export const UNMEASURED: Measurement = { measuredAt: null, inUse: null, lastUseAt: null, lastActivityAt: null };
