import type { Dimension } from '#shared/domain/idle/metric-words.ts';

/** Which metric tells whether a service is in use. What a policy does not say is up to the deployment. */
export type Signal =
  | {
      readonly kind: 'connections';
      readonly namespace?: string | undefined;
      readonly dimensions?: readonly Dimension[] | undefined;
    }
  /** The requests that its target group got; both are named by dimensions. */
  | { readonly kind: 'alb'; readonly dimensions: readonly Dimension[] }
  /** The flows of a load balancer that serves nobody else, for they are not counted by target group. */
  | { readonly kind: 'nlb'; readonly dimensions: readonly Dimension[] }
  /** Idle while at most `idleAtMost` (a queue's depth, for a worker). */
  | {
      readonly kind: 'metric';
      readonly namespace: string;
      readonly name: string;
      readonly idleAtMost: number;
      readonly dimensions?: readonly Dimension[] | undefined;
    }
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
