import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '#shared/ports/object-store.ts';
import type { ObjectVersion, VersionedObjects } from '#shared/ports/versioned-objects.ts';
import { isNamed, present, requireKey, written } from './s3-answers.ts';
import { s3ObjectStore, stored, type S3ObjectStoreOptions } from './s3-object-store.ts';
import { translated, translating } from './sdk-errors.ts';

/**
 * A bucket that keeps versions. The role needs the same actions on versions as on objects, GetObjectVersion and
 * DeleteObjectVersion, and ListBucket.
 */
const s3VersionedObjects = ({ s3, bucket, keeping }: S3ObjectStoreOptions): VersionedObjects => ({
  stat: async (key, versionId) => {
    requireKey(key);
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED', ...at(versionId) });
    try {
      return versionOf(key, await s3.send(command));
    } catch (cause) {
      if (!(cause instanceof NotFound)) throw translated(cause);
      // An answer without a body does not say what was not found: only a bucket that is there lacks a key.
      await translating(s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 })));
      return undefined;
    }
  },

  getVersion: async (key, versionId) => {
    requireKey(key);
    try {
      return await stored(key, await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...at(versionId) })));
    } catch (cause) {
      if (cause instanceof NoSuchKey || isNamed(cause, 'NoSuchVersion')) return undefined;
      throw translated(cause);
    }
  },

  deleteVersion: async (key, versionId) => {
    requireKey(key);
    // Without a version this would hide what has come since.
    if (versionId === '') throw new RangeError(`no version of ${key} is named`);
    await translating(s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, ...at(versionId) })));
  },

  putProven: async (key, body, { sha256, metadata }) => {
    requireKey(key);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      IfNoneMatch: '*',
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      Metadata: { ...metadata },
      ...keeping?.(key),
    });
    return written(async () => present((await s3.send(command)).ETag, 'ETag', key), {
      ok: false,
      because: 'precondition',
    });
  },
});

/** The registry's bucket on Amazon S3. */
export const s3RegistryStore = (options: S3ObjectStoreOptions): ObjectStore & VersionedObjects => ({
  ...s3ObjectStore(options),
  ...s3VersionedObjects(options),
});

const at = (versionId: string | undefined) => (versionId === undefined ? {} : { VersionId: versionId });

const versionOf = (key: string, head: HeadObjectCommandOutput): ObjectVersion => ({
  key,
  versionId: present(head.VersionId, 'version', key),
  etag: present(head.ETag, 'ETag', key),
  size: present(head.ContentLength, 'size', key),
  modifiedAt: present(head.LastModified, 'LastModified', key).getTime(),
  metadata: head.Metadata ?? {},
  sha256: digestOf(head),
});

/** Of an upload in parts S3 knows only a digest of digests. */
const digestOf = ({ ChecksumSHA256, ChecksumType }: HeadObjectCommandOutput): string | null => {
  if (ChecksumSHA256 === undefined || ChecksumType === 'COMPOSITE') return null;
  const digest = Buffer.from(ChecksumSHA256, 'base64');
  return digest.byteLength === 32 && !ChecksumSHA256.includes('-') ? digest.toString('hex') : null;
};
