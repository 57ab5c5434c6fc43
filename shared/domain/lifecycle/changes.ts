import { idleTurns, type IdleTurn } from '#shared/domain/idle/decide-idle.ts';
import type { Policy } from '#shared/domain/idle/policy.ts';
import { decide, type Decision, type TickEvidence } from '#shared/domain/lifecycle/decide.ts';
import { awaken, drain, holdAt, type ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { NIGHTLY_KILL_DUE_MS } from '#shared/domain/lifecycle/timing.ts';
import { changesAfter } from '#shared/domain/schedule/schedule.ts';

/** What the clock brings. */
export type Turn = 'hold-ends' | 'nightly-kill' | 'nightly-kill-over' | 'schedule' | 'refusal-ends' | IdleTurn;

/** What somebody could do. */
export type Deed = 'woken' | 'lease-taken' | 'leases-released' | 'used' | 'drained';

export type Verdict = Pick<Decision, 'act' | 'because'>;

/** What would change a decision, and what it would be then. */
export interface Change {
  readonly when: Turn | Deed;
  /** null: whenever somebody does it. */
  readonly at: number | null;
  readonly becomes: Verdict;
}

const TURNS_TOLD = 6;
/** Done by the tick at once, and then it is another story. */
const TURNS_THE_PAGE: readonly Decision['act'][] = ['sleep', 'force', 'wake'];
const SCHEDULED_TURNS = 8;

/** Two kills are known: the last and the next one. */
const evidenceAt = (evidence: TickEvidence, at: number): TickEvidence =>
  at < evidence.nextNightlyKillAt ? evidence : { ...evidence, nightlyKillAt: evidence.nextNightlyKillAt };

const scheduled = ({ intent }: ServiceRecord, policy: Policy, now: number): readonly number[] => {
  const instants: number[] = [];
  // Windows asleep are nothing to a sleeper, and must not hide the one that wakes it.
  const schedule = intent === 'asleep' && policy.schedule ? { ...policy.schedule, asleep: [] } : policy.schedule;
  // One at a time: how far ahead the last of them lies does not matter.
  for (const { at } of schedule ? changesAfter(schedule, now) : []) {
    instants.push(at);
    if (instants.length === SCHEDULED_TURNS) break;
  }
  return instants;
};

/** Every instant to come at which the decision can change, those first that win where several fall together. */
const turns = (
  record: ServiceRecord,
  policy: Policy,
  evidence: TickEvidence,
  now: number,
): readonly (readonly [Turn, number])[] => {
  const { nightlyKillAt, nextNightlyKillAt } = evidence;
  const windows = scheduled(record, policy, now);
  // Beyond the last window that was looked up nobody knows what is on.
  const horizon = windows.length === SCHEDULED_TURNS ? Math.max(...windows) : Infinity;
  const all: readonly (readonly [Turn, number])[] = [
    ['hold-ends', holdAt(record, now)?.until ?? -Infinity],
    ['nightly-kill', nextNightlyKillAt],
    ['nightly-kill-over', nightlyKillAt + NIGHTLY_KILL_DUE_MS],
    ['nightly-kill-over', nextNightlyKillAt + NIGHTLY_KILL_DUE_MS],
    ['refusal-ends', evidence.refusedUntil ?? -Infinity],
    ...windows.map((at) => ['schedule', at] as const),
    ...idleTurns(policy, evidence),
  ];
  return all.filter(([, at]) => at > now && at <= horizon).toSorted(([, a], [, b]) => a - b);
};

interface Case {
  readonly record: ServiceRecord;
  readonly evidence: TickEvidence;
  readonly at: number;
}

const verdict = (policy: Policy, { record, evidence, at }: Case): Verdict => {
  const { act, because } = decide(record, policy, evidenceAt(evidence, at), at);
  return { act, because };
};

const isSame = (a: Verdict, b: Verdict): boolean => a.act === b.act && a.because === b.because;

/** What the clock alone will change, in order. */
const byTheClock = (policy: Policy, now: Case): readonly Change[] => {
  const changes: Change[] = [];
  let present = verdict(policy, now);
  for (const [when, at] of turns(now.record, policy, now.evidence, now.at)) {
    const becomes = verdict(policy, { ...now, at });
    if (isSame(becomes, present)) continue;
    changes.push({ when, at, becomes });
    present = becomes;
    if (changes.length === TURNS_TOLD || TURNS_THE_PAGE.includes(becomes.act)) break;
  }
  return changes;
};

const CAUSE = { by: 'somebody', reason: 'supposed' };

/** The same service, if somebody did something now. */
const deeds = (policy: Policy, { record, evidence, at }: Case): readonly (readonly [Deed, Case])[] => {
  const leasedUntil = Math.max(evidence.leasedUntil ?? -Infinity, at + policy.leaseMs);
  if (record.intent === 'asleep') {
    const isRefused = holdAt(record, at) !== null || at < (record.breaker?.until ?? -Infinity);
    const fresh = { ...evidence, leasedUntil, wokenAt: at, readyAt: null, drainingSince: null };
    return isRefused ? [] : [['woken', { record: awaken(record, CAUSE, at), evidence: fresh, at }]];
  }
  const measurement = { measuredAt: at, inUse: true, lastUseAt: at, lastActivityAt: at };
  const later = at + policy.confirmAfterMs;
  return [
    ['lease-taken', { record, evidence: { ...evidence, leasedUntil }, at }],
    ['leases-released', { record, evidence: { ...evidence, leasedUntil: null }, at }],
    ['used', { record, evidence: { ...evidence, measurement }, at }],
    ['drained', { record: drain(record, CAUSE, at), evidence: { ...evidence, drainingSince: at }, at: later }],
  ];
};

/** What somebody could change; the tick's own next step where it drains first. */
const byHand = (policy: Policy, now: Case): readonly Change[] => {
  const present = verdict(policy, now);
  return deeds(policy, now).flatMap(([when, supposed]) => {
    const isAsked = when === 'drained' ? present.act === 'drain' && now.record.intent === 'awake' : true;
    const becomes = verdict(policy, supposed);
    return isAsked && !isSame(becomes, present) ? [{ when, at: null, becomes }] : [];
  });
};

/**
 * What would change the decision about a service: first what the clock brings if nothing else happens, then what
 * somebody could do. Each is the decision itself, asked about another moment, so the two cannot disagree.
 */
export const changesOf = (
  record: ServiceRecord,
  policy: Policy,
  evidence: TickEvidence,
  now: number,
): readonly Change[] => {
  const present: Case = { record, evidence, at: now };
  return [...byTheClock(policy, present), ...byHand(policy, present)];
};
