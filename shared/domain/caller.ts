/** What a subject may do beyond waking, watching and leaving. */
export interface Grant {
  /** The services it may touch; absent: every managed one. */
  readonly services?: readonly string[];
  /** End other holders' sessions. */
  readonly force?: boolean;
  /** Pin services, and force what is pinned. */
  readonly hold?: boolean;
  /** Yank and show versions, whoever's they are. */
  readonly registry?: boolean;
  /** The developers for whom it may upload. */
  readonly developers?: readonly string[];
}

/** Who calls, and from where. */
export interface Caller {
  readonly subject: string;
  readonly source: string;
  readonly grant: Grant;
}
