import type { Decision } from '#shared/domain/lifecycle/decide.ts';
import type { ServiceState } from '#shared/domain/lifecycle/state.ts';

/** What the words of answers mean. Complete: a word without a line here does not compile. */
export const STATES: Readonly<Record<ServiceState, string>> = {
  asleep: 'nothing runs, and nothing should',
  waking: 'it should run, and is not ready yet',
  ready: 'enough tasks run, are healthy and can be reached',
  draining: 'it still serves; idle was seen once, and if nobody comes it sleeps',
  stopping: 'it should sleep, and its tasks have not ended yet',
  failing: 'it should run, and its last starts failed; `failure` says why',
};

export const ACTIONS: Readonly<Record<Decision['act'], string>> = {
  keep: 'leave it awake',
  drain: 'let it drain, or go on with that',
  sleep: 'put it to sleep: idleness is confirmed',
  force: 'put it to sleep at once, whoever uses it',
  rest: 'nothing: it sleeps',
  wake: 'wake it: its schedule asks for it',
};

export const REASONS: Readonly<Record<Decision['because'], string>> = {
  'start-failures': 'it failed to start three times',
  failing: 'it should be awake by its schedule, and is not tried for a while after failed starts',
  forced: 'it should be awake by its schedule, but somebody forced it asleep: until the schedule changes',
  asleep: 'it sleeps until somebody wakes it',
  'held-asleep': 'somebody pinned it asleep',
  'held-awake': 'somebody pinned it awake',
  'nightly-kill': 'it is closing time',
  leased: 'somebody’s lease lives',
  active: 'it was seen in use',
  'scheduled-awake': 'a window of its schedule says awake',
  'scheduled-asleep': 'a window of its schedule says asleep, and nobody uses it',
  booting: 'it is starting, within `boot-limit`',
  grace: 'it became ready less than `grace-after-wake` ago',
  deploying: 'a deployment is in progress',
  unknown: 'nothing is known of its use, for less than `unknown-after`',
  idle: 'nobody uses it',
  'unknown-too-long': 'nothing has been known of its use for `unknown-after`',
};
