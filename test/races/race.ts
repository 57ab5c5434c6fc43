import fc from 'fast-check';
import { PLAYGROUNDS, type PlaygroundName } from './grounds.ts';
import { play, type Outcome } from './run.ts';
import { scenarios, type Scenario } from './scenario.ts';
import type { Variant } from './variants.ts';

export interface Result {
  readonly broken: number;
  /** The smallest counterexample found for the first broken run, told in full. */
  readonly first: string | undefined;
}

export interface RaceOptions {
  readonly runs: number;
  readonly seed: number;
  /** The ports, unless told otherwise. */
  readonly on?: PlaygroundName;
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

/** Plays the scenarios of a ground with one protocol. */
const game = (variant: Variant, on: PlaygroundName) => {
  const { make, calls } = PLAYGROUNDS[on];
  return {
    drawn: scenarios(calls),
    played: (scenario: Scenario): Promise<Outcome> => play(scenario, variant, make),
    isKept: async (scenario: Scenario): Promise<boolean> => (await play(scenario, variant, make)).broken.length === 0,
  };
};

/** Finds the first broken run again and makes it as small as fast-check can. */
const shrink = async (
  variant: Variant,
  on: PlaygroundName,
  parameters: { seed: number; numRuns: number; path?: string },
): Promise<string | undefined> => {
  const { drawn, isKept, played } = game(variant, on);
  const details = await fc.check(fc.asyncProperty(drawn, isKept), parameters);
  const [scenario] = details.counterexample ?? [];
  if (!details.failed || !scenario) return undefined;
  const options = `--seed ${details.seed} --path ${details.counterexamplePath}`;
  return tell(scenario, await played(scenario), on === 'ports' ? options : `--on ${on} ${options}`);
};

/** Plays many scenarios, counts the broken ones, and tells of the first. */
export const race = async (variant: Variant, { runs, seed, on = 'ports' }: RaceOptions): Promise<Result> => {
  const { drawn, isKept } = game(variant, on);
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(drawn, async (scenario) => {
      if (!(await isKept(scenario))) broken += 1;
    }),
    { seed, numRuns: runs },
  );
  return { broken, first: broken > 0 ? await shrink(variant, on, { seed, numRuns: runs }) : undefined };
};

/** How many runs it takes until the first breaks; `undefined` when none does. */
export const runsUntilBroken = async (
  variant: Variant,
  { runs, seed, on = 'ports' }: RaceOptions,
): Promise<number | undefined> => {
  const { drawn, isKept } = game(variant, on);
  const details = await fc.check(fc.asyncProperty(drawn, isKept), { seed, numRuns: runs, endOnFailure: true });
  return details.failed ? details.numRuns : undefined;
};

/** One run again, by the path that a failing one printed. */
export const replay = async (
  variant: Variant,
  { seed, path, on = 'ports' }: Omit<RaceOptions, 'runs'> & { readonly path: string },
): Promise<Result> => {
  const first = await shrink(variant, on, { seed, path, numRuns: 1 });
  return { broken: first ? 1 : 0, first };
};
