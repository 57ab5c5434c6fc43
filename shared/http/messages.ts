import { START_FAILURES_ALLOWED } from '#shared/domain/lifecycle/timing.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { estimatedReadyAt, type ServiceState } from '#shared/domain/lifecycle/state.ts';

type Sentence = (record: ServiceRecord, taskDefinition: string, now: number) => string;

/** A sleeper is deployed without being tried: the first start afterwards is the first test. */
const isUntried = ({ provenWith }: ServiceRecord, taskDefinition: string): boolean =>
  provenWith !== null && provenWith !== taskDefinition;

const starting: Sentence = (record, taskDefinition, now) => {
  const leftSeconds = Math.ceil(((estimatedReadyAt(record) ?? now) - now) / 1_000);
  const when = leftSeconds > 0 ? `ready in about ${leftSeconds} s` : 'it takes longer than usual';
  return `starting; ${when}${isUntried(record, taskDefinition) ? '; the first start of a new task definition' : ''}`;
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
export const stateMessage = (state: ServiceState, record: ServiceRecord, taskDefinition: string, now: number): string =>
  SENTENCES[state](record, taskDefinition, now);
