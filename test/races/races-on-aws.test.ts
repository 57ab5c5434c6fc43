import { describe, expect, it } from 'vitest';
import { race, runsUntilBroken } from './race.ts';
import { VARIANTS, type VariantName } from './variants.ts';

const SEED = 20_261_120;
const RUNS = 15_000;
const RUNS_TO_CATCH = 20_000;
const MINUTES = 60_000;

/** Those that break soon: what is caught on the ports is known, and here that this ground catches as well. */
const CAUGHT = ['one-phase', 'no-recheck', 'blind-swap', 'incumbent'] as const satisfies VariantName[];

describe('races through the AWS adapters', () => {
  it(`keep every promise in ${RUNS} interleavings`, { timeout: 10 * MINUTES }, async () => {
    const { broken, first } = await race(VARIANTS.design, { runs: RUNS, seed: SEED, on: 'aws' });
    expect(first).toBeUndefined();
    expect(broken).toBe(0);
  });

  it.each(CAUGHT)('catch the protocol that is broken by %s', { timeout: 10 * MINUTES }, async (name) => {
    const options = { runs: RUNS_TO_CATCH, seed: SEED, on: 'aws' } as const;
    expect(await runsUntilBroken(VARIANTS[name], options)).toBeLessThanOrEqual(RUNS_TO_CATCH);
  });
});
