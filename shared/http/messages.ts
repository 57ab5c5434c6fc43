import { START_FAILURES_ALLOWED } from '#shared/domain/lifecycle/timing.ts';
import type { ServiceRecord } from '#shared/domain/lifecycle/record.ts';
import { estimatedReadyAt, type ServiceState } from '#shared/domain/lifecycle/state.ts';

type Sentence = (record: ServiceRecord, now: number) => string;

const starting: Sentence = (record, now) => {
  const leftSeconds = Math.ceil(((estimatedReadyAt(record) ?? now) - now) / 1_000);
  return leftSeconds > 0 ? `starting; ready in about ${leftSeconds} s` : 'starting; it takes longer than usual';
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
export const stateMessage = (state: ServiceState, record: ServiceRecord, now: number): string =>
  SENTENCES[state](record, now);
