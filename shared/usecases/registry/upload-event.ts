/** Something was put under uploads/, as the bucket told it: perhaps twice, perhaps late, in no order. */
export interface UploadEvent {
  /** Decoded. */
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  readonly etag: string;
  /** The unique id of who put it there, as the event names it; null where nobody asks. */
  readonly principal: string | null;
  readonly at: number;
  /** Comparable among events of one key only; null where there is none. */
  readonly sequencer: string | null;
}

/** `retry`: deliver it once more. The cause is logged. */
export type EventOutcome = 'done' | 'retry';
