import type { Decision, DecisionChange, Passage } from '../client/explanations.ts';

type Row = readonly string[];

const WHEN: Readonly<Record<DecisionChange['when'], string>> = {
  'hold-ends': 'the hold ends',
  'nightly-kill': 'it closes for the night',
  'nightly-kill-over': 'closing time is over',
  schedule: 'its schedule changes',
  'refusal-ends': 'it may be tried again',
  'lease-ends': 'the last lease ends',
  'use-ends': 'it has been idle for long enough',
  'data-ages': 'what was measured is too old',
  'boot-limit': 'it should have come up',
  'grace-ends': 'the grace after its start is over',
  'deployment-limit': 'the deployment has taken too long',
  'unknown-limit': 'nothing has been known for too long',
  confirmed: 'idleness is confirmed',
  woken: 'somebody wakes it',
  'lease-taken': 'somebody takes a lease',
  'leases-released': 'everybody leaves',
  used: 'somebody uses it',
  drained: 'nobody comes while it drains',
};

const changeRow = ({ when, at, becomes }: DecisionChange): Row => [
  `  ${at ?? 'when'}`,
  WHEN[when],
  `${becomes.action} (${becomes.because})`,
];

/** What would change a decision: when, why, and to what. */
export const changeRows = ({ changes }: Pick<Decision, 'changes'>): readonly Row[] => changes.map(changeRow);

const bootText = ({ boot }: Passage): string =>
  boot ? `after ${(boot.readyMs / 1_000).toFixed(1)} s${boot.unseenMs > 0 ? ', or a little earlier' : ''}` : '';

/** What has happened to a service: when, what, why, and who did it. */
export const passageRows = (history: readonly Passage[]): readonly Row[] =>
  history.map((passage) => {
    const { at, did, reason, by } = passage;
    const why = [reason, bootText(passage)].filter((text) => text !== '').join(' ');
    return [`  ${at}`, did, why, `by ${by}`];
  });
