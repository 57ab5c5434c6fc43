import type { Observed, ScalingBounds } from '#shared/domain/lifecycle/observed.ts';

/** A service that carries `managed=true`, with the policy words of its tags (prefix removed). */
export interface ManagedService {
  readonly service: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether a scaler is registered for it: a second writer of the desired count. */
  readonly autoscaled: boolean;
  /** What a task would run if it started now. */
  readonly taskDefinition: string;
}

/** Earlier observations, by service. */
export type Sightings = ReadonlyMap<string, Observed>;

/**
 * The machines: Amazon ECS, or child processes on one machine.
 * Reads may be stale by seconds; a write that rejects may still be applied later.
 */
export interface Fleet {
  /** Every managed service there is. */
  list(): Promise<readonly ManagedService[]>;
  /**
   * What is, now: counts, tasks (with those that stopped within the last hour) and bounds.
   * Services that do not exist or are not managed are absent from the answer; never throws for that.
   * `known` is what somebody saw before: a hint that may save calls, never a part of the answer.
   */
  observe(services: readonly string[], known?: Sightings): Promise<ReadonlyMap<string, Observed>>;
  /** Sets the number of tasks wanted. Idempotent; returns before any task has started or stopped. */
  setDesiredCount(service: string, desiredCount: number): Promise<void>;
  /** Sets the scaler's bounds. Only for a service whose `bounds` are observed. */
  setBounds(service: string, bounds: ScalingBounds): Promise<void>;
}
