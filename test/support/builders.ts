import type { IdleEvidence } from '#shared/domain/idle/decide-idle.ts';
import type { Measurement } from '#shared/domain/idle/evidence.ts';
import { DEFAULT_POLICY, type Policy } from '#shared/domain/idle/policy.ts';
import type { TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import type { Observed, Task } from '#shared/domain/lifecycle/observed.ts';
import type { Hold, ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Caller, Grant } from '#shared/usecases/caller.ts';
import { DAY, HOUR, MINUTE, T0 } from './virtual-clock.ts';

export const SERVICE = 'api';
/** When the services of the tests were created: long ago. */
export const CREATED = T0 - 10 * DAY;

export const aPolicy = (more: Partial<Policy> = {}): Policy => ({ ...DEFAULT_POLICY, ...more });

/** Awake since T0, and not ready yet. */
export const aRecord = (more: Partial<ServiceRecord> = {}): ServiceRecord => ({
  service: SERVICE,
  createdAt: CREATED,
  intent: 'awake',
  generation: 4,
  voided: 3,
  revision: 9,
  since: T0,
  reason: 'woken by ada',
  by: 'ada',
  hold: null,
  wokenAt: T0,
  readyAt: null,
  bootsMs: [],
  failedTasks: [],
  failure: null,
  breaker: null,
  provenWith: 'api:1',
  dismissedAt: null,
  news: null,
  ...more,
});

export const anAsleepRecord = (more: Partial<ServiceRecord> = {}): ServiceRecord =>
  aRecord({ intent: 'asleep', generation: 3, voided: 3, wokenAt: null, reason: 'idle', by: 'nightporter', ...more });

export const aDrainingRecord = (more: Partial<ServiceRecord> = {}): ServiceRecord =>
  aRecord({ intent: 'draining', reason: 'idle', by: 'nightporter', readyAt: T0, ...more });

export const aHold = (more: Partial<Hold> = {}): Hold => ({
  intent: 'awake',
  until: T0 + HOUR,
  by: 'olga',
  reason: 'demo',
  ...more,
});

/** Created at T0 and ready since. */
export const aTask = (more: Partial<Task> = {}): Task => ({
  id: 'task-1',
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  health: 'HEALTHY',
  createdAt: T0,
  startedAt: T0,
  stoppedAt: null,
  stopCode: null,
  stoppedReason: null,
  endpoint: { host: '10.0.0.1', port: 8080, url: null },
  output: null,
  ...more,
});

/** Came up, crashed ten seconds later. */
export const aCrashedTask = (more: Partial<Task> = {}): Task =>
  aTask({
    lastStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    health: 'UNKNOWN',
    stoppedAt: T0 + 10_000,
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    ...more,
  });

/** One ready task, as wanted. */
export const anObserved = (more: Partial<Observed> = {}): Observed => ({
  service: SERVICE,
  createdAt: CREATED,
  tags: {},
  desiredCount: 1,
  runningCount: 1,
  pendingCount: 0,
  taskDefinition: 'api:1',
  hasHealthCheck: true,
  hasEndpoint: true,
  deployingSince: null,
  bounds: null,
  tasks: [aTask()],
  observedAt: T0,
  ...more,
});

export const aLease = (more: Partial<Lease> = {}): Lease => ({
  service: SERVICE,
  subject: 'ada',
  holder: 'laptop',
  generation: 4,
  expiresAt: T0 + 10 * MINUTE,
  ...more,
});

/** Measured just now: nobody is connected, and nobody has been for an hour. */
export const aMeasurement = (more: Partial<Measurement> = {}): Measurement => ({
  measuredAt: T0,
  inUse: false,
  lastUseAt: null,
  lastActivityAt: T0 - HOUR,
  ...more,
});

/** Awake and ready for an hour; nobody wants it. */
export const someEvidence = (more: Partial<IdleEvidence> = {}): IdleEvidence => ({
  leasedUntil: null,
  leaseEndedAt: null,
  measurement: aMeasurement(),
  knownAt: T0,
  wokenAt: T0 - HOUR,
  readyAt: T0 - HOUR,
  deployingSince: null,
  drainingSince: null,
  ...more,
});

/** The same, eleven hours after the last nightly kill. */
export const tickEvidence = (more: Partial<TickEvidence> = {}): TickEvidence => ({
  ...someEvidence(),
  nightlyKillAt: T0 - 11 * HOUR,
  refusedUntil: null,
  nextNightlyKillAt: T0 + 13 * HOUR,
  ...more,
});

export const aCaller = (subject = 'ada', grant: Grant = {}): Caller => ({ subject, source: '192.0.2.1', grant });

/** May force, hold, and touch everything. */
export const anOperator = (): Caller => aCaller('olga', { force: true, hold: true });
