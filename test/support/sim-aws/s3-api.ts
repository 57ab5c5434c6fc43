import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  NoSuchKey,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Objects, SimObject } from './objects.ts';
import { reads, writes, type Operation } from './operations.ts';

/** S3's errors that the SDK has no class for. */
export const s3Error = (name: string, httpStatusCode: number, message: string): S3ServiceException =>
  new S3ServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });

const preconditionFailed = (): S3ServiceException =>
  s3Error('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold');

const noSuchKey = (): NoSuchKey =>
  new NoSuchKey({ message: 'The specified key does not exist.', $metadata: { httpStatusCode: 404 } });

const LARGEST_PAGE = 1000;
const LONGEST_KEY = 1024;

const requireKey = (key: string | undefined): string => {
  const bytes = Buffer.byteLength(key ?? '');
  if (!key || bytes > LONGEST_KEY) throw s3Error('KeyTooLongError', 400, 'Your key is too long');
  return key;
};

/** Only what the SDK makes of a body is used. */
const streamOf = ({ body }: SimObject): object => ({ transformToByteArray: async () => Uint8Array.from(body) });

/** S3 keeps the time of a single object in whole seconds, as HTTP does. */
const inSeconds = (instant: number): Date => new Date(Math.floor(instant / 1_000) * 1_000);

/** Amazon S3 by its API: one object per call, conditions where they are named, keys in pages. */
export const s3Api = (buckets: ReadonlyMap<string, Objects>): readonly Operation[] => {
  const bucketOf = (name: string | undefined): Objects => {
    const bucket = buckets.get(name ?? '');
    if (bucket) return bucket;
    throw new NoSuchBucket({ message: 'The specified bucket does not exist', $metadata: { httpStatusCode: 404 } });
  };

  const getObject = reads(GetObjectCommand, ({ Bucket, Key }) => {
    const object = bucketOf(Bucket).get(requireKey(Key));
    if (!object) throw noSuchKey();
    return {
      Body: streamOf(object),
      ETag: object.etag,
      Metadata: { ...object.metadata },
      ContentLength: object.body.length,
      LastModified: inSeconds(object.modifiedAt),
    };
  });

  const putObject = writes(PutObjectCommand, ({ Bucket, Key, Body, Metadata = {}, IfMatch, IfNoneMatch }, _, by) => {
    const bucket = bucketOf(Bucket);
    const key = requireKey(Key);
    const put = { body: Body as Uint8Array, metadata: Metadata };
    const present = bucket.get(key);
    if (IfMatch !== undefined && !present) throw noSuchKey();
    if (IfNoneMatch === '*' && present) throw preconditionFailed();
    const condition = IfMatch ?? present?.etag;
    const written = bucket.put(by, key, put, condition === undefined ? 'absent' : { etag: condition });
    if (!written) throw preconditionFailed();
    return { ETag: written.etag };
  });

  const deleteObject = writes(DeleteObjectCommand, ({ Bucket, Key, IfMatch }, _, by) => {
    const bucket = bucketOf(Bucket);
    const key = requireKey(Key);
    if (!bucket.has(key)) {
      if (IfMatch !== undefined) throw noSuchKey();
      return {};
    }
    if (IfMatch !== undefined && !bucket.holds(key, { etag: IfMatch })) throw preconditionFailed();
    bucket.delete(by, key);
    return {};
  });

  const listObjects = reads(ListObjectsV2Command, ({ Bucket, Prefix = '', StartAfter = '', MaxKeys }) => {
    const found = bucketOf(Bucket).list(Prefix, StartAfter);
    const page = found.slice(0, Math.min(MaxKeys ?? LARGEST_PAGE, LARGEST_PAGE));
    return {
      Contents: page.map(([Key, { etag, body, modifiedAt }]) => ({
        Key,
        ETag: etag,
        Size: body.length,
        LastModified: new Date(modifiedAt),
      })),
      KeyCount: page.length,
      IsTruncated: page.length < found.length,
    };
  });

  return [getObject, putObject, deleteObject, listObjects];
};
