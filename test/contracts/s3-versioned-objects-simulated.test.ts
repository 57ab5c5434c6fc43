import { describe, expect, it } from 'vitest';
import { objectLock } from '#shared/adapters/aws/object-lock.ts';
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

describe('what is locked on S3', () => {
  const clock = virtualClock();
  const puts = async (act: (store: ReturnType<typeof s3RegistryStore>) => Promise<unknown>) => {
    const asked: any[] = [];
    const s3 = { send: async ({ input }: { readonly input: object }) => (asked.push(input), { ETag: '"e"' }) } as never;
    await act(s3RegistryStore({ s3, bucket: 'any', keeping: objectLock({ days: 2, clock }) }));
    return asked.map(({ ObjectLockMode, ObjectLockRetainUntilDate }) => [ObjectLockMode, ObjectLockRetainUntilDate]);
  };
  const locked = ['GOVERNANCE', new Date(clock.now() + 2 * 86_400_000)];
  const open = [undefined, undefined];
  const body = new Uint8Array(1);

  it.each([
    ['packages/acme/echo/1.0.0/package.sha256', locked],
    ['packages/acme/echo/1.0.0/package.sig', locked],
    ['packages/acme/echo/1.0.0/release.json', locked],
    ['packages/acme/echo/1.0.0/status.json', open],
    ['packages/acme/echo/index.json', open],
    ['packages/acme/echo/latest', open],
    ['index/registry.json', open],
    ['results/acme/echo.json', open],
  ])('%s', async (key, expected) => {
    expect(await puts((store) => store.put(key, body, 'absent'))).toEqual([expected]);
  });

  it('is the package itself', async () => {
    const proof = { sha256: '00'.repeat(32), metadata: {} };
    const key = 'packages/acme/echo/1.0.0/package.apkg';
    expect(await puts((store) => store.putProven(key, body, proof))).toEqual([locked]);
  });

  it('is nothing that is replaced', async () => {
    const key = 'packages/acme/echo/1.0.0/release.json';
    expect(await puts((store) => store.put(key, body, { etag: '"e"' }))).toEqual([open]);
  });

  it('is nothing at all, unless asked for', async () => {
    const store = registryOver(clients());
    expect(await store.put('packages/acme/echo/1.0.0/release.json', body, 'absent')).toMatchObject({ ok: true });
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
