import { pageOf, withNewer, type HistoryPage } from '#shared/domain/lifecycle/history.ts';
import { requireService, type Caller } from '#shared/usecases/caller.ts';
import type { Deps } from '#shared/usecases/deps.ts';
import { readHistory } from '#shared/usecases/keep-history.ts';

export interface HistoryInput {
  readonly service: string;
  readonly caller: Caller;
  readonly limit: number;
  /** The cursor of the page before. */
  readonly after: string | null;
}

/** What happened to a service, the newest first: what was kept, and what the record tells that no tick has seen yet. */
export const history =
  (deps: Pick<Deps, 'docs' | 'directory' | 'records'>) =>
  async ({ service, caller, limit, after }: HistoryInput): Promise<HistoryPage> => {
    requireService(caller, service);
    const managed = await deps.directory.find(service);
    const [record, kept] = await Promise.all([deps.records.read(managed), readHistory(deps, service)]);
    return pageOf(withNewer(kept.value, record.value), { limit, after });
  };
