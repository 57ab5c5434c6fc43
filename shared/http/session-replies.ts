import { stateOf } from '#shared/domain/lifecycle/state.ts';
import { Refusal } from '#shared/domain/errors.ts';
import type { Lease } from '#shared/domain/lifecycle/lease.ts';
import { wantsTasks } from '#shared/domain/lifecycle/record.ts';
import type { HttpReply } from '#shared/http/request.ts';
import { serviceReply, type Moment, type Shown } from '#shared/http/service-view.ts';

export interface Woken extends Shown {
  readonly lease: Lease;
  readonly did: 'woken' | 'recalled' | 'joined';
}

export interface Ended extends Shown {
  readonly did: 'killed' | 'released';
  /** Whether this call put it to sleep. */
  readonly changed: boolean;
  readonly remaining: number | null;
  readonly message: string;
}

/** What wake answers. `already_running` only of a service that really is ready. */
export const wakeReply = (woken: Woken, moment: Moment): HttpReply => {
  const { lease, did, record } = woken;
  if (!wantsTasks(record.value)) {
    throw new Refusal(
      'service-asleep',
      `${record.value.service} was put to sleep again at once: ${record.value.reason}`,
    );
  }
  const state = stateOf(woken);
  const isReady = state === 'ready' || state === 'draining';
  const begun = did === 'woken' ? 'waking' : 'starting';
  return serviceReply(isReady ? 200 : 202, woken, { lease, status: isReady ? 'already_running' : begun }, moment);
};

/** What kill answers: 202 while the service goes to sleep on this call's account. */
export const killReply = (ended: Ended, moment: Moment): HttpReply => {
  const { changed, did, remaining, message } = ended;
  return serviceReply(changed ? 202 : 200, ended, { leases: remaining, status: did, message }, moment);
};
