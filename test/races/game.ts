import fc from 'fast-check';

export interface Outcome {
  readonly broken: readonly string[];
  readonly trace: readonly string[];
}

export interface Result {
  readonly broken: number;
  /** The smallest counterexample found for the first broken run, told in full. */
  readonly first: string | undefined;
}

/** Scenarios, and how one is played. */
export interface Game<S extends { readonly choices: Uint8Array }> {
  readonly drawn: fc.Arbitrary<S>;
  readonly play: (scenario: S) => Promise<Outcome>;
  /** What to say besides the seed and the path to play one again. */
  readonly options: string;
}

interface Runs {
  readonly runs: number;
  readonly seed: number;
}

type Scenic = { readonly choices: Uint8Array };

const tell = (scenario: Scenic, { broken, trace }: Outcome, replayWith: string): string => {
  const { choices: _, ...told } = scenario;
  return [
    `broken: ${broken.join('; ')}`,
    `scenario: ${JSON.stringify(told)}`,
    ...trace.map((line) => `  ${line}`),
    `replay with ${replayWith}`,
  ].join('\n');
};

const isKept =
  <S extends Scenic>({ play }: Game<S>) =>
  async (scenario: S): Promise<boolean> =>
    (await play(scenario)).broken.length === 0;

/** Finds the first broken run again and makes it as small as fast-check can. */
const shrink = async <S extends Scenic>(
  game: Game<S>,
  parameters: { seed: number; numRuns: number; path?: string },
): Promise<string | undefined> => {
  const details = await fc.check(fc.asyncProperty(game.drawn, isKept(game)), parameters);
  const [scenario] = details.counterexample ?? [];
  if (!details.failed || !scenario) return undefined;
  const options = `${game.options}--seed ${details.seed} --path ${details.counterexamplePath}`;
  return tell(scenario, await game.play(scenario), options);
};

/** Plays many scenarios, counts the broken ones, and tells of the first. */
export const playMany = async <S extends Scenic>(game: Game<S>, { runs, seed }: Runs): Promise<Result> => {
  let broken = 0;
  const played = fc.asyncProperty(game.drawn, async (scenario) => {
    if (!(await isKept(game)(scenario))) broken += 1;
  });
  await fc.assert(played, { seed, numRuns: runs });
  return { broken, first: broken > 0 ? await shrink(game, { seed, numRuns: runs }) : undefined };
};

/** How many runs it takes until the first breaks; `undefined` when none does. */
export const playUntilBroken = async <S extends Scenic>(
  game: Game<S>,
  { runs, seed }: Runs,
): Promise<number | undefined> => {
  const played = fc.asyncProperty(game.drawn, isKept(game));
  const details = await fc.check(played, { seed, numRuns: runs, endOnFailure: true });
  return details.failed ? details.numRuns : undefined;
};

/** One run again, by the path that a failing one printed. */
export const playAgain = async <S extends Scenic>(
  game: Game<S>,
  { seed, path }: { readonly seed: number; readonly path: string },
): Promise<Result> => {
  const first = await shrink(game, { seed, path, numRuns: 1 });
  return { broken: first ? 1 : 0, first };
};
