import { repairWrites } from '#shared/domain/lifecycle/convergence.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { profileOf } from '#shared/domain/lifecycle/boot.ts';
import type { Memory } from '#shared/domain/lifecycle/learn-boot.ts';
import { hasFailedTooOften, learnStarts } from '#shared/domain/lifecycle/starts.ts';
import { CONVERGE_GRACE_MS } from '#shared/domain/lifecycle/timing.ts';
import type { Telemetry } from '#shared/ports/telemetry.ts';
import { converge } from '#shared/usecases/converge.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import { noteLearned, tripBreaker, type ForceDeps } from '#shared/usecases/force-asleep.ts';
import { observeOne } from '#shared/usecases/observe-one.ts';
import {
  claimIfStale,
  isOf,
  knownAt,
  project,
  readProjection,
  writeProjection,
  type Glimpse,
  type Kept,
  type Projection,
  type Sighting,
} from '#shared/usecases/projections.ts';
import { tellNewVitals } from '#shared/usecases/tell-vitals.ts';

export type LookDeps = ForceDeps & Pick<Deps, 'docs' | 'leases'>;

/** A service as far as it is known now. */
export interface View {
  readonly managed: Managed;
  readonly record: Versioned<ServiceRecord>;
  /** null: nothing is known of this generation yet. */
  readonly sighting: Sighting | null;
}

/** An observation, and what is remembered from those before it. */
export interface Seen {
  readonly observed: Observed;
  readonly previous: Versioned<Projection> | undefined;
  /** Live leases, where somebody has just counted them all. */
  readonly leases?: number | null;
  readonly knownAt?: number;
  readonly kept?: Kept | undefined;
}

/** A boot that taught something, and what to expect of the next one. */
const tellBoot = (telemetry: Telemetry, before: ServiceRecord, after: ServiceRecord): void => {
  const newest = after.boots?.at(-1);
  if (!newest || newest.askedAt === before.boots?.at(-1)?.askedAt) return;
  const { askedAt, ...phases } = newest;
  const { medianMs, boots } = profileOf(after.boots ?? []) ?? { medianMs: null, boots: 0 };
  const { service, generation } = after;
  telemetry.event('service.booted', {
    service,
    generation,
    askedAt: new Date(askedAt).toISOString(),
    ...phases,
    medianMs,
    boots,
  });
};

/** What was learned counts once, by whoever wrote it down. */
const tellStarts = ({ telemetry }: Pick<Deps, 'telemetry'>, before: ServiceRecord, after: ServiceRecord): void => {
  const { service, wokenAt, readyAt } = after;
  if (before.readyAt === null && readyAt !== null && wokenAt !== null) {
    telemetry.metric('WakeLatencyMs', readyAt - wokenAt, { service });
    tellBoot(telemetry, before, after);
  }
  const failures = after.failedTasks.filter((id) => !before.failedTasks.includes(id)).length;
  if (failures > 0) telemetry.metric('StartFailures', failures, { service });
};

const memoryOf = (record: ServiceRecord, sighting: Sighting, previous: Projection | undefined): Memory => ({
  readiness: sighting.readiness,
  healthy: sighting.healthy ?? {},
  lookedAt: isOf(previous, record) ? previous.observed.observedAt : null,
});

/** Remembers what was seen of one service, and draws the consequences of failed starts. */
export const sight =
  (deps: LookDeps) =>
  async (managed: Managed, record: Versioned<ServiceRecord>, seen: Seen): Promise<View> => {
    const { observed, previous } = seen;
    const sighting = project(managed, record.value, observed, {
      previous: previous?.value,
      leases: seen.leases ?? null,
      knownAt: seen.knownAt ?? knownAt(previous?.value, record.value, deps.clock.now()),
      ...(seen.kept && { kept: seen.kept }),
    });
    await writeProjection(deps, previous, sighting);
    const memory = memoryOf(record.value, sighting, previous?.value);
    const learned = learnStarts(record.value, observed, memory, managed.policy);
    const noted = await noteLearned(deps, record, learned);
    if (noted !== record) tellStarts(deps, record.value, noted.value);
    const current = hasFailedTooOften(noted.value) ? await tripBreaker(deps)(managed, noted, observed) : noted;
    return { managed, record: current, sighting: isOf(sighting, current.value) ? sighting : null };
  };

/** A transition belongs to its winner for a while; after that whoever sees a difference heals it. */
const isAbandoned = ({ managed, record, sighting }: View, now: number): boolean =>
  sighting !== null &&
  now >= record.value.since + CONVERGE_GRACE_MS &&
  repairWrites(record.value, managed.policy, sighting.observed).length > 0;

export interface LookOptions {
  /** What the caller has read already, and whether the refreshing is theirs. */
  readonly glimpse?: Glimpse;
  /** Whether live leases are to be counted as well. */
  readonly counts?: boolean;
}

const glance = async (deps: LookDeps, record: ServiceRecord, counts: boolean): Promise<Glimpse> => {
  const known = await readProjection(deps, record.service);
  return { known, claimed: await claimIfStale(deps, record, known, counts) };
};

/** The same view after the record has moved: what was seen of another generation is not shown under it. */
export const under = (view: View, record: Versioned<ServiceRecord>): View => ({
  ...view,
  record,
  sighting: isOf(view.sighting ?? undefined, record.value) ? view.sighting : null,
});

const refresh = async (deps: LookDeps, stale: View, claimed: Versioned<Projection>, counts: boolean): Promise<View> => {
  const { managed, record } = stale;
  const [observed, survey] = await Promise.all([
    observeOne(deps, managed.service, claimed.value.observed ?? stale.sighting?.observed),
    counts ? deps.leases.survey(managed.service, record.value.voided, 'all') : undefined,
  ]);
  const view = await sight(deps)(managed, record, { observed, previous: claimed, leases: survey?.live ?? null });
  tellNewVitals(deps, view, claimed.value);
  return isAbandoned(view, deps.clock.now()) ? under(view, await converge(deps)(managed)) : view;
};

/**
 * What is known of a service, at most three seconds old where this caller was the one to refresh it.
 * A crashed winner is healed here, by its own waiting clients.
 */
export const look =
  (deps: LookDeps) =>
  async (managed: Managed, record: Versioned<ServiceRecord>, options: LookOptions = {}): Promise<View> => {
    const { counts = false } = options;
    const { known, claimed } = options.glimpse ?? (await glance(deps, record.value, counts));
    const view: View = { managed, record, sighting: isOf(known?.value, record.value) ? known.value : null };
    return claimed ? refresh(deps, view, claimed, counts) : view;
  };
