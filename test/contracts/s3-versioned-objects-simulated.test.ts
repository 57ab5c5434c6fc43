import { describe, expect, it } from 'vitest';
import { s3RegistryStore } from '#shared/adapters/aws/s3-versioned-objects.ts';
import { account } from '../support/sim-aws/account.ts';
import { registryOver } from '../support/sim-aws/adapters.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { objectStoreContract } from './object-store.contract.ts';
import { versionedObjectsContract } from './versioned-objects.contract.ts';

const clients = () => account({ now: virtualClock().now }).clients('test');

objectStoreContract({ name: 'S3 with versions, simulated command by command', make: () => registryOver(clients()) });
versionedObjectsContract({ name: 'S3, simulated command by command', make: () => registryOver(clients()) });

describe('versioned objects on S3', () => {
  it('are never taken for gone because the bucket is', async () => {
    const store = s3RegistryStore({ s3: clients().s3, bucket: 'nowhere' });
    await expect(store.stat('a')).rejects.toThrow('bucket');
    await expect(store.getVersion('a', 'v1')).rejects.toThrow('bucket');
  });

  it('are never deleted without saying which', async () => {
    const store = registryOver(clients());
    await expect(store.deleteVersion('a', '')).rejects.toThrow(RangeError);
    await expect(store.deleteVersion('', 'v1')).rejects.toThrow(RangeError);
  });
});

describe('the digest of an object on S3', () => {
  const digest = Buffer.alloc(32, 7);
  const told = async (head: object): Promise<string | null | undefined> => {
    const answer = { VersionId: 'v1', ETag: '"e"', ContentLength: 1, LastModified: new Date(0), ...head };
    const s3 = { send: async () => answer } as never;
    return (await s3RegistryStore({ s3, bucket: 'any' }).stat('a'))?.sha256;
  };

  it.each<[string, object, string | null]>([
    ['is told when S3 has it of the whole', { ChecksumType: 'FULL_OBJECT' }, digest.toString('hex')],
    ['is told when S3 does not say of what', {}, digest.toString('hex')],
    ['is not one of parts', { ChecksumType: 'COMPOSITE' }, null],
    ['is not a digest of digests', { ChecksumSHA256: `${digest.toString('base64')}-2` }, null],
    ['is not something shorter', { ChecksumSHA256: 'AAAA' }, null],
    ['is not there when none was given', { ChecksumSHA256: undefined }, null],
  ])('%s', async (_, head, expected) => {
    expect(await told({ ChecksumSHA256: digest.toString('base64'), ...head })).toBe(expected);
  });

  it('is asked for', async () => {
    const asked: object[] = [];
    const s3 = {
      send: async ({ input }: { readonly input: object }) => {
        asked.push(input);
        throw new Error('enough');
      },
    } as never;
    await expect(s3RegistryStore({ s3, bucket: 'any' }).stat('a', 'v1')).rejects.toThrow('enough');
    expect(asked).toEqual([{ Bucket: 'any', Key: 'a', VersionId: 'v1', ChecksumMode: 'ENABLED' }]);
  });

  it('goes with proven bytes, which are never written without their condition', async () => {
    const asked: object[] = [];
    const s3 = {
      send: async ({ input }: { readonly input: object }) => {
        asked.push(input);
        return { ETag: '"e"' };
      },
    } as never;
    const proof = { sha256: digest.toString('hex'), metadata: { author: 'ada' } };
    await s3RegistryStore({ s3, bucket: 'any' }).putProven('a', new Uint8Array(1), proof);
    expect(asked).toMatchObject([
      { IfNoneMatch: '*', ChecksumSHA256: digest.toString('base64'), Metadata: { author: 'ada' } },
    ]);
  });
});
