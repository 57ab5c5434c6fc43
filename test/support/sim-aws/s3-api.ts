import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Objects, Put, SimObject } from './objects.ts';
import { reads, writes, type Operation } from './operations.ts';

/** S3's errors that the SDK has no class for. */
export const s3Error = (name: string, httpStatusCode: number, message: string): S3ServiceException =>
  new S3ServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });

const preconditionFailed = (): S3ServiceException =>
  s3Error('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold');

const noSuchKey = (): NoSuchKey =>
  new NoSuchKey({ message: 'The specified key does not exist.', $metadata: { httpStatusCode: 404 } });

const noSuchVersion = (): S3ServiceException => s3Error('NoSuchVersion', 404, 'The specified version does not exist.');

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

interface Where {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
}

const headersOf = ({ etag, metadata, body, modifiedAt, versionId }: SimObject) => ({
  ETag: etag,
  Metadata: { ...metadata },
  ContentLength: body.length,
  LastModified: inSeconds(modifiedAt),
  VersionId: versionId,
});

const checksumOf = (sha256: string) => ({
  ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
  ChecksumType: 'FULL_OBJECT' as const,
});

/** Refuses bytes that are not those of the checksum that came with them. */
const putOf = ({ Body, Metadata = {}, ChecksumSHA256 }: PutObjectCommandInput): Put => {
  const body = Body as Uint8Array;
  const sha256 = ChecksumSHA256 === undefined ? null : Buffer.from(ChecksumSHA256, 'base64').toString('hex');
  if (sha256 !== null && createHash('sha256').update(body).digest('hex') !== sha256)
    throw s3Error('BadDigest', 400, 'The SHA256 you specified did not match the calculated checksum.');
  return { body, metadata: Metadata, sha256 };
};

/** Amazon S3 by its API: one object per call, conditions where they are named, keys in pages. */
export const s3Api = (buckets: ReadonlyMap<string, Objects>): readonly Operation[] => {
  const bucketOf = (name: string | undefined): Objects => {
    const bucket = buckets.get(name ?? '');
    if (bucket) return bucket;
    throw new NoSuchBucket({ message: 'The specified bucket does not exist', $metadata: { httpStatusCode: 404 } });
  };

  const find = ({ Bucket, Key, VersionId }: Where): SimObject | undefined => {
    const key = requireKey(Key);
    return VersionId === undefined ? bucketOf(Bucket).get(key) : bucketOf(Bucket).getVersion(key, VersionId);
  };

  const getObject = reads(GetObjectCommand, (where) => {
    const object = find(where);
    if (!object) throw where.VersionId === undefined ? noSuchKey() : noSuchVersion();
    return { Body: streamOf(object), ...headersOf(object) };
  });

  const headObject = reads(HeadObjectCommand, (where) => {
    const object = buckets.has(where.Bucket ?? '') ? find(where) : undefined;
    // An answer to HEAD has no body, so it does not say what was not found.
    if (!object) throw new NotFound({ message: 'NotFound', $metadata: { httpStatusCode: 404 } });
    const isAsked = where.ChecksumMode === 'ENABLED' && object.sha256 !== null;
    return { ...headersOf(object), ...(isAsked && checksumOf(object.sha256 ?? '')) };
  });

  const putObject = writes(PutObjectCommand, (input, _, by) => {
    const { Bucket, Key, IfMatch, IfNoneMatch } = input;
    const bucket = bucketOf(Bucket);
    const key = requireKey(Key);
    const put = putOf(input);
    const present = bucket.get(key);
    if (IfMatch !== undefined && !present) throw noSuchKey();
    if (IfNoneMatch === '*' && present) throw preconditionFailed();
    const condition = IfMatch ?? present?.etag;
    const written = bucket.put(by, key, put, condition === undefined ? 'absent' : { etag: condition });
    if (!written) throw preconditionFailed();
    return { ETag: written.etag, VersionId: written.versionId };
  });

  const deleteObject = writes(DeleteObjectCommand, ({ Bucket, Key, IfMatch, VersionId }, _, by) => {
    const bucket = bucketOf(Bucket);
    const key = requireKey(Key);
    if (VersionId !== undefined) {
      bucket.deleteVersion(by, key, VersionId);
      return {};
    }
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

  return [getObject, headObject, putObject, deleteObject, listObjects];
};
