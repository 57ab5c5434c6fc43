import type { Decision } from '#shared/domain/lifecycle/decide.ts';
import type { Observed } from '#shared/domain/lifecycle/observed.ts';
import { awaken, drain, layToSleep, type News, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { audit } from '#shared/usecases/audit.ts';
import { NIGHTPORTER } from '#shared/usecases/caller.ts';
import { converge } from '#shared/usecases/converge.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Managed } from '#shared/usecases/directory.ts';
import type { Versioned } from '#shared/usecases/documents.ts';
import { forceAsleep, tripBreaker } from '#shared/usecases/force-asleep.ts';

/** A decision, and the observation that a tripped breaker remembers. */
export interface Verdict {
  readonly decision: Decision;
  readonly observed: Observed;
}

type Enactment = (
  deps: Deps,
  managed: Managed,
  record: Versioned<ServiceRecord>,
  verdict: Verdict,
) => Promise<Versioned<ServiceRecord> | undefined>;

const causeOf = ({ because }: Decision): { readonly by: string; readonly reason: string } => ({
  by: NIGHTPORTER.subject,
  reason: because,
});

const sleptUnknown = ({ service, policy }: Managed): News => ({
  event: 'service.slept-unknown',
  message: `${service} was put to sleep without knowing whether anybody used it: no activity data`,
  details: { unknownAfterMs: policy.unknownAfterMs, signal: policy.signal.kind },
});

/** As any caller would, but without a lease: who holds it is the window. Lost: whoever moved the record knows better. */
const wake: Enactment = async (deps, managed, record, { decision }) => {
  const won = await deps.records.swap(record, awaken(record.value, causeOf(decision), deps.clock.now()));
  return won && converge(deps)(managed, won);
};

const keep: Enactment = async ({ records, clock }, _managed, record, { decision }) => {
  if (record.value.intent !== 'draining') return undefined;
  return records.swap(record, awaken(record.value, causeOf(decision), clock.now()));
};

const startDraining: Enactment = async ({ records, clock }, _managed, record, { decision }) => {
  if (record.value.intent === 'draining') return undefined;
  return records.swap(record, drain(record.value, causeOf(decision), clock.now()));
};

/** On the record as it was before the leases were listed: whoever took one since has moved it. */
const sleep: Enactment = async (deps, managed, record, { decision }) => {
  const isUnknown = decision.because === 'unknown-too-long';
  const asleep = layToSleep(record.value, causeOf(decision), deps.clock.now());
  const won = await deps.records.swap(record, isUnknown ? { ...asleep, news: sleptUnknown(managed) } : asleep);
  if (!won) return undefined;
  if (isUnknown) deps.telemetry.metric('SleptUnknown', 1, { service: managed.service });
  return converge(deps)(managed, won);
};

const force: Enactment = (deps, managed, record, { decision, observed }) =>
  decision.because === 'start-failures'
    ? tripBreaker(deps)(managed, record, observed)
    : forceAsleep(deps)(managed, record, causeOf(decision));

const ENACTMENTS: Readonly<Record<Decision['act'], Enactment>> = {
  rest: async () => undefined,
  wake,
  keep,
  drain: startDraining,
  sleep,
  force,
};

/** Does what was decided, if the record is still the one it was decided on. `undefined`: nothing was changed. */
export const enact =
  (deps: Deps) =>
  async (
    managed: Managed,
    record: Versioned<ServiceRecord>,
    verdict: Verdict,
  ): Promise<Versioned<ServiceRecord> | undefined> => {
    const { decision } = verdict;
    const changed = await ENACTMENTS[decision.act](deps, managed, record, verdict);
    // The breaker audits itself: it also trips outside the tick.
    if (changed && decision.because !== 'start-failures') {
      audit(deps.telemetry, NIGHTPORTER, {
        action: decision.act === 'force' ? 'sleep' : decision.act,
        reason: decision.because,
        before: record.value,
        after: changed.value,
      });
    }
    return changed;
  };
