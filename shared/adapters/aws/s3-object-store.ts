import {
  type _Object as ListedObject,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ObjectStore, ObjectSummary, WriteOutcome } from '#shared/ports/object-store.ts';
import { translated, translating } from './sdk-errors.ts';

export interface S3ObjectStoreOptions {
  readonly s3: Pick<S3Client, 'send'>;
  /** Unversioned, and encrypted with S3's own key: with another the ETag would not be a function of the bytes. */
  readonly bucket: string;
}

const largestPage = 1000;
const longestKeyBytes = 1024;

/**
 * A bucket on Amazon S3, by conditional writes. An ETag is what S3 says it is, quotes included, and means nothing else.
 * The role needs ListBucket beside GetObject: without it S3 says 403 of a missing key, which is an error here too.
 */
export const s3ObjectStore = ({ s3, bucket }: S3ObjectStoreOptions): ObjectStore => ({
  get: async (key) => {
    requireKey(key);
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return {
        body: present(await object.Body?.transformToByteArray(), 'body', key),
        etag: present(object.ETag, 'ETag', key),
        metadata: object.Metadata ?? {},
        modifiedAt: present(object.LastModified, 'LastModified', key).getTime(),
      };
    } catch (cause) {
      if (cause instanceof NoSuchKey) return undefined;
      throw translated(cause);
    }
  },

  put: async (key, body, condition, metadata = {}) => {
    requireKey(key);
    const held = condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
    const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: { ...metadata }, ...held });
    return written(
      async () => present((await s3.send(command)).ETag, 'ETag', key),
      // To replace what is not there is refused like replacing something else.
      { ok: false, because: 'precondition' },
    );
  },

  delete: async (key, { etag }) => {
    requireKey(key);
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag });
    return written(async () => (await s3.send(command), etag), { ok: true, etag });
  },

  list: async (prefix, { after, limit = largestPage } = {}) => {
    requireLimit(limit);
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      MaxKeys: limit,
      // An empty StartAfter is a parameter error to some, and the same as none to S3.
      ...(after ? { StartAfter: after } : {}),
    });
    const page = await translating(s3.send(command));
    const objects = (page.Contents ?? []).map(summarise);
    return { objects, next: page.IsTruncated ? present(objects.at(-1)?.key, 'key', prefix) : undefined };
  },
});

/** What became of a write: the refusals that are everyday events are values, `missing` when there is no such key. */
const written = async (write: () => Promise<string>, missing: WriteOutcome): Promise<WriteOutcome> => {
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
const isNamed = (cause: unknown, name: string): boolean => cause instanceof S3ServiceException && cause.name === name;

const summarise = ({ Key, ETag, Size, LastModified }: ListedObject): ObjectSummary => {
  const key = present(Key, 'key', 'a listing');
  return {
    key,
    etag: present(ETag, 'ETag', key),
    size: present(Size, 'size', key),
    modifiedAt: present(LastModified, 'LastModified', key).getTime(),
  };
};

/** An answer without what S3 always sends is an outage, never an empty object. */
const present = <T>(value: T | undefined, what: string, key: string): T => {
  if (value === undefined) throw new Error(`S3 answered without the ${what} of ${key}`);
  return value;
};

/** Not left to S3: without a key, what deletes an object deletes the bucket. */
const requireKey = (key: string): void => {
  const bytes = new TextEncoder().encode(key).byteLength;
  if (!key.isWellFormed() || bytes < 1 || bytes > longestKeyBytes)
    throw new RangeError(`not a key: ${JSON.stringify(key)}; a key has 1 to ${longestKeyBytes} bytes`);
};

const requireLimit = (limit: number): void => {
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage)
    throw new RangeError(`a page has 1 to ${largestPage} objects, not ${limit}`);
};
