import type { Boot } from '#shared/domain/lifecycle/boot.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { Passage } from '#shared/domain/lifecycle/trail.ts';

/** `draining` is the barrier: nobody goes from awake to asleep without passing it, except by force. */
export type Intent = 'awake' | 'draining' | 'asleep';

export interface Hold {
  readonly intent: 'awake' | 'asleep';
  readonly until: number;
  readonly by: string;
  readonly reason: string;
}

/** The last start failure, kept until the next ready. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly output: string | null;
  readonly count: number;
  readonly at: number;
}

/** Refuses wakes for a while after too many start failures. */
export interface Breaker {
  readonly trips: number;
  readonly until: number;
  /** A service that would run something else gets a new chance. */
  readonly taskDefinition: string;
}

/** What people must be told of a change; kept with it until somebody has told them. */
export interface News {
  readonly event: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The one document that says what should be; changed only by compare-and-swap.
 * Instants are epoch milliseconds.
 */
export interface ServiceRecord {
  readonly service: string;
  /** The incarnation of the service this is about. */
  readonly createdAt: number;
  readonly intent: Intent;
  /** Raised by every step to and from asleep. */
  readonly generation: number;
  /** Leases of an older generation are dead. */
  readonly voided: number;
  /** Raised by every write: contents never repeat, so neither do ETags. */
  readonly revision: number;
  /** When the intent became what it is. */
  readonly since: number;
  readonly reason: string;
  readonly by: string;
  readonly hold: Hold | null;
  /** When this generation began to be awake. */
  readonly wokenAt: number | null;
  /** When this generation was first ready. */
  readonly readyAt: number | null;
  /** How long the last boots took, newest last: what the version before reads, while a deployment replaces it. */
  readonly bootsMs: readonly number[];
  /** The last boots, newest last; absent in records that the version before wrote. */
  readonly boots?: readonly Boot[];
  /** Tasks of this generation counted as start failures. */
  readonly failedTasks: readonly string[];
  readonly failure: Failure | null;
  readonly breaker: Breaker | null;
  /** The task definition that was last ready; null until one was. */
  readonly provenWith: string | null;
  /** When somebody forced it asleep: its schedule does not undo that. Absent in older records, as null. */
  readonly dismissedAt?: number | null;
  /** Written in the swap that it tells of, so that a crash before the telling loses nothing. */
  readonly news: News | null;
  /** What has happened lately, newest last, written in the swap that it tells of; absent in older records. */
  readonly trail?: readonly Passage[];
}

/** Who changes a record, and why. */
export interface Cause {
  readonly by: string;
  readonly reason: string;
}

const revised = (record: ServiceRecord, change: Partial<ServiceRecord>): ServiceRecord => ({
  ...record,
  ...change,
  revision: record.revision + 1,
});

/** Whether something that was read is a record, as far as the protocol rests on it. */
export const isRecord = (value: ServiceRecord | null): value is ServiceRecord =>
  value !== null &&
  typeof value === 'object' &&
  ['awake', 'draining', 'asleep'].includes(value.intent) &&
  [value.createdAt, value.generation, value.voided, value.revision, value.since].every(Number.isFinite);

/** The first record of a service, from what is: running means awake as of now. */
export const adopt = (observed: Observed, now: number, generation = 1): ServiceRecord => {
  const awake = observed.desiredCount > 0;
  return {
    service: observed.service,
    createdAt: observed.createdAt,
    intent: awake ? 'awake' : 'asleep',
    generation,
    voided: generation,
    revision: 1,
    since: now,
    reason: awake ? 'found running' : 'found at zero',
    by: 'nightporter',
    hold: null,
    wokenAt: awake ? now : null,
    readyAt: null,
    bootsMs: [],
    failedTasks: [],
    failure: null,
    breaker: null,
    provenWith: null,
    dismissedAt: null,
    news: null,
  };
};

/** Another service under the same name: its predecessor's leases are void and its history is not its own. */
export const adoptAnew = (record: ServiceRecord, observed: Observed, now: number): ServiceRecord => ({
  ...adopt(observed, now),
  generation: record.generation + 1,
  voided: record.generation + 1,
  revision: record.revision + 1,
});

/** To awake. From draining nothing has changed for the fleet; from asleep a new generation begins. */
export const awaken = (record: ServiceRecord, cause: Cause, now: number): ServiceRecord =>
  revised(record, {
    ...cause,
    intent: 'awake',
    since: now,
    dismissedAt: null,
    ...(record.intent === 'asleep' && {
      generation: record.generation + 1,
      wokenAt: now,
      readyAt: null,
      failedTasks: [],
    }),
  });

export const drain = (record: ServiceRecord, cause: Cause, now: number): ServiceRecord =>
  revised(record, { ...cause, intent: 'draining', since: now });

/** To asleep: a new generation that voids every lease taken before it. */
export const layToSleep = (record: ServiceRecord, cause: Cause, now: number): ServiceRecord =>
  revised(record, {
    ...cause,
    intent: 'asleep',
    since: now,
    generation: record.generation + 1,
    voided: record.generation + 1,
    dismissedAt: null,
    wokenAt: null,
    readyAt: null,
  });

export const pin = (record: ServiceRecord, hold: Hold, now: number): ServiceRecord => {
  const cause = { by: hold.by, reason: `held ${hold.intent}: ${hold.reason}` };
  if (hold.intent === 'awake' && record.intent === 'awake') return revised(record, { hold });
  const moved = hold.intent === 'awake' ? awaken(record, cause, now) : layToSleep(record, cause, now);
  return { ...moved, hold };
};

/** Lifts the flag and nothing else: the next tick decides. */
export const unpin = (record: ServiceRecord): ServiceRecord => revised(record, { hold: null });

/** What was learned of this generation's starts; no transition. */
export const note = (
  record: ServiceRecord,
  learned: Partial<
    Pick<
      ServiceRecord,
      'readyAt' | 'bootsMs' | 'boots' | 'failedTasks' | 'failure' | 'breaker' | 'provenWith' | 'hold' | 'news'
    >
  >,
): ServiceRecord => revised(record, learned);

/** The hold in force; one that has ended is as good as lifted. */
export const holdAt = (record: ServiceRecord, now: number): Hold | null =>
  record.hold && now < record.hold.until ? record.hold : null;

/** Whether the fleet should run anything. */
export const wantsTasks = (record: ServiceRecord): boolean => record.intent !== 'asleep';
