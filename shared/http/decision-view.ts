import type { Change } from '#shared/domain/lifecycle/changes.ts';
import type { Decision, TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import type { Schedule } from '#shared/domain/schedule/schedule.ts';
import { scheduleBody } from '#shared/http/schedule-view.ts';

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

interface Told {
  readonly decision: Decision;
  readonly evidence: TickEvidence;
  readonly changes: readonly Change[];
  readonly schedule: Schedule | null;
  /** When it was decided. */
  readonly at: number;
}

/** A decision, what it rests on and what would change it, as it is shown. The first change by the clock is the recheck. */
export const decisionBody = ({ decision: { act, because }, evidence, changes, schedule, at }: Told): object => ({
  action: act,
  because,
  recheckAt: instant(changes.find((change) => change.at !== null)?.at ?? null),
  evidence: withInstants(evidence),
  schedule: scheduleBody(schedule, at),
  changes: changes.map(({ when, becomes, ...change }) => ({
    when,
    at: instant(change.at),
    becomes: { action: becomes.act, because: becomes.because },
  })),
});
