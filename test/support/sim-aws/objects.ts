import { createHash } from 'node:crypto';
import type { WriteCondition } from '#shared/ports/object-store.ts';

export interface SimObject {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAt: number;
}

/** A write that took effect, as a spectator sees it. */
export interface Write {
  readonly by: string;
  readonly key: string;
  readonly before: string | null;
  readonly after: string | null;
}

export type Put = Pick<SimObject, 'body'> & Partial<Pick<SimObject, 'metadata'>>;

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A function of the bytes, in quotes, as S3 makes it of an object that was put in one piece. */
const etagOf = (body: Uint8Array): string => `"${createHash('md5').update(body).digest('hex')}"`;

const textOf = (object: SimObject | undefined): string | null =>
  object ? new TextDecoder().decode(object.body) : null;

/** The objects of one bucket: strongly consistent, and every write conditional. */
export const objects = (now: () => number, onWrite: (write: Write) => void) => {
  const entries = new Map<string, SimObject>();

  const replace = (by: string, key: string, object: SimObject | undefined): void => {
    const before = entries.get(key);
    if (object) entries.set(key, object);
    else entries.delete(key);
    onWrite({ by, key, before: textOf(before), after: textOf(object) });
  };

  const object = ({ body, metadata = {} }: Put): SimObject => ({
    body: Uint8Array.from(body),
    etag: etagOf(body),
    metadata: { ...metadata },
    modifiedAt: now(),
  });

  const holds = (key: string, condition: WriteCondition): boolean =>
    entries.get(key)?.etag === (condition === 'absent' ? undefined : condition.etag);

  return {
    get: (key: string): SimObject | undefined => entries.get(key),
    has: (key: string): boolean => entries.has(key),
    holds,
    /** `undefined`: the condition does not hold. */
    put: (by: string, key: string, put: Put, condition: WriteCondition): SimObject | undefined => {
      if (!holds(key, condition)) return undefined;
      const next = object(put);
      replace(by, key, next);
      return next;
    },
    delete: (by: string, key: string): void => replace(by, key, undefined),
    /** In the order of the keys' bytes. */
    list: (prefix: string, after: string): readonly (readonly [string, SimObject])[] =>
      [...entries]
        .filter(([key]) => key.startsWith(prefix) && (after === '' || compareBytes(key, after) > 0))
        .toSorted(([a], [b]) => compareBytes(a, b)),
    /** For setting the stage and for looking behind it. */
    place: (key: string, value: object): void =>
      void entries.set(key, object({ body: new TextEncoder().encode(JSON.stringify(value)) })),
    read: (key: string): unknown => {
      const text = textOf(entries.get(key));
      return text === null ? undefined : JSON.parse(text);
    },
  };
};

export type Objects = ReturnType<typeof objects>;
