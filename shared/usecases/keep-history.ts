import { controlKeys } from '#shared/domain/lifecycle/control-keys.ts';
import type { Decision } from '#shared/domain/lifecycle/decide.ts';
import { withNewer, type History } from '#shared/domain/lifecycle/history.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { decided, type Happening } from '#shared/domain/lifecycle/trail.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import type { Cached, Documents } from '#shared/usecases/documents.ts';
import type { Kept } from '#shared/usecases/projections.ts';

export type HistoryDeps = Pick<Deps, 'docs' | 'clock' | 'telemetry'>;

/** What a tick found when it looked after a service. */
export interface Visit {
  /** As it is after what was decided was done. */
  readonly record: ServiceRecord;
  readonly decision: Decision;
  /** What is known to be kept already; `undefined`: nobody remembers. */
  readonly kept: Kept | undefined;
}

const isHistory = ({ passages }: History): boolean => Array.isArray(passages);

export const readHistory = ({ docs }: { readonly docs: Documents }, service: string): Promise<Cached<History>> =>
  docs.readCache<History>(controlKeys.history(service), isHistory);

const TELLS_WHY: readonly Happening[] = ['decided', 'drained', 'recalled'];

/** Why the service is kept, as far as the history tells: a generation begins with a reason of its own. */
const lastReason = ({ passages }: History, { generation }: ServiceRecord): string | null =>
  passages.findLast((passage) => passage.generation === generation && TELLS_WHY.includes(passage.did))?.reason ?? null;

const append = async (deps: HistoryDeps, record: ServiceRecord, because: string | null): Promise<void> => {
  const { value, etag } = await readHistory(deps, record.service);
  const carried = withNewer(value, record);
  const isNews = because !== null && because !== lastReason(carried, record);
  const next = isNews ? withNewer(carried, record, [decided(record, because, deps.clock.now())]) : carried;
  if (next.passages.length === value?.passages.length && next.passages.at(-1) === value.passages.at(-1)) return;
  // Lost: another tick has kept the same.
  await deps.docs.swap(controlKeys.history(record.service), etag, next);
};

const NOTHING_KEPT: Kept = { revision: 0, because: null, generation: 0 };

/** Whether the history tells all of it already. */
const isKnown = (now: Kept, kept: Kept = NOTHING_KEPT): boolean =>
  now.revision === kept.revision &&
  now.because === kept.because &&
  (now.because === null || now.generation === kept.generation);

/**
 * Carries over what a record's trail tells, and writes down when the tick keeps a service for another reason than
 * before. Whoever changed the record wrote both in one swap, so nothing is lost in between, and a wake pays nothing
 * for it. A history that cannot be written is told of and tried again; it holds up nobody.
 */
export const keepHistory =
  (deps: HistoryDeps) =>
  async ({ record, decision, kept }: Visit): Promise<Kept | undefined> => {
    const because = decision.act === 'rest' ? null : decision.because;
    const now: Kept = { revision: record.trail?.at(-1)?.revision ?? 0, because, generation: record.generation };
    if (isKnown(now, kept)) return kept;
    try {
      await append(deps, record, because);
      return now;
    } catch (cause) {
      deps.telemetry.failure('history.failed', cause, { service: record.service });
      return kept;
    }
  };
