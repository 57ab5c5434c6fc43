import type { Telemetry } from '#shared/ports/telemetry.ts';

export interface TaskChanges {
  /** A task of the service changed. */
  tell(service: string): void;
  /** Tells of nothing more; resolves when what was begun is done. */
  close(): Promise<void>;
}

/** Handles task changes one at a time per service: those that come meanwhile become one. */
export const taskChanges = (handle: (service: string) => Promise<void>, telemetry: Telemetry): TaskChanges => {
  const running = new Map<string, Promise<void>>();
  const waiting = new Set<string>();
  let isClosed = false;

  const run = async (service: string): Promise<void> => {
    do {
      waiting.delete(service);
      await handle(service).catch((cause: unknown) => telemetry.failure('task-change.failed', cause, { service }));
    } while (waiting.has(service));
    running.delete(service);
  };

  return {
    tell: (service) => {
      if (isClosed) return;
      if (running.has(service)) waiting.add(service);
      else running.set(service, run(service));
    },
    close: async () => {
      isClosed = true;
      waiting.clear();
      await Promise.all(running.values());
    },
  };
};
