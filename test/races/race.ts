import { playAgain, playMany, playUntilBroken, type Game, type Result } from './game.ts';
import { PLAYGROUNDS, type PlaygroundName } from './grounds.ts';
import { play } from './run.ts';
import { scenarios, type Scenario } from './scenario.ts';
import type { Variant } from './variants.ts';

export interface RaceOptions {
  readonly runs: number;
  readonly seed: number;
  /** The ports, unless told otherwise. */
  readonly on?: PlaygroundName;
}

/** Plays the scenarios of a ground with one protocol. */
const game = (variant: Variant, on: PlaygroundName): Game<Scenario> => {
  const { make, calls } = PLAYGROUNDS[on];
  return {
    drawn: scenarios(calls),
    play: (scenario) => play(scenario, variant, make),
    options: on === 'ports' ? '' : `--on ${on} `,
  };
};

/** Plays many scenarios, counts the broken ones, and tells of the first. */
export const race = (variant: Variant, { on = 'ports', ...runs }: RaceOptions): Promise<Result> =>
  playMany(game(variant, on), runs);

/** How many runs it takes until the first breaks; `undefined` when none does. */
export const runsUntilBroken = (
  variant: Variant,
  { on = 'ports', ...runs }: RaceOptions,
): Promise<number | undefined> => playUntilBroken(game(variant, on), runs);

/** One run again, by the path that a failing one printed. */
export const replay = (
  variant: Variant,
  { seed, path, on = 'ports' }: Omit<RaceOptions, 'runs'> & { readonly path: string },
): Promise<Result> => playAgain(game(variant, on), { seed, path });
