import { ROUNDS } from '#shared/usecases/contention.ts';
import { attempted, pauseAfter } from './attempts.ts';
import type { RegistryDeps } from './deps.ts';

export type TextDeps = Pick<RegistryDeps, 'registry' | 'clock' | 'random'>;

/** The text after, computed from a look that is later than that at the text before; the same one: leave it. */
export type Next = (before: string | undefined) => Promise<string | undefined>;

export const readText =
  ({ registry }: Pick<RegistryDeps, 'registry'>) =>
  async (key: string): Promise<string | undefined> => {
    const stored = await registry.get(key);
    return stored && new TextDecoder().decode(stored.body);
  };

/**
 * Whether the same text may come again after another. An ETag does then as well, and a write that was allowed may have
 * been an old thought: it has to be looked at once more. A revision that only grows keeps a text from coming again.
 */
type Recurrence = 'never comes again' | 'may come again';

/** Brings a projection up to date by compare-and-swap: what lies there in the end was computed after the one before. */
export const replaceText =
  (deps: TextDeps, recurrence: Recurrence = 'never comes again') =>
  async (key: string, next: Next): Promise<void> => {
    let failure: unknown;
    for (let round = 0; round < ROUNDS; round += 1) {
      const stored = await deps.registry.get(key);
      const before = stored && new TextDecoder().decode(stored.body);
      const after = await next(before);
      if (after === before || after === undefined) return;
      const condition = stored ? { etag: stored.etag } : 'absent';
      const outcome = await attempted(deps.registry.put(key, new TextEncoder().encode(after), condition));
      if (outcome.ok && recurrence === 'never comes again') return;
      if (outcome.ok) continue;
      if (outcome.because === 'unanswered') failure = outcome.cause;
      await pauseAfter(deps, round);
    }
    throw new Error(`${key} never stood still`, { cause: failure });
  };
