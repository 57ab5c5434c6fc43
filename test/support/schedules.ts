import { parsePolicy, type Policy } from '#shared/domain/idle/policy.ts';
import type { Schedule } from '#shared/domain/schedule/schedule.ts';

type Words = Readonly<Partial<Record<'awake' | 'asleep' | 'holidays' | 'time-zone', string>>>;

/** The policy of these tags; fails when one of them is bad. */
export const aScheduledPolicy = (words: Words, more: Partial<Policy> = {}): Policy => {
  const { policy, problems } = parsePolicy(words);
  if (problems.length > 0) throw new Error(`bad words: ${JSON.stringify(problems)}`);
  return { ...policy, ...more };
};

export const aSchedule = (words: Words): Schedule => {
  const { schedule } = aScheduledPolicy(words);
  if (!schedule) throw new Error('no windows');
  return schedule;
};
