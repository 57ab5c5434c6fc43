import type { KnownGaps } from './with-known-gaps.ts';

/** What became of one part of the run. Whatever is not `passed` has to say why. */
export type Outcome =
  | { readonly state: 'passed' }
  | { readonly state: 'failed'; readonly because: string }
  | { readonly state: 'could-not-run'; readonly because: string };

export interface PartReport {
  readonly part: string;
  readonly outcome: Outcome;
}

export interface Report {
  readonly lines: readonly string[];
  readonly exitCode: 0 | 1;
}

/** The last thing to be read. Only a run in which every part ran and passed may look like success. */
export const reportOf = (parts: readonly PartReport[]): Report => {
  const passed = parts.filter(({ outcome }) => outcome.state === 'passed').length;
  const isWhole = parts.length > 0 && passed === parts.length;
  return {
    lines: [
      ...parts.map(lineOf),
      isWhole ? `aws: all ${passed} parts passed` : `aws: NOT PASSED: ${passed} of ${parts.length} parts passed`,
    ],
    exitCode: isWhole ? 0 : 1,
  };
};

const lineOf = ({ part, outcome }: PartReport): string => {
  switch (outcome.state) {
    case 'passed':
      return `passed: ${part}`;
    case 'failed':
      return `FAILED: ${part}: ${outcome.because}`;
    case 'could-not-run':
      return `could not run: ${part}: ${outcome.because}`;
  }
};

const reasonOf = (gap: KnownGaps[string]): string => (typeof gap === 'string' ? gap : gap.unsteady);

/** What was not shown, and why: whoever reads that all parts passed reads this too. */
export const gapLines = (gapsOf: Readonly<Record<string, readonly KnownGaps[]>>): readonly string[] =>
  Object.entries(gapsOf).flatMap(([whose, gaps]) => {
    const cases = Map.groupBy(gaps.flatMap(Object.values<KnownGaps[string]>).map(reasonOf), (reason) => reason);
    return [...cases].map(
      ([reason, { length }]) => `known gap, ${whose}, ${length === 1 ? '1 case' : `${length} cases`}: ${reason}`,
    );
  });
