import type { Decision, TickEvidence } from '#shared/domain/lifecycle/decide.ts';

/** A service may report nonsense of its last activity: what no calendar has is unknown. */
const instant = (value: number | null): string | null => {
  const date = new Date(value ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** Every instant in it as people write it: the names of instants end in `At`, `Until` or `Since`. */
const withInstants = (evidence: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(evidence).map(([name, value]: [string, unknown]) => {
      if (/(At|Until|Since)$/.test(name)) return [name, instant(value as number | null)];
      return [name, typeof value === 'object' && value !== null ? withInstants(value) : value];
    }),
  );

/** A decision and what it rests on, as it is shown. */
export const decisionBody = ({ act, because, recheckAt }: Decision, evidence: TickEvidence): object => ({
  action: act,
  because,
  recheckAt: instant(recheckAt),
  evidence: withInstants(evidence),
});
