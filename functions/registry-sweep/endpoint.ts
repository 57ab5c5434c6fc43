import * as z from 'zod/mini';
import type { DeadLetters } from '#shared/ports/dead-letters.ts';
import type { JudgingDeps } from '#shared/usecases/registry/deps.ts';
import { rebuild } from '#shared/usecases/registry/rebuild.ts';
import { replayDeadLetters } from '#shared/usecases/registry/replay-dead-letters.ts';
import { sweep } from '#shared/usecases/registry/sweep.ts';

/** A schedule names a time and wants a sweep; a person names a task. */
const wanted = z.object({
  task: z.optional(z.enum(['sweep', 'rebuild', 'replay'])),
  /** How many to replay at most, and who wants it. */
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
  by: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
});

export type RegistrySweepDeps = JudgingDeps & { readonly deadLetters: DeadLetters };

/** Looks after the registry. Throws on failure, so that the alarm rings; the next sweep does it all again. */
export const registrySweepEndpoint =
  (deps: RegistrySweepDeps) =>
  async (event: unknown): Promise<unknown> => {
    const { task = 'sweep', limit = 100, by = 'operator' } = z.parse(wanted, event);
    if (task === 'rebuild') return rebuild(deps)();
    if (task === 'replay') return replayDeadLetters(deps)({ limit, by });
    return sweep(deps)();
  };
