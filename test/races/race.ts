import fc from 'fast-check';
import { play, type Outcome } from './run.ts';
import { scenarios, type Scenario } from './scenario.ts';
import type { Variant } from './variants.ts';

export interface Result {
  readonly broken: number;
  /** The smallest counterexample found for the first broken run, told in full. */
  readonly first: string | undefined;
}

const tell = (scenario: Scenario, { broken, trace }: Outcome, replayWith: string): string => {
  const { choices: _, ...told } = scenario;
  return [
    `broken: ${broken.join('; ')}`,
    `scenario: ${JSON.stringify(told)}`,
    ...trace.map((line) => `  ${line}`),
    `replay with ${replayWith}`,
  ].join('\n');
};

const isKept = async (scenario: Scenario, variant: Variant): Promise<boolean> =>
  (await play(scenario, variant)).broken.length === 0;

/** Finds the first broken run again and makes it as small as fast-check can. */
const shrink = async (
  variant: Variant,
  parameters: { seed: number; numRuns: number; path?: string },
): Promise<string | undefined> => {
  const details = await fc.check(
    fc.asyncProperty(scenarios, (scenario) => isKept(scenario, variant)),
    parameters,
  );
  const [scenario] = details.counterexample ?? [];
  if (!details.failed || !scenario) return undefined;
  const outcome = await play(scenario, variant);
  return tell(scenario, outcome, `--seed ${details.seed} --path ${details.counterexamplePath}`);
};

/** Plays many scenarios, counts the broken ones, and tells of the first. */
export const race = async (
  variant: Variant,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<Result> => {
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      if (!(await isKept(scenario, variant))) broken += 1;
    }),
    { seed, numRuns: runs },
  );
  return { broken, first: broken > 0 ? await shrink(variant, { seed, numRuns: runs }) : undefined };
};

/** How many runs it takes until the first breaks; `undefined` when none does. */
export const runsUntilBroken = async (
  variant: Variant,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<number | undefined> => {
  const details = await fc.check(
    fc.asyncProperty(scenarios, (scenario) => isKept(scenario, variant)),
    { seed, numRuns: runs, endOnFailure: true },
  );
  return details.failed ? details.numRuns : undefined;
};

/** One run again, by the path that a failing one printed. */
export const replay = async (variant: Variant, seed: number, path: string): Promise<Result> => {
  const first = await shrink(variant, { seed, path, numRuns: 1 });
  return { broken: first ? 1 : 0, first };
};
