import type { Schedule } from './replies.ts';

/** What the next tick would do with a service, and why. */
export interface Decision {
  readonly action: 'keep' | 'drain' | 'sleep' | 'force' | 'rest' | 'wake';
  readonly because: string;
  /** When this evidence would lead to another answer; null: never. */
  readonly recheckAt: string | null;
  readonly evidence: Evidence;
  readonly schedule: Schedule | null;
  /** What would change the answer: first the clock, in order, then what somebody could do. */
  readonly changes: readonly DecisionChange[];
}

export interface DecisionChange {
  readonly when:
    | 'hold-ends'
    | 'nightly-kill'
    | 'nightly-kill-over'
    | 'schedule'
    | 'refusal-ends'
    | 'lease-ends'
    | 'use-ends'
    | 'data-ages'
    | 'boot-limit'
    | 'grace-ends'
    | 'deployment-limit'
    | 'unknown-limit'
    | 'confirmed'
    | 'woken'
    | 'lease-taken'
    | 'leases-released'
    | 'used'
    | 'drained';
  /** null: whenever somebody does it. */
  readonly at: string | null;
  readonly becomes: { readonly action: Decision['action']; readonly because: string };
}

export interface Evidence {
  readonly leasedUntil: string | null;
  readonly leaseEndedAt: string | null;
  readonly measurement: {
    readonly measuredAt: string | null;
    readonly inUse: boolean | null;
    readonly lastUseAt: string | null;
    readonly lastActivityAt: string | null;
  };
  readonly knownAt: string | null;
  readonly wokenAt: string;
  readonly readyAt: string | null;
  readonly deployingSince: string | null;
  readonly drainingSince: string | null;
  readonly nightlyKillAt: string;
  readonly nextNightlyKillAt: string;
  readonly refusedUntil: string | null;
}

/** One thing that happened to a service. */
export interface Passage {
  readonly at: string;
  /** `decided`: nothing changed; from then on it was kept for another reason. */
  readonly did:
    | 'adopted'
    | 'woken'
    | 'recalled'
    | 'drained'
    | 'slept'
    | 'held'
    | 'unheld'
    | 'ready'
    | 'start-failed'
    | 'decided';
  /** As it was meant to be before; null: it was not known. */
  readonly from: 'awake' | 'draining' | 'asleep' | null;
  readonly to: 'awake' | 'draining' | 'asleep';
  readonly generation: number;
  readonly by: string;
  readonly reason: string;
  /** Of `ready`, where the boot was seen. */
  readonly boot: Boot | null;
}

/** How long after the wake each phase was reached; null: nobody knows. */
export interface Boot {
  readonly askedAt: string;
  readonly startedMs: number | null;
  readonly runningMs: number | null;
  readonly healthyMs: number | null;
  readonly readyMs: number;
  /** How long nobody had looked when it was seen ready. */
  readonly unseenMs: number;
}

/** What happened to a service, the newest first. */
export interface History {
  readonly history: readonly Passage[];
  /** Pass as `after` for the next page; null on the last. */
  readonly next: string | null;
}
