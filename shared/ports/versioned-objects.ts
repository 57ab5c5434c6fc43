import type { StoredObject, WriteOutcome } from './object-store.ts';

/** One version of an object, without its bytes. */
export interface ObjectVersion {
  readonly key: string;
  /** Names these bytes at this key, for ever. A store that keeps no versions names them by their ETag. */
  readonly versionId: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** The SHA-256 of all the bytes, in hex, where the store has computed or verified it itself. */
  readonly sha256: string | null;
}

/** What is true of bytes that were proven, and is told with them. */
export interface Proof {
  /** In hex: the store refuses other bytes. */
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * What a bucket with versions can do besides: look at and delete exactly one of them, and keep proven bytes.
 * Strongly consistent; only what is not there reads as `undefined`, and every other failure rejects.
 */
export interface VersionedObjects {
  /** The version named, or the current one. */
  stat(key: string, versionId?: string): Promise<ObjectVersion | undefined>;
  /** The bytes of exactly that version, whatever has come since. */
  getVersion(key: string, versionId: string): Promise<StoredObject | undefined>;
  /** Deletes that version for good and hides no other. One that is gone already is none of its business. */
  deleteVersion(key: string, versionId: string): Promise<void>;
  /** Creates and never replaces, as `put` with `absent` does, and refuses bytes that are not those of the proof. */
  putProven(key: string, body: Uint8Array, proof: Proof): Promise<WriteOutcome>;
}
