import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { signatureText, statement } from '#shared/domain/registry/signature.ts';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import {
  developerDocument,
  encode,
  PRINCIPALS,
  registryBench,
  type RegistryBench,
} from '../../support/registry/registry-bench.ts';
import { MINUTE, SECOND, T0 } from '../../support/virtual-clock.ts';

const body = Uint8Array.from(builtPackage());
const sha256 = sha256Of(body);
const other = Uint8Array.from(builtPackage({ version: '2.0.0' }));

let bench: RegistryBench;
beforeEach(() => {
  bench = registryBench();
});

const code = (): Promise<string | undefined> => bench.code('ada/hello.apkg');
const checksum = (text: string) => bench.put('ada/hello.apkg.sha256', text);
const rejections = (): number => bench.announcer.told.filter(({ type }) => type === 'package.rejected').length;

describe('a package and its checksum', () => {
  it('meet when the package comes first and its news are handled before the checksum is there', async () => {
    const event = bench.put('ada/hello.apkg', body);
    expect(await bench.process(event)).toEqual(['done']);
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({
      verdict: 'waiting',
      code: 'CHECKSUM_PENDING',
      details: { expected: 'uploads/ada/hello.apkg.sha256' },
    });
    bench.clock.advance(SECOND);
    await bench.process(checksum(`${sha256}\n`));
    expect(await code()).toBe('PUBLISHED');
  });

  it('meet when the checksum comes first', async () => {
    const early = checksum(`${sha256}\n`);
    await bench.process(early);
    expect(await code()).toBeUndefined();
    bench.clock.advance(MINUTE);
    await bench.process(bench.put('ada/hello.apkg', body));
    expect(await code()).toBe('PUBLISHED');
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('meet at once when the checksum was said in the metadata, in capitals too', async () => {
    await bench.process(bench.put('ada/hello.apkg', body, { metadata: { sha256: sha256.toUpperCase() } }));
    expect(await code()).toBe('PUBLISHED');
  });

  it('meet at once when the bucket has checked one', async () => {
    await bench.process(bench.put('ada/hello.apkg', body, { sha256 }));
    expect(await code()).toBe('PUBLISHED');
  });

  it('do not meet when the one in the metadata is of something else, and nobody waits for another', async () => {
    await bench.process(bench.put('ada/hello.apkg', body, { metadata: { sha256: sha256Of(other) } }));
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      details: { expected: sha256Of(other), actual: sha256 },
    });
  });

  it('are refused when the checksum is newer and of something else', async () => {
    const event = bench.put('ada/hello.apkg', body);
    bench.clock.advance(SECOND);
    await bench.process(event, checksum(`${sha256Of(other)}\n`));
    expect(await code()).toBe('CHECKSUM_MISMATCH');
    expect(bench.keys('uploads/')).toEqual([]);
    expect(rejections()).toBe(1);
  });

  it('are refused when the checksum is newer and none', async () => {
    const event = bench.put('ada/hello.apkg', body);
    bench.clock.advance(SECOND);
    await bench.process(event, checksum('not a digest'));
    expect(await code()).toBe('CHECKSUM_MALFORMED');
  });

  it.each([
    ['older', -SECOND, 'CHECKSUM_MISSING'],
    ['of the same instant', 0, 'CHECKSUM_MISMATCH'],
  ])('wait when the checksum does not fit and is %s, and are refused when the time is up', async (_, at, then) => {
    await bench.process(checksum(`${sha256Of(other)}\n`));
    bench.clock.advance(-at);
    const event = bench.put('ada/hello.apkg', body);
    await bench.process(event);
    expect(await code()).toBe('CHECKSUM_PENDING');
    bench.clock.advance(15 * MINUTE - 1);
    await bench.sweep();
    expect(await code()).toBe('CHECKSUM_PENDING');
    bench.clock.advance(1);
    await bench.sweep();
    expect(await code()).toBe(then);
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('meet after all when a stale checksum is replaced', async () => {
    await bench.process(checksum(`${sha256Of(other)}\n`));
    bench.clock.advance(SECOND);
    await bench.process(bench.put('ada/hello.apkg', body));
    bench.clock.advance(SECOND);
    await bench.process(checksum(`${sha256}  dist/hello.apkg\r\n`));
    expect(await code()).toBe('PUBLISHED');
  });

  it('are refused when no checksum has come for a quarter of an hour, once', async () => {
    await bench.process(bench.put('ada/hello.apkg', body));
    bench.clock.advance(15 * MINUTE);
    await bench.sweep();
    await bench.sweep();
    expect(await code()).toBe('CHECKSUM_MISSING');
    expect(rejections()).toBe(1);
  });

  it('are given their quarter of an hour from when the package was there, however long it took to come', async () => {
    await bench.process(bench.put('ada/hello.apkg', body, { tookMs: 20 * MINUTE }));
    expect(await code()).toBe('CHECKSUM_PENDING');
    bench.clock.advance(15 * MINUTE - 1);
    await bench.sweep();
    expect(await code()).toBe('CHECKSUM_PENDING');
    bench.clock.advance(1);
    await bench.sweep();
    expect(await code()).toBe('CHECKSUM_MISSING');
  });

  it.each([
    ['EMPTY', new Uint8Array()],
    ['NOT_ZIP', encode('plain text, and long enough to be looked at')],
  ])('are refused as %s by what is in the package', async (expected, bytes) => {
    await bench.process(...bench.upload('ada/hello.apkg', bytes));
    expect(await code()).toBe(expected);
  });

  it('are refused before anything is read when the package is larger than this developer may', async () => {
    const [principal = ''] = PRINCIPALS.ada.replace('AWS:', '').split(':');
    bench.register('ada', developerDocument({ principals: [principal], limits: { fileBytes: body.length - 1 } }));
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({
      code: 'TOO_LARGE',
      details: { actual: body.length, limit: body.length - 1 },
    });
  });
});

describe('a package that is uploaded again', () => {
  it('takes the place of one that waits, whichever news come first', async () => {
    const first = bench.put('ada/hello.apkg', other);
    await bench.process(first);
    bench.clock.advance(SECOND);
    const [second, sidecar] = bench.upload('ada/hello.apkg', body);
    await bench.process(...[sidecar, second].filter((event) => event !== undefined), first);
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({ code: 'PUBLISHED', package: { version: '1.0.0' } });
    expect(bench.keys('packages/').some((key) => key.includes('2.0.0'))).toBe(false);
    expect(bench.bucket.getVersion('uploads/ada/hello.apkg', first.versionId)).toBeUndefined();
  });

  it('supersedes one whose news come after its own', async () => {
    const first = bench.put('ada/hello.apkg', other);
    bench.clock.advance(SECOND);
    const events = bench.upload('ada/hello.apkg', body);
    await bench.process(...events);
    // What lay under the newer one has come to light again, checksum or not.
    await bench.process(bench.put('ada/hello.apkg.sha256', sha256Of(other)), first);
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({ code: 'PUBLISHED', package: { version: '1.0.0' } });
    expect(bench.bucket.getVersion('uploads/ada/hello.apkg', first.versionId)).toBeUndefined();
  });

  it('is told so when its own news come while the newer one lies there', async () => {
    const first = bench.put('ada/hello.apkg', other);
    bench.clock.advance(SECOND);
    const second = bench.put('ada/hello.apkg', body);
    await bench.process(first);
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({
      code: 'SUPERSEDED',
      upload: { versionId: first.versionId },
    });
    await bench.process(second);
    expect(await code()).toBe('CHECKSUM_PENDING');
    bench.clock.advance(SECOND);
    await bench.process(checksum(sha256));
    expect(await code()).toBe('PUBLISHED');
  });

  it('does not undo one that was proven already: both are published', async () => {
    const events = bench.upload('ada/hello.apkg', other);
    bench.announcer.break(new Error('down'));
    await bench.process(...events);
    bench.announcer.break(undefined);
    bench.clock.advance(SECOND);
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(bench.json('index/registry.json')).toMatchObject({
      packages: [{ versions: [{ version: '2.0.0' }, { version: '1.0.0' }] }],
    });
    expect(bench.announcer.told.map((news) => ('version' in news ? news.version : null))).toEqual(['2.0.0', '1.0.0']);
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({ code: 'PUBLISHED', package: { version: '1.0.0' } });
  });

  it('is judged anew after a refusal', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', encode('not a package')));
    expect(await code()).toBe('NOT_ZIP');
    bench.clock.advance(SECOND);
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(await code()).toBe('PUBLISHED');
  });

  it.each(['judged', 'waiting'])(
    'in parts outlives one that came while it was on its way, and is %s',
    async (state) => {
      const shorter = state === 'judged' ? bench.upload('ada/hello.apkg', other) : [bench.put('ada/hello.apkg', other)];
      await bench.process(...shorter);
      bench.clock.advance(MINUTE);
      // Begun before the other one, and so of an older date; the checksum's news overtake its own.
      const longer = bench.put('ada/hello.apkg', body, { tookMs: 2 * MINUTE });
      await bench.process(checksum(sha256));
      await bench.sweep();
      await bench.process(longer);
      expect(await bench.verdict('ada/hello.apkg')).toMatchObject({ code: 'PUBLISHED', package: { version: '1.0.0' } });
      expect(bench.keys('uploads/')).toEqual([]);
    },
  );

  it('leaves nothing behind when the processor dies before it has taken the earlier one away', async () => {
    let isDown = false;
    bench = registryBench({
      through: (store) => ({
        ...store,
        deleteVersion: async (key, versionId) => {
          if (isDown) throw new Error('down');
          return store.deleteVersion(key, versionId);
        },
      }),
    });
    const earlier = bench.put('ada/hello.apkg', other);
    await bench.process(earlier);
    bench.clock.advance(SECOND);
    const events = bench.upload('ada/hello.apkg', body);
    isDown = true;
    expect(await bench.process(...events)).toContain('retry');
    isDown = false;
    await bench.process(...events);
    bench.clock.advance(20 * MINUTE);
    await bench.sweep();
    expect(await code()).toBe('PUBLISHED');
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('in the same instant is not taken away by the late news of the one before', async () => {
    bench = registryBench({ settings: { unregistered: 'allow' } });
    const first = bench.put('ada/hello.apkg', other);
    const second = bench.put('ada/hello.apkg', body);
    // The checksum's news are the first to be told: they say nothing of when the package came.
    await bench.process(checksum('not yet'), first, second);
    bench.clock.advance(SECOND);
    await bench.process(checksum(sha256));
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({ code: 'PUBLISHED', package: { version: '1.0.0' } });
    expect(bench.bucket.getVersion('uploads/ada/hello.apkg', first.versionId)).toBeUndefined();
  });

  it('is gone when its news come: nothing is said of it', async () => {
    const event = bench.put('ada/hello.apkg', body);
    bench.bucket.deleteVersion('somebody', event.key, event.versionId);
    expect(await bench.process(event)).toEqual(['done']);
    expect(await code()).toBeUndefined();
  });
});

describe('a signature', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  const key = { id: 'laptop', publicKey: raw, notBefore: '2026-01-01T00:00:00Z', notAfter: null };

  const register = (more: object = {}): void =>
    bench.register('ada', developerDocument({ principals: ['AROAADAADAADAADAADAA'], keys: [key], ...more }));

  const signed = (bytes: Uint8Array, by: KeyObject = privateKey, id = 'laptop', version = '1.0.0'): string => {
    const release = { developer: 'ada', name: 'hello', version, sha256: sha256Of(bytes), size: bytes.length };
    return signatureText({ key: id, value: sign(null, statement(release), by).toString('base64') });
  };
  const signature = (text: string) => bench.put('ada/hello.apkg.sig', text);

  beforeEach(() => register());

  it('before the checksum is published with the package', async () => {
    const event = bench.put('ada/hello.apkg', body);
    const sig = signature(signed(body));
    bench.clock.advance(SECOND);
    await bench.process(event, sig, checksum(sha256));
    expect(await code()).toBe('PUBLISHED');
    expect(bench.text('packages/ada/hello/1.0.0/package.sig')).toBe(signed(body));
    expect(bench.json('packages/ada/hello/1.0.0/release.json')).toMatchObject({ signature: { key: 'laptop' } });
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('is waited for a minute by whoever has a key, and then the package goes without', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(await code()).toBe('SIGNATURE_PENDING');
    bench.clock.advance(MINUTE - 1);
    await bench.sweep();
    expect(await code()).toBe('SIGNATURE_PENDING');
    bench.clock.advance(1);
    await bench.sweep();
    expect(await code()).toBe('PUBLISHED');
    expect(bench.keys('packages/').filter((each) => each.endsWith('.sig'))).toEqual([]);
  });

  it('within that minute completes the package', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    bench.clock.advance(MINUTE / 2);
    await bench.process(signature(signed(body)));
    expect(await code()).toBe('PUBLISHED');
    expect(bench.text('packages/ada/hello/1.0.0/package.sig')).toBe(signed(body));
  });

  it('that comes after publication is told so, and changes nothing', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    bench.clock.advance(MINUTE);
    await bench.sweep();
    await bench.process(signature(signed(body)));
    expect(await bench.code('ada/~hello.apkg.sig')).toBe('SIGNATURE_LATE');
    expect(await code()).toBe('PUBLISHED');
    expect(bench.keys('uploads/')).toEqual([]);
    expect(bench.keys('packages/').filter((each) => each.endsWith('.sig'))).toEqual([]);
  });

  it('that comes once more for a signed package is not late, and waits for another package', async () => {
    const event = bench.put('ada/hello.apkg', body);
    const sig = signature(signed(body));
    bench.clock.advance(SECOND);
    await bench.process(event, sig, checksum(sha256));
    await bench.process(signature(signed(body)));
    expect(await bench.code('ada/~hello.apkg.sig')).toBeUndefined();
  });

  it('that comes before its package is not late', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    bench.clock.advance(MINUTE);
    await bench.sweep();
    await bench.process(signature(signed(other, privateKey, 'laptop', '2.0.0')));
    bench.clock.advance(SECOND);
    await bench.process(...bench.upload('ada/hello.apkg', other));
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({ code: 'PUBLISHED', package: { version: '2.0.0' } });
    expect(bench.keys('packages/').filter((each) => each.endsWith('.sig'))).toHaveLength(1);
  });

  it.each([
    ['SIGNATURE_MALFORMED', () => 'not a signature'],
    ['SIGNATURE_UNKNOWN_KEY', () => signed(body, privateKey, 'desktop')],
    ['SIGNATURE_INVALID', () => signed(body, stranger.privateKey)],
    ['SIGNATURE_INVALID', () => signed(other)],
    ['SIGNATURE_MALFORMED', () => 'x'.repeat(1025)],
  ])('that is not good refuses the package although none is required: %s', async (expected, text) => {
    const event = bench.put('ada/hello.apkg', body);
    bench.clock.advance(SECOND);
    await bench.process(event, signature(text()), checksum(sha256));
    expect(await code()).toBe(expected);
    expect(bench.keys('packages/')).toEqual([]);
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('of an earlier upload does not refuse a newer one until its minute is over', async () => {
    signature(signed(other));
    bench.clock.advance(SECOND);
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(await code()).toBe('SIGNATURE_PENDING');
    bench.clock.advance(MINUTE);
    await bench.sweep();
    expect(await code()).toBe('SIGNATURE_INVALID');
  });

  it('must come where one is required', async () => {
    register({ signature: 'required' });
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(await code()).toBe('SIGNATURE_PENDING');
    bench.clock.advance(MINUTE);
    await bench.sweep();
    expect(await code()).toBe('SIGNATURE_REQUIRED');
  });

  it.each([
    ['SIGNATURE_KEY_EXPIRED', T0],
    ['PUBLISHED', T0 + 1],
  ])('is judged by the time of the upload, not of the looking: %s', async (expected, end) => {
    register({ keys: [{ ...key, notAfter: new Date(end).toISOString() }] });
    const event = bench.put('ada/hello.apkg', body);
    bench.clock.advance(SECOND);
    await bench.process(event, signature(signed(body)), checksum(sha256));
    expect(await code()).toBe(expected);
  });
});
