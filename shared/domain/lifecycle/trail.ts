import { bootsOf, type Boot } from '#shared/domain/lifecycle/boot.ts';
import type { Hold, Intent, ServiceRecord } from '#shared/domain/lifecycle/record.ts';

/** What can happen to a service. `decided` is no change: from then on it is kept for another reason. */
export type Happening =
  | 'adopted'
  | 'woken'
  | 'recalled'
  | 'drained'
  | 'slept'
  | 'held'
  | 'unheld'
  | 'ready'
  | 'start-failed'
  | 'decided';

/** One thing that happened to a service. */
export interface Passage {
  readonly did: Happening;
  readonly at: number;
  /** The record's, which no other change has. */
  readonly revision: number;
  readonly generation: number;
  readonly from: Intent | null;
  readonly to: Intent;
  readonly by: string;
  readonly reason: string;
  /** Of `ready`, where the boot was seen. */
  readonly boot: Boot | null;
}

/** As many as happen between two ticks, and more: the tick carries them over to the history. */
const TRAIL_LENGTH = 12;
const REASON_LENGTH = 200;
const PORTER = 'nightporter';

type Told = Pick<Passage, 'did' | 'by' | 'reason'> & { readonly boot?: Boot | null };

const DID: Readonly<Record<Intent, Happening>> = { awake: 'woken', draining: 'drained', asleep: 'slept' };

const ofIntent = (from: ServiceRecord, { intent, by, reason }: ServiceRecord): Told | undefined => {
  if (from.intent === intent) return undefined;
  const isRecalled = from.intent === 'draining' && intent === 'awake';
  return { did: isRecalled ? 'recalled' : DID[intent], by, reason };
};

const isSameHold = (a: Hold | null, b: Hold | null): boolean =>
  a?.intent === b?.intent && a?.until === b?.until && a?.by === b?.by;

const ofHold = (from: ServiceRecord, { hold }: ServiceRecord, by: string | undefined): Told | undefined => {
  if (isSameHold(from.hold, hold)) return undefined;
  if (!hold) return { did: 'unheld', by: by ?? PORTER, reason: by ? 'the hold was lifted' : 'the hold has ended' };
  return { did: 'held', by: hold.by, reason: `held ${hold.intent}: ${hold.reason}` };
};

const ofStarts = (from: ServiceRecord, to: ServiceRecord): Told | undefined => {
  if (from.readyAt === null && to.readyAt !== null) {
    const newest = bootsOf(to).at(-1);
    const isSeen = newest !== undefined && newest.askedAt === to.wokenAt;
    return { did: 'ready', by: PORTER, reason: 'it came up', boot: isSeen ? newest : null };
  }
  const hasFailed = to.failure !== null && to.failedTasks.some((id) => !from.failedTasks.includes(id));
  return hasFailed
    ? { did: 'start-failed', by: PORTER, reason: `${to.failure.code}: ${to.failure.message}` }
    : undefined;
};

const passage = ({ boot = null, reason, ...told }: Told, from: Intent | null, to: ServiceRecord, at: number) => ({
  ...told,
  at,
  revision: to.revision,
  generation: to.generation,
  from,
  to: to.intent,
  reason: reason.slice(0, REASON_LENGTH),
  boot,
});

const extended = (to: ServiceRecord, trail: readonly Passage[] | undefined, next: Passage): ServiceRecord => ({
  ...to,
  trail: [...(trail ?? []), next].slice(-TRAIL_LENGTH),
});

/** When a change is made; and by whom, where the record itself does not say. */
export interface Change {
  readonly at: number;
  readonly by?: string | undefined;
}

/** The record with what this change did to the service; a change that nobody asks about later leaves it as it is. */
export const traced = (from: ServiceRecord, to: ServiceRecord, { at, by }: Change): ServiceRecord => {
  const told = ofIntent(from, to) ?? ofHold(from, to, by) ?? ofStarts(from, to);
  return told ? extended(to, from.trail, passage(told, from.intent, to, at)) : to;
};

/** The first record of a service, or of one that was made anew under its name. */
export const begun = (record: ServiceRecord, before: ServiceRecord | undefined, now: number): ServiceRecord => {
  const { by, reason } = record;
  return extended(record, before?.trail, passage({ did: 'adopted', by, reason }, null, record, now));
};

/** The tick keeps it for another reason than before. */
export const decided = (record: ServiceRecord, because: string, now: number): Passage =>
  passage({ did: 'decided', by: PORTER, reason: because }, record.intent, record, now);
