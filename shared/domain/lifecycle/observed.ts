/** The words ECS has for a task's life, in order; a task never goes back. */
export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

/** Why a task stopped, in ECS's words (API reference, Task.stopCode). */
export type StopCode =
  | 'TaskFailedToStart'
  | 'EssentialContainerExited'
  | 'UserInitiated'
  | 'ServiceSchedulerInitiated'
  | 'SpotInterruption'
  | 'TerminationNotice'
  | 'InfrastructureHealth';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly url: string | null;
}

export interface Task {
  readonly id: string;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  /** `UNKNOWN` while unchecked, and for ever when the service has no health check. */
  readonly health: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly stoppedAt: number | null;
  readonly stopCode: StopCode | null;
  /** The platform's own sentence; a typed reason, where it gives one, stands before the first colon. */
  readonly stoppedReason: string | null;
  /** Where clients connect; null until it is known. */
  readonly endpoint: Endpoint | null;
  /** The last lines the task printed, where the fleet has them. */
  readonly output: string | null;
}

/** The limits of an application autoscaler: a second writer of the desired count. */
export interface ScalingBounds {
  readonly min: number;
  readonly max: number;
  readonly suspended: boolean;
}

/** What the fleet says of one service. The truth about what is; the record is the truth about what should be. */
export interface Observed {
  readonly service: string;
  /** When this incarnation of the service was created: another value is another service of the same name. */
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** Identifies what a task would run: another value is another build. */
  readonly taskDefinition: string;
  readonly hasHealthCheck: boolean;
  /** Whether clients connect to it at all; a worker has no endpoint to wait for. */
  readonly hasEndpoint: boolean;
  /** When the deployment in progress began, or null when there is none. */
  readonly deployingSince: number | null;
  /** null: no scaler. */
  readonly bounds: ScalingBounds | null;
  readonly tasks: readonly Task[];
  readonly observedAt: number;
}
