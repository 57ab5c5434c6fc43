import type { Game } from '../game.ts';
import { play } from './run.ts';
import { scenarios, type Scenario } from './scenario.ts';
import type { Variant } from './variants.ts';

/** The registry under random interleavings and crashes. */
export const registryGame = (variant: Variant): Game<Scenario> => ({
  drawn: scenarios,
  play: (scenario) => play(scenario, variant),
  options: '--of registry ',
});
