import { START_FAILURES_ALLOWED } from '#shared/domain/lifecycle/timing.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { estimatedReadyAt, stateOf, type Seen, type ServiceState } from '#shared/domain/lifecycle/state.ts';

interface Told extends Seen {
  readonly managed: Seen['managed'] & { readonly taskDefinition: string };
}

type Sentence = (record: ServiceRecord, told: Told, now: number) => string;

/** A sleeper is deployed without being tried: the first start afterwards is the first test. */
const isUntried = ({ provenWith }: ServiceRecord, taskDefinition: string): boolean =>
  provenWith !== null && provenWith !== taskDefinition;

const starting: Sentence = (record, told, now) => {
  const leftSeconds = Math.ceil(((estimatedReadyAt(told) ?? now) - now) / 1_000);
  const when = leftSeconds > 0 ? `ready in about ${leftSeconds} s` : 'it takes longer than usual';
  return `starting; ${when}${isUntried(record, told.managed.taskDefinition) ? '; the first start of a new task definition' : ''}`;
};

const failing: Sentence = ({ failedTasks, failure }) =>
  `failing to start, ${failedTasks.length} of ${START_FAILURES_ALLOWED} times: ${failure?.message ?? 'no reason given'}`;

const SENTENCES: Readonly<Record<ServiceState, Sentence>> = {
  asleep: ({ reason }) => `asleep: ${reason}`,
  waking: starting,
  ready: () => 'ready',
  draining: ({ reason }) => `ready; falls asleep soon unless somebody uses it: ${reason}`,
  stopping: ({ reason }) => `stopping: ${reason}`,
  failing,
};

/** The state in a sentence for people. */
export const stateMessage = (told: Told, now: number): string => SENTENCES[stateOf(told)](told.record.value, told, now);
