import { randomUUID } from 'node:crypto';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { describe, expect, inject, it } from 'vitest';
import { s3ObjectStore } from '#shared/adapters/aws/s3-object-store.ts';
import { objectStoreContract } from '../contracts/object-store.contract.ts';
import { ministackS3Gaps, motoS3Gaps } from './known-gaps.ts';
import { s3On } from './support/clients.ts';
import { withKnownGaps } from './support/with-known-gaps.ts';

const backends = [
  { name: 'S3 on moto', endpoint: inject('motoUrl'), gaps: motoS3Gaps },
  { name: 'S3 on MiniStack', endpoint: inject('ministackUrl'), gaps: ministackS3Gaps },
];

for (const { name, endpoint, gaps } of backends) {
  const s3 = s3On(endpoint);

  const newBucket = async (): Promise<string> => {
    const Bucket = `contract-${randomUUID()}`;
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    return Bucket;
  };

  withKnownGaps(name, gaps, () => {
    objectStoreContract({ name: 's3', make: async () => s3ObjectStore({ s3, bucket: await newBucket() }) });

    describe('a bucket that does not exist', () => {
      it('is an error, never an empty store', async () => {
        const nowhere = s3ObjectStore({ s3, bucket: `nowhere-${randomUUID()}` });
        await expect(nowhere.get('a')).rejects.toThrow(/bucket does not exist/);
        await expect(nowhere.list('')).rejects.toThrow(/bucket does not exist/);
        await expect(nowhere.put('a', new Uint8Array(), 'absent')).rejects.toThrow(/bucket does not exist/);
        await expect(nowhere.delete('a', { etag: '"any"' })).rejects.toThrow(/bucket does not exist/);
      });
    });
  });
}
