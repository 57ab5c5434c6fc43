import { posix } from 'node:path';

/** What is read of Stryker's report. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  /** How many tests were run against it. */
  readonly testsCompleted?: number;
  /** The tests that come past it. */
  readonly coveredBy?: readonly string[];
}

interface Score {
  readonly found: number;
  readonly survived: number;
}

const FOUND: readonly string[] = ['Killed', 'Timeout'];
const SURVIVED: readonly string[] = ['Survived', 'NoCoverage'];

const scoreOf = (mutants: readonly Mutant[]): Score => ({
  found: mutants.filter(({ status }) => FOUND.includes(status)).length,
  survived: mutants.filter(({ status }) => SURVIVED.includes(status)).length,
});

/** Rounded down: nothing is whole that is not. */
const percentOf = ({ found, survived }: Score): string =>
  found + survived === 0 ? '-' : `${(Math.floor((1_000 * found) / (found + survived)) / 10).toFixed(1)} %`;

const row = (name: string, score: Score): string =>
  `| ${name} | ${score.found + score.survived} | ${score.found} | ${score.survived} | ${percentOf(score)} |`;

/** A table of the folders: how many faults were planted in each, and how many were found. */
export const scoreTable = ({ files }: MutationReport): string => {
  const folders = Map.groupBy(Object.keys(files).toSorted(), (file) => posix.dirname(file));
  const mutantsIn = (names: readonly string[]) => names.flatMap((name) => files[name]?.mutants ?? []);
  const rows = [...folders].map(([folder, names]) => row(`\`${folder}\``, scoreOf(mutantsIn(names))));
  const all = row('all', scoreOf(mutantsIn(Object.keys(files))));
  return ['| folder | faults | found | survived | score |', '|---|---|---|---|---|', ...rows, all].join('\n');
};

/**
 * Those that are said to have survived, and that not all of the tests which come past them were run against: tests that
 * were not found again, as when there is something random in their names. Of them the report says nothing.
 */
export const untested = ({ files }: MutationReport): number =>
  Object.values(files)
    .flatMap(({ mutants }) => mutants)
    .filter(
      ({ status, testsCompleted = 0, coveredBy = [] }) => status === 'Survived' && testsCompleted < coveredBy.length,
    ).length;
