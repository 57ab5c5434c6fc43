/** When an upload was put there, among others of the same key. */
export interface Moment {
  /** As the bucket says it: perhaps in whole seconds. */
  readonly uploadedAt: number;
  /** A number in hex, of any length: padded on the right, as the bucket's events have it. Null where there is none. */
  readonly sequencer: string | null;
}

const isGreater = (a: string, b: string): boolean => {
  const width = Math.max(a.length, b.length);
  const [left, right] = [a, b].map((text) => text.toUpperCase().padEnd(width, '0')) as [string, string];
  return left > right;
};

/**
 * Whether `a` is certainly later than `b`. In one second, without sequencers, nobody knows; nor by its date of a `b`
 * without one where `a` has one: what is put there in parts is as old as its first request, and may be the newer one.
 */
export const isLater = (a: Moment, b: Moment): boolean => {
  if (a.sequencer !== null && b.sequencer !== null) return isGreater(a.sequencer, b.sequencer);
  return a.sequencer === null && a.uploadedAt > b.uploadedAt;
};
