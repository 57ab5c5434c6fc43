import type { Outcome } from '../support/report.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { ACCEPTED, prove, type Difference, type Proof, type Runs } from './prove.ts';
import { PLANTED, registry } from './readers.ts';

/** Within so many packages each planted reader has to be found out. */
const PLANTED_RUNS = 5_000;

/** Who accepts nothing agrees with everybody: so large a share of the packages has to be accepted. */
const LEAST_SHARE: Readonly<Record<string, number>> = {
  [ACCEPTED.archive]: 0.3,
  [ACCEPTED.values]: 0.1,
  [ACCEPTED.package]: 0.03,
};

const shown = ({ what, package_, ours, theirs }: Difference): string =>
  [
    `DIFFERENT: ${what}`,
    `  package ${Buffer.from(package_).toString('hex')}`,
    `  ours    ${JSON.stringify(ours)}`,
    `  Python  ${JSON.stringify(theirs)}`,
  ].join('\n');

const countLines = ({ counts }: Proof): readonly string[] =>
  [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([kind, count]) => `${String(count).padStart(9)} ${kind}`);

const findPlanted = async (oracle: Oracle, seed: number): Promise<string | undefined> => {
  for (const [name, reader] of Object.entries(PLANTED)) {
    const { difference, looks } = await prove(reader, oracle, { runs: PLANTED_RUNS, seed });
    if (!difference) return `${name} was not found out in ${looks} packages: this proves nothing`;
    console.log(`planted: ${name}: found out after ${looks} packages, by ${difference.what}`);
  }
  return undefined;
};

const problemIn = (proof: Proof): string | undefined => {
  const { counts, difference, looks } = proof;
  console.log(countLines(proof).join('\n'));
  if (difference) {
    console.log(shown(difference));
    return `what the registry accepts, Python reads in another way: ${difference.what} (above)`;
  }
  const scarce = Object.entries(LEAST_SHARE).find(([kind, share]) => (counts.get(kind) ?? 0) < share * looks);
  return scarce && `too few ${scarce[0]}: this proves little`;
};

/** Looks for a package that the registry accepts and that CPython's zipfile and PyYAML read in another way. */
export const differential = async (python: string, { runs, seed }: Runs): Promise<Outcome> => {
  const oracle = await startOracle(python);
  try {
    console.log(`asking ${oracle.name}; seed ${seed}`);
    const because = (await findPlanted(oracle, seed)) ?? problemIn(await prove(registry, oracle, { runs, seed }));
    if (because !== undefined) return { state: 'failed', because };
    console.log(`differential: ${runs} packages, seed ${seed}, no difference`);
    return { state: 'passed' };
  } finally {
    await oracle.stop();
  }
};
