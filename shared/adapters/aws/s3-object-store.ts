import {
  type _Object as ListedObject,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStore, ObjectSummary, StoredObject } from '#shared/ports/object-store.ts';
import { present, requireKey, written } from './s3-answers.ts';
import { translated, translating } from './sdk-errors.ts';

export interface S3ObjectStoreOptions {
  readonly s3: Pick<S3Client, 'send'>;
  /** Unversioned, and encrypted with S3's own key: with another the ETag would not be a function of the bytes. */
  readonly bucket: string;
  /** What is asked of S3 beside keeping a new object. */
  readonly keeping?: (key: string) => Pick<PutObjectCommandInput, 'ObjectLockMode' | 'ObjectLockRetainUntilDate'>;
}

const largestPage = 1000;

/**
 * A bucket on Amazon S3, by conditional writes. An ETag is what S3 says it is, quotes included, and means nothing else.
 * The role needs ListBucket beside GetObject: without it S3 says 403 of a missing key, which is an error here too.
 */
export const s3ObjectStore = ({ s3, bucket, keeping }: S3ObjectStoreOptions): ObjectStore => ({
  get: async (key) => {
    requireKey(key);
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return await stored(key, object);
    } catch (cause) {
      if (cause instanceof NoSuchKey) return undefined;
      throw translated(cause);
    }
  },

  put: async (key, body, condition, metadata = {}) => {
    requireKey(key);
    const held = condition === 'absent' ? { IfNoneMatch: '*', ...keeping?.(key) } : { IfMatch: condition.etag };
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

/** An object as it was read. */
export const stored = async (key: string, object: GetObjectCommandOutput): Promise<StoredObject> => ({
  body: present(await object.Body?.transformToByteArray(), 'body', key),
  etag: present(object.ETag, 'ETag', key),
  metadata: object.Metadata ?? {},
  modifiedAt: present(object.LastModified, 'LastModified', key).getTime(),
});

const summarise = ({ Key, ETag, Size, LastModified }: ListedObject): ObjectSummary => {
  const key = present(Key, 'key', 'a listing');
  return {
    key,
    etag: present(ETag, 'ETag', key),
    size: present(Size, 'size', key),
    modifiedAt: present(LastModified, 'LastModified', key).getTime(),
  };
};

const requireLimit = (limit: number): void => {
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage)
    throw new RangeError(`a page has 1 to ${largestPage} objects, not ${limit}`);
};
