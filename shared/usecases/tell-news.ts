import { note, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import type { TickDeps } from '#shared/usecases/deps.ts';
import type { Versioned } from '#shared/usecases/documents.ts';

/**
 * Hands over what a record has to tell, and notes that it is told. At least once: whoever dies or fails in between
 * leaves it to the next tick.
 */
export const tellNews =
  ({ records, notifier }: Pick<TickDeps, 'records' | 'notifier'>) =>
  async (record: Versioned<ServiceRecord>): Promise<Versioned<ServiceRecord>> => {
    const { news, service } = record.value;
    if (!news) return record;
    await notifier.notify({ ...news, service });
    return (await records.swap(record, note(record.value, { news: null }))) ?? record;
  };
