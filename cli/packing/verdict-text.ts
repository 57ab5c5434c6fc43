import type { Output } from '../output.ts';

/** What is shown of a verdict, of the registry's or of our own. */
export interface ShownVerdict {
  readonly verdict: 'accepted' | 'rejected' | 'waiting' | 'superseded';
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly warnings: readonly string[];
  readonly details: object;
}

const TONES = { accepted: 'green', rejected: 'red', waiting: 'yellow', superseded: 'yellow' } as const;

/** The words of a verdict for people: what it is, why, and how to mend it. */
export const verdictText = ({ paint }: Output, shown: ShownVerdict, headline?: string): string => {
  const { verdict, code, message, fix, details, warnings } = shown;
  const found = Object.entries(details).map(([name, value]) => `  ${name}: ${value}`);
  return [
    verdict === 'accepted' && headline !== undefined
      ? paint(TONES[verdict], headline)
      : `${paint(TONES[verdict], headline ?? verdict)} ${paint('dim', code)}`,
    ...(headline === undefined || verdict !== 'accepted' ? [message] : []),
    ...(verdict === 'accepted' ? [] : [fix, ...found]),
    ...warnings.map((warning) => `${paint('yellow', 'warning')} ${warning}`),
  ].join('\n');
};
