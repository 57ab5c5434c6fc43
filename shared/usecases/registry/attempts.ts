import type { WriteOutcome } from '#shared/ports/object-store.ts';
import type { RegistryDeps } from './deps.ts';

/** What one try at a write came to: its failure is a value as well, because the write may have happened. */
export type Attempt = WriteOutcome | { readonly ok: false; readonly because: 'unanswered'; readonly cause: unknown };

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

export type AttemptDeps = Pick<RegistryDeps, 'clock' | 'random'>;

export const attempted = (write: Promise<WriteOutcome>): Promise<Attempt> =>
  write.catch((cause: unknown) => ({ ok: false, because: 'unanswered', cause }));

/** Longer each time, and not for everybody the same. */
export const pauseAfter = ({ clock, random }: AttemptDeps, attempt: number): Promise<void> =>
  clock.sleep(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + random() / 2));

/**
 * Writes what must never be replaced. `exists`: something lies there, perhaps one's own write whose answer was lost;
 * a conflict with a write in flight proves nothing, and is never taken for that.
 */
export const createOnce =
  (deps: AttemptDeps) =>
  async (key: string, write: () => Promise<WriteOutcome>): Promise<'created' | 'exists'> => {
    let failure: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const outcome = await attempted(write());
      if (outcome.ok) return 'created';
      if (outcome.because === 'precondition') return 'exists';
      if (outcome.because === 'unanswered') failure = outcome.cause;
      await pauseAfter(deps, attempt);
    }
    throw new Error(`no answer to a write of ${key}`, { cause: failure });
  };
