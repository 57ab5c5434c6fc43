import { createHash } from 'node:crypto';
import type { WriteCondition } from '#shared/ports/object-store.ts';

export interface SimObject {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAt: number;
  /** `null`, as S3 spells it, in a bucket without versions. */
  readonly versionId: string;
  /** In hex, where the writer told it and the bucket checked it. */
  readonly sha256: string | null;
}

/** A write that took effect, as a spectator sees it. */
export interface Write {
  readonly by: string;
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

export type Put = Pick<SimObject, 'body'> &
  /** An object that was put in parts is as old as its first request, whenever the last one came. */
  Partial<Pick<SimObject, 'metadata' | 'sha256' | 'modifiedAt'>>;

/** What a key holds, the oldest first; `null` is a delete marker. Only the last one is current. */
type History = readonly (SimObject | null)[];

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A function of the bytes, in quotes, as S3 makes it of an object that was put in one piece. */
const etagOf = (body: Uint8Array): string => `"${createHash('md5').update(body).digest('hex')}"`;

const textOf = (object: SimObject | undefined): string | null =>
  object ? new TextDecoder().decode(object.body) : null;

/** The objects of one bucket: strongly consistent, and every write conditional. */
export const objects = (now: () => number, onWrite: (write: Write) => void, { isVersioned = false } = {}) => {
  const histories = new Map<string, History>();
  let versions = 0;

  const get = (key: string): SimObject | undefined => histories.get(key)?.at(-1) ?? undefined;

  const remember = (key: string, history: History): void => {
    // Markers with nothing under them hide nothing.
    if (history.every((version) => version === null)) histories.delete(key);
    else histories.set(key, history);
  };

  const replace = (by: string, key: string, object: SimObject | null): void => {
    const before = get(key);
    remember(key, isVersioned ? [...(histories.get(key) ?? []), object] : [object]);
    onWrite({ by, key, before: textOf(before), after: textOf(object ?? undefined) });
  };

  const object = ({ body, metadata = {}, sha256 = null, modifiedAt = now() }: Put): SimObject => ({
    body: Uint8Array.from(body),
    etag: etagOf(body),
    metadata: { ...metadata },
    modifiedAt,
    versionId: isVersioned ? `v${(versions += 1)}` : 'null',
    sha256,
  });

  const holds = (key: string, condition: WriteCondition): boolean =>
    get(key)?.etag === (condition === 'absent' ? undefined : condition.etag);

  const getVersion = (key: string, versionId: string): SimObject | undefined =>
    histories.get(key)?.find((version) => version?.versionId === versionId) ?? undefined;

  return {
    get,
    has: (key: string): boolean => get(key) !== undefined,
    holds,
    getVersion,
    /** `undefined`: the condition does not hold. */
    put: (by: string, key: string, put: Put, condition: WriteCondition): SimObject | undefined => {
      if (!holds(key, condition)) return undefined;
      const next = object(put);
      replace(by, key, next);
      return next;
    },
    delete: (by: string, key: string): void => replace(by, key, null),
    deleteVersion: (by: string, key: string, versionId: string): void => {
      const gone = getVersion(key, versionId);
      if (!gone) return;
      const before = get(key);
      remember(
        key,
        (histories.get(key) ?? []).filter((version) => version !== gone),
      );
      if (before === gone) onWrite({ by, key, before: textOf(before), after: textOf(get(key)) });
    },
    /** In the order of the keys' bytes. */
    list: (prefix: string, after: string): readonly (readonly [string, SimObject])[] =>
      [...histories.keys()]
        .filter((key) => key.startsWith(prefix) && (after === '' || compareBytes(key, after) > 0))
        .toSorted(compareBytes)
        .flatMap((key) => {
          const current = get(key);
          return current ? [[key, current] as const] : [];
        }),
    /** For setting the stage and for looking behind it. */
    place: (key: string, value: object): void =>
      remember(key, [object({ body: new TextEncoder().encode(JSON.stringify(value)) })]),
    read: (key: string): unknown => {
      const text = textOf(get(key));
      return text === null ? undefined : JSON.parse(text);
    },
  };
};

export type Objects = ReturnType<typeof objects>;
