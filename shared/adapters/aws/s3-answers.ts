import { NoSuchKey, S3ServiceException } from '@aws-sdk/client-s3';
import type { WriteOutcome } from '#shared/ports/object-store.ts';
import { translated } from './sdk-errors.ts';

const longestKeyBytes = 1024;

/** What became of a write: the refusals that are everyday events are values, `missing` when there is no such key. */
export const written = async (write: () => Promise<string>, missing: WriteOutcome): Promise<WriteOutcome> => {
  try {
    return { ok: true, etag: await write() };
  } catch (cause) {
    if (cause instanceof NoSuchKey) return missing;
    if (isNamed(cause, 'PreconditionFailed')) return { ok: false, because: 'precondition' };
    if (isNamed(cause, 'ConditionalRequestConflict')) return { ok: false, because: 'in-flight' };
    throw translated(cause);
  }
};

/** The SDK has classes for few of S3's errors. */
export const isNamed = (cause: unknown, name: string): boolean =>
  cause instanceof S3ServiceException && cause.name === name;

/** An answer without what S3 always sends is an outage, never an empty object. */
export const present = <T>(value: T | undefined, what: string, key: string): T => {
  if (value === undefined) throw new Error(`S3 answered without the ${what} of ${key}`);
  return value;
};

/** Not left to S3: without a key, what deletes an object deletes the bucket. */
export const requireKey = (key: string): void => {
  const bytes = new TextEncoder().encode(key).byteLength;
  if (!key.isWellFormed() || bytes < 1 || bytes > longestKeyBytes)
    throw new RangeError(`not a key: ${JSON.stringify(key)}; a key has 1 to ${longestKeyBytes} bytes`);
};
