import fc from 'fast-check';
import { differenceOf } from './agreement.ts';
import type { Answer, Oracle } from './oracle.ts';
import { packages } from './packages.ts';
import type { Reader, Reading } from './readers.ts';

export interface Runs {
  readonly runs: number;
  readonly seed: number;
}

/** A package, made as small as it gets, that was accepted and that Python reads in another way. */
export interface Difference {
  readonly what: string;
  readonly package_: Uint8Array;
  readonly ours: Reading;
  readonly theirs: Answer;
}

export interface Proof {
  /** How often archives were accepted, what became of their manifests, and how often which code was given. */
  readonly counts: ReadonlyMap<string, number>;
  readonly difference: Difference | undefined;
  /** How many packages were looked at, up to the first difference. */
  readonly looks: number;
}

export const ACCEPTED = {
  archive: 'archives accepted',
  values: 'values of a manifest accepted',
  package: 'packages accepted',
};

const kindsOf = (reading: Reading | string): readonly string[] => {
  if (typeof reading === 'string') return [reading];
  const { values, manifest } = reading;
  return [
    ACCEPTED.archive,
    ...(values === undefined ? [] : [ACCEPTED.values]),
    typeof manifest === 'string' ? manifest : ACCEPTED.package,
  ];
};

const compare = async (reader: Reader, oracle: Oracle, package_: Uint8Array): Promise<Difference | undefined> => {
  const ours = reader(package_);
  if (typeof ours === 'string') return undefined;
  const theirs = await oracle.ask(package_);
  const what = differenceOf(ours, theirs);
  return what === undefined ? undefined : { what, package_, ours, theirs };
};

/** Has a reader judge packages, and asks Python about every one that is accepted. Stops at the first difference. */
export const prove = async (reader: Reader, oracle: Oracle, { runs, seed }: Runs): Promise<Proof> => {
  const counts = new Map<string, number>();
  const counted: Reader = (package_) => {
    const reading = reader(package_);
    for (const kind of kindsOf(reading)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return reading;
  };
  const agrees = async (package_: Uint8Array) => (await compare(counted, oracle, package_)) === undefined;
  const details = await fc.check(fc.asyncProperty(packages, agrees), { numRuns: runs, seed });
  const [package_] = details.counterexample ?? [];
  const difference = package_ && (await compare(reader, oracle, package_));
  return { counts, difference, looks: details.numRuns };
};
