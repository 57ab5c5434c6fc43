import { beforeEach, describe, expect, it } from 'vitest';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import {
  PRINCIPALS,
  registryBench,
  UPLOADER,
  type Put,
  type RegistryBench,
} from '../../support/registry/registry-bench.ts';
import { MINUTE, SECOND } from '../../support/virtual-clock.ts';

const body = Uint8Array.from(builtPackage());
const sha256 = sha256Of(body);

let bench: RegistryBench;
beforeEach(() => {
  bench = registryBench();
});

const codeOf = async (path: string, how: Put): Promise<string | undefined> => {
  await bench.process(bench.put(path, body, { sha256, ...how }));
  return bench.code(path);
};

const signed = (developer: string): Put => ({
  principal: `AWS:${UPLOADER}:upload`,
  metadata: { developer, caller: 'ci' },
});

describe('who uploaded it', () => {
  it.each<[string, string, Put, string]>([
    ['one of the developer’s own', 'ada/a.apkg', { principal: PRINCIPALS.ada }, 'PUBLISHED'],
    ['the same in another session', 'ada/a.apkg', { principal: 'AWS:AROAADAADAADAADAADAA:ci' }, 'PUBLISHED'],
    ['another developer', 'ada/a.apkg', { principal: PRINCIPALS.bob }, 'PRINCIPAL_MISMATCH'],
    ['nobody', 'ada/a.apkg', { principal: null }, 'PRINCIPAL_MISMATCH'],
    ['somebody whose id begins like it', 'ada/a.apkg', { principal: 'AROAADAADAADAADAADAAA' }, 'PRINCIPAL_MISMATCH'],
    [
      'somebody with its name as a session',
      'ada/a.apkg',
      { principal: 'AROAX:AROAADAADAADAADAADAA' },
      'PRINCIPAL_MISMATCH',
    ],
    ['whoever signs for others, for this developer', 'ada/a.apkg', signed('ada'), 'PUBLISHED'],
    ['whoever signs for others, for another', 'ada/a.apkg', signed('bob'), 'PRINCIPAL_MISMATCH'],
    ['whoever signs for others, without a word', 'ada/a.apkg', { principal: UPLOADER }, 'PRINCIPAL_MISMATCH'],
    [
      'somebody who only says that it was signed',
      'ada/a.apkg',
      { ...signed('ada'), principal: PRINCIPALS.bob },
      'PRINCIPAL_MISMATCH',
    ],
    [
      'somebody for a developer who is not registered',
      'eve/a.apkg',
      { principal: PRINCIPALS.ada },
      'DEVELOPER_UNKNOWN',
    ],
  ])('decides: %s', async (_, path, how, expected) => {
    expect(await codeOf(path, how)).toBe(expected);
    expect(bench.keys('packages/').length > 0).toBe(expected === 'PUBLISHED');
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('is not asked where developers need not be registered', async () => {
    bench = registryBench({ settings: { unregistered: 'allow' } });
    expect(await codeOf('eve/a.apkg', { principal: null })).toBe('PUBLISHED');
  });

  it('counts for the package itself: the owner’s checksum does not let a stranger’s package in', async () => {
    const strangers = bench.put('ada/a.apkg', body, { principal: PRINCIPALS.bob });
    bench.clock.advance(SECOND);
    const owners = bench.put('ada/a.apkg.sha256', sha256);
    await bench.process(owners);
    bench.clock.advance(20 * MINUTE);
    await bench.sweep();
    expect(bench.keys('packages/')).toEqual([]);
    expect(bench.telemetry.events.some(({ name }) => name === 'upload.stuck')).toBe(true);
    await bench.process(strangers);
    expect(await bench.code('ada/a.apkg')).toBe('PRINCIPAL_MISMATCH');
  });

  it('counts for a checksum, too: a stranger’s refuses nothing', async () => {
    const event = bench.put('ada/a.apkg', body);
    await bench.process(event);
    bench.clock.advance(SECOND);
    await bench.process(bench.put('ada/a.apkg.sha256', sha256Of('other'), { principal: PRINCIPALS.bob }));
    expect(await bench.code('ada/a.apkg')).toBe('CHECKSUM_PENDING');
    expect(await bench.code('ada/~a.apkg.sha256')).toBe('PRINCIPAL_MISMATCH');
    await bench.process(bench.put('ada/a.apkg.sha256', sha256));
    expect(await bench.code('ada/a.apkg')).toBe('PUBLISHED');
  });

  it('cannot be told while the developer’s document is not in order, and nothing is decided', async () => {
    bench.register('ada', { schema: 1, principals: '*' });
    const event = bench.put('ada/a.apkg', body, { sha256 });
    const other = bench.put('bob/b.apkg', body, { sha256, principal: PRINCIPALS.bob });
    expect(await bench.process(event, other)).toEqual(['retry', 'done']);
    expect(await bench.code('ada/a.apkg')).toBeUndefined();
    expect(await bench.code('bob/b.apkg')).toBe('PUBLISHED');
  });
});

describe('an address that no upload may have', () => {
  const result = (file: string): string => `results/ada/~${encodeURIComponent(file)}.json`;

  it.each([
    ['a.APKG', 'KEY_INVALID'],
    ['a b.apkg', 'KEY_INVALID'],
    ['grüße.apkg', 'KEY_INVALID'],
    ['..apkg', 'KEY_INVALID'],
    ['dist/a.apkg', 'KEY_INVALID'],
    ['', 'KEY_INVALID'],
    ['/a.apkg', 'KEY_INVALID'],
    ['a.sha256', 'KEY_INVALID'],
    ['dist/a.apkg.sha256', 'CHECKSUM_ORPHAN'],
  ])('is answered and cleared away: %j', async (file, code) => {
    expect(await bench.process(bench.put(`ada/${file}`, body))).toEqual(['done']);
    expect(bench.json(result(file))).toMatchObject({
      verdict: 'rejected',
      code,
      upload: { key: `uploads/ada/${file}` },
    });
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('names the address at which the checksum was expected', async () => {
    await bench.process(bench.put('ada/dist/a.apkg.sha256', sha256));
    expect(bench.json(result('dist/a.apkg.sha256'))).toMatchObject({
      details: { actual: 'uploads/ada/dist/a.apkg.sha256', expected: 'uploads/ada/a.apkg.sha256' },
    });
  });

  it.each(['../a.apkg', '/a.apkg', '//a.apkg', '_/a.apkg'])(
    'is cleared away where nobody can be told: %j',
    async (path) => {
      expect(await bench.process(bench.put(path, body))).toEqual(['done']);
      expect(bench.keys('')).toEqual([]);
    },
  );

  it('outside of uploads/ is never touched', async () => {
    await bench.process(bench.put('ada/a.apkg', body, { sha256 }));
    const [key = ''] = bench.keys('packages/');
    const { versionId = '', etag = '' } = bench.bucket.get(key) ?? {};
    const event = { key, versionId, etag, size: 1, principal: PRINCIPALS.ada, at: 0, sequencer: null };
    expect(await bench.process(event)).toEqual(['retry']);
    expect(bench.bucket.has(key)).toBe(true);
  });
});
