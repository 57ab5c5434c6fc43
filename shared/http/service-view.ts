import type { Policy } from '#shared/domain/idle/policy.ts';
import { bootsOf, profileOf } from '#shared/domain/lifecycle/boot.ts';
import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import type { Endpoint, Observed } from '#shared/domain/lifecycle/observed.ts';
import { readyEndpoint, type Readiness } from '#shared/domain/lifecycle/readiness.ts';
import { holdAt, wantsTasks, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import {
  bootPhaseOf,
  estimatedReadyAt,
  retryAfterMs,
  stateOf,
  type ServiceState,
} from '#shared/domain/lifecycle/state.ts';
import { stateMessage } from '#shared/http/messages.ts';
import { retryAfter } from '#shared/http/problem.ts';
import { scheduleBody } from '#shared/http/schedule-view.ts';
import { reply, type HttpReply } from '#shared/http/request.ts';
import type { ServiceBody } from '#shared/http/service-schema.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Random } from '#shared/ports/random.ts';

/** What is known of a service, as the use cases give it. */
export interface Shown {
  readonly managed: { readonly service: string; readonly policy: Policy; readonly taskDefinition: string };
  readonly record: { readonly value: ServiceRecord };
  /** null: nothing is known of this generation yet. */
  readonly sighting: {
    readonly observed: Observed;
    readonly leases: number | null;
    readonly healthy?: Readiness;
  } | null;
}

/** What a call adds to it. */
export interface Said {
  readonly lease?: Lease | null;
  /** Live leases, where they were counted. */
  readonly leases?: number | null;
  /** The words that wake and kill have for clients that were there before states. */
  readonly status?: ServiceBody['status'];
  readonly message?: string;
}

/** The moment of the answer, and the chance that spreads those who will ask again. */
export interface Moment {
  readonly now: number;
  readonly chance: number;
}

export const momentOf = ({ clock, random }: { readonly clock: Clock; readonly random: Random }): Moment => ({
  now: clock.now(),
  chance: random(),
});

const IS_STARTING: Readonly<Record<ServiceState, boolean>> = {
  waking: true,
  failing: true,
  asleep: false,
  ready: false,
  draining: false,
  stopping: false,
};

const instant = (at: number): string => new Date(at).toISOString();
const instantOrNull = (at: number | null): string | null => (at === null ? null : instant(at));

/** Of a task that is ready, else of the newest that is meant to be: on Fargate the address is known first. */
const endpointOf = ({ record, sighting, managed }: Shown): Endpoint | null => {
  if (!sighting || !wantsTasks(record.value)) return null;
  const { observed } = sighting;
  const coming = observed.tasks
    .filter((task) => task.desiredStatus === 'RUNNING' && task.endpoint !== null)
    .toSorted((a, b) => b.createdAt - a.createdAt);
  return readyEndpoint(observed, managed.policy) ?? coming[0]?.endpoint ?? null;
};

/** How many tasks there are; what has not been seen is null, except the number that should be. */
const countsOf = ({ record, sighting, managed }: Shown) => ({
  desiredCount: sighting?.observed.desiredCount ?? (wantsTasks(record.value) ? managed.policy.wakeCount : 0),
  runningCount: sighting?.observed.runningCount ?? null,
  pendingCount: sighting?.observed.pendingCount ?? null,
});

const heldOf = (record: ServiceRecord, now: number): ServiceBody['held'] => {
  const hold = holdAt(record, now);
  return hold && { intent: hold.intent, until: instant(hold.until), by: hold.by, reason: hold.reason };
};

const failureOf = ({ failure }: ServiceRecord): ServiceBody['failure'] =>
  failure && { ...failure, at: instant(failure.at) };

const NO_BOOT_SEEN = { boots: 0, medianMs: null, startedMs: null, runningMs: null, healthyMs: null };

const bootOf = (shown: Shown): ServiceBody['boot'] => {
  const phase = bootPhaseOf(shown);
  const profile = profileOf(bootsOf(shown.record.value));
  return phase === null && profile === null ? null : { phase, ...(profile ?? NO_BOOT_SEEN) };
};

const leaseOf = (lease: Lease | null): ServiceBody['lease'] =>
  lease && { holder: lease.holder, expiresAt: instant(lease.expiresAt), generation: lease.generation };

/** A service as every call shows it. */
export const serviceBody = (shown: Shown, said: Said, now: number): ServiceBody => {
  const record = shown.record.value;
  const state = stateOf(shown);
  const readyAt = state === 'waking' ? instantOrNull(estimatedReadyAt(shown)) : null;
  return {
    service: record.service,
    state,
    held: heldOf(record, now),
    generation: record.generation,
    ...countsOf(shown),
    endpoint: endpointOf(shown),
    lease: leaseOf(said.lease ?? null),
    leases: said.leases ?? shown.sighting?.leases ?? null,
    estimatedReadyAt: readyAt,
    boot: bootOf(shown),
    schedule: scheduleBody(shown.managed.policy.schedule, now),
    since: instant(record.since),
    reason: record.reason,
    failure: failureOf(record),
    status: said.status ?? null,
    estimatedStartTime: readyAt,
    message: said.message ?? stateMessage(shown, now),
  };
};

/** Where and when to ask again, while it is starting. */
const pollHeaders = (shown: Shown, { now, chance }: Moment): Readonly<Record<string, string>> =>
  IS_STARTING[stateOf(shown)]
    ? {
        location: `/services/${shown.managed.service}`,
        ...retryAfter(retryAfterMs(shown, now, chance)),
      }
    : {};

/** An answer that shows a service. */
export const serviceReply = (status: number, shown: Shown, said: Said, moment: Moment): HttpReply =>
  reply(status, serviceBody(shown, said, moment.now), pollHeaders(shown, moment));
