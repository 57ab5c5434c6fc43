import type { HistoryPage } from '#shared/domain/lifecycle/history.ts';
import type { Passage } from '#shared/domain/lifecycle/trail.ts';

const instant = (at: number): string => new Date(at).toISOString();

const passageBody = ({ at, did, from, to, generation, by, reason, boot }: Passage): object => ({
  at: instant(at),
  did,
  from,
  to,
  generation,
  by,
  reason,
  boot: boot && { ...boot, askedAt: instant(boot.askedAt) },
});

/** What happened to a service, as it is shown. */
export const historyBody = ({ passages, next }: HistoryPage): object => ({
  history: passages.map(passageBody),
  next,
});
