import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { Passage } from '#shared/domain/lifecycle/trail.ts';

/** The history of a service: the last things that happened to it, oldest first. */
export interface History {
  readonly passages: readonly Passage[];
}

export const HISTORY_LENGTH = 100;

/** Changes by the record's revision, what the tick decided under it after them: clocks of their writers differ. */
type Order = readonly [revision: number, isDecision: number, at: number];

const orderOf = ({ revision, did, at }: Passage): Order => [revision, did === 'decided' ? 1 : 0, at];

const compare = (a: Order, b: Order): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

export const CURSOR_PATTERN = /^\d{1,15}\.[01]\.\d{1,15}$/;

export const cursorOf = (passage: Passage): string => orderOf(passage).join('.');

const orderFrom = (cursor: string): Order => {
  const [revision = 0, isDecision = 0, at = 0] = cursor.split('.').map(Number);
  return [revision, isDecision, at];
};

/** What was kept, and what the record's trail or the tick knows besides; whatever both know counts once. */
export const withNewer = (kept: History | undefined, record: ServiceRecord, more: readonly Passage[] = []): History => {
  // Ahead of the record it is of an earlier life: the record was lost, and begun anew.
  const before = (kept?.passages ?? []).filter(({ revision }) => revision <= record.revision);
  // What lies there already wins: whoever wrote it was first.
  const all = new Map([...more, ...(record.trail ?? []), ...before].map((passage) => [cursorOf(passage), passage]));
  const passages = [...all.values()].toSorted((a, b) => compare(orderOf(a), orderOf(b)));
  return { passages: passages.slice(-HISTORY_LENGTH) };
};

export interface HistoryPage {
  readonly passages: readonly Passage[];
  /** null: it was the last page. */
  readonly next: string | null;
}

/** The newest first, from the one after the cursor on. */
export const pageOf = (
  { passages }: History,
  { limit, after }: { readonly limit: number; readonly after: string | null },
): HistoryPage => {
  const older = passages
    .filter((passage) => after === null || compare(orderOf(passage), orderFrom(after)) < 0)
    .toReversed();
  const page = older.slice(0, limit);
  const last = page.at(-1);
  return { passages: page, next: older.length > limit && last ? cursorOf(last) : null };
};
