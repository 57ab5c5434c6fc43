/** What a write found. Refusals are values: losing a race is an everyday event here, not an error. */
export type WriteOutcome =
  | { readonly ok: true; readonly etag: string }
  /** `precondition`: the condition does not hold (412; it may be one's own write whose answer was lost).
   *  `in-flight`: a conflicting write has not finished (409): nothing is known, try again. */
  | { readonly ok: false; readonly because: 'precondition' | 'in-flight' };

/** `absent` creates and never replaces; `{ etag }` replaces exactly that content. There is no blind write. */
export type WriteCondition = 'absent' | { readonly etag: string };

export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
  /** Small string pairs that became visible together with the bytes. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAt: number;
}

export interface ObjectSummary {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
}

export interface ObjectPage {
  /** In ascending order of the key's UTF-8 bytes. */
  readonly objects: readonly ObjectSummary[];
  /** Pass as `after` for the next page; `undefined` on the last one. */
  readonly next: string | undefined;
}

/**
 * One bucket with conditional writes: the only storage primitive.
 *
 * - Every operation is atomic; of concurrent conditional writes on one key exactly one wins.
 * - A read or listing that starts after a write was answered sees it (strong consistency).
 * - An ETag is a function of the bytes, so it comes back when the bytes do (A, B, A): documents carry a revision.
 * - Only a missing key may read as empty: every other failure rejects. A write that rejects may have happened.
 */
export interface ObjectStore {
  /** `undefined` only when there is no such key. */
  get(key: string): Promise<StoredObject | undefined>;
  put(
    key: string,
    body: Uint8Array,
    condition: WriteCondition,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<WriteOutcome>;
  /** Deletes exactly that content. A key that is gone already is `ok`: the caller wanted it gone. */
  delete(key: string, condition: { readonly etag: string }): Promise<WriteOutcome>;
  /** Keys that start with `prefix`, after the key `after`, at most `limit` (1 to 1000, the default). */
  list(prefix: string, page?: { readonly after?: string; readonly limit?: number }): Promise<ObjectPage>;
}
