import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  claimedRelease,
  completion,
  packageMetadata,
  publishedNews,
  rejectedNews,
  statusNews,
} from '#shared/domain/registry/promotion.ts';
import { changeStatus, readStatus, statusDocument } from '#shared/domain/registry/release-status.ts';
import { readRelease, releaseText, type Release } from '#shared/domain/registry/release.ts';
import { parseSignature } from '#shared/domain/registry/signature.ts';
import { toVerdict } from '#shared/domain/registry/verdict.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const id = { developer: 'acme', name: 'weather', version: '1.4.2' };
const at = Date.UTC(2026, 10, 20, 10);
const signature = { key: 'laptop', value: Buffer.alloc(64, 1).toString('base64') };
const upload = { key: 'uploads/acme/weather-1.4.2.apkg', versionId: 'v1' };
const release: Release = {
  ...id,
  sha256: 'ab'.repeat(32),
  size: 1234,
  publishedAt: at,
  signature,
  upload,
  validator: '1',
};

const releases = fc.record<Release>({
  developer: fc.stringMatching(/^[a-z]{1,8}$/),
  name: fc.stringMatching(/^[a-z]{1,8}$/),
  version: fc.constantFrom('0.0.1', '1.4.2', '2.0.0-rc.1'),
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  size: fc.integer({ min: 1, max: 100_000_000 }),
  publishedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  signature: fc.constantFrom(null, signature),
  upload: fc.constantFrom(upload, { key: 'uploads/b+c/x.apkg', versionId: 'null' }),
  validator: fc.constant('1'),
});

describe('the package object', () => {
  it('carries all that is needed to finish its release', () => {
    fc.assert(
      fc.property(releases, (whole) => {
        const metadata = packageMetadata(whole);
        const { size, publishedAt: modifiedAt } = whole;
        expect(claimedRelease(whole, { metadata, size, modifiedAt })).toEqual(whole);
      }),
    );
  });

  it('says it in pairs that a header can carry', () => {
    const metadata = packageMetadata(release);
    expect(metadata).toEqual({
      sha256: release.sha256,
      signature: signature.value,
      'signature-key': 'laptop',
      'upload-key': upload.key,
      'upload-version': 'v1',
      validator: '1',
    });
    for (const [name, value] of Object.entries(metadata)) expect(`${name}: ${value}`).toMatch(/^[\x21-\x7e ]+$/);
    expect(packageMetadata({ ...release, signature: null })).not.toHaveProperty('signature');
  });

  it.each(['sha256', 'validator', 'upload-key', 'upload-version', 'signature', 'signature-key'])(
    'is nobody’s claim without its %s',
    (name) => {
      const metadata = Object.fromEntries(Object.entries(packageMetadata(release)).filter(([key]) => key !== name));
      expect(claimedRelease(id, { metadata, size: 1, modifiedAt: at })).toBeUndefined();
    },
  );

  it('is nobody’s claim with a digest in another form', () => {
    const metadata = { ...packageMetadata(release), sha256: 'AB'.repeat(32) };
    expect(claimedRelease(id, { metadata, size: 1, modifiedAt: at })).toBeUndefined();
  });
});

describe('what completes a release', () => {
  it('comes in this order, what makes it visible last', () => {
    const writes = completion(release).map(({ key, body }) => [key, textOf(body)]);
    expect(writes).toEqual([
      ['packages/acme/weather/1.4.2/package.sha256', `${release.sha256}  package.apkg\n`],
      ['packages/acme/weather/1.4.2/package.sig', `key laptop\ned25519 ${signature.value}\n`],
      ['packages/acme/weather/1.4.2/release.json', releaseText(release)],
    ]);
    expect(parseSignature(Buffer.from(writes[1]?.[1] ?? ''))).toEqual({ ok: true, value: signature });
  });

  it('has no signature where there was none', () => {
    expect(completion({ ...release, signature: null }).map(({ key }) => key)).toEqual([
      'packages/acme/weather/1.4.2/package.sha256',
      'packages/acme/weather/1.4.2/release.json',
    ]);
  });

  it('is the same whoever completes it', () => {
    const { size, publishedAt: modifiedAt } = release;
    const metadata = Object.fromEntries(Object.entries(packageMetadata(release)).toReversed());
    const other = claimedRelease(
      { version: '1.4.2', name: 'weather', developer: 'acme' },
      { metadata, size, modifiedAt },
    );
    expect(other && completion(other)).toEqual(completion(release));
    expect(other && publishedNews(other, sha256)).toEqual(publishedNews(release, sha256));
  });

  it('stays in the release’s own folder', () => {
    fc.assert(
      fc.property(releases, (whole) => {
        const folder = `packages/${whole.developer}/${whole.name}/${whole.version}/`;
        for (const { key } of completion(whole)) expect(key.slice(0, key.lastIndexOf('/') + 1)).toBe(folder);
      }),
    );
  });
});

describe('release.json', () => {
  it('is read back', () => {
    fc.assert(
      fc.property(releases, (whole) => {
        expect(readRelease(whole, releaseText(whole))).toEqual(whole);
      }),
    );
  });

  const document = JSON.parse(releaseText(release)) as object;

  it('says where the package lies', () => {
    expect(document).toMatchObject({ schema: 1, key: 'packages/acme/weather/1.4.2/package.apkg' });
  });

  it.each([
    ['developer', 'other'],
    ['name', 'other'],
    ['version', '1.4.3'],
    ['schema', 2],
    ['sha256', 'AB'.repeat(32)],
    ['sha256', null],
    ['size', 0],
    ['size', '1234'],
    ['publishedAt', at],
    ['publishedAt', 'yesterday'],
    ['signature', undefined],
    ['signature', {}],
    ['signature', { key: 'laptop' }],
    ['signature', { value: 'x' }],
    ['signature', 'laptop'],
    ['upload', null],
    ['upload', { key: 'x' }],
    ['validator', 1],
  ])('is none with %s: %j', (field, value) => {
    expect(readRelease(id, JSON.stringify({ ...document, [field]: value }))).toBeUndefined();
  });

  it.each(['', 'null', '[]', '"1.4.2"', releaseText(release).slice(1)])('is not %j', (text) => {
    expect(readRelease(id, text)).toBeUndefined();
  });
});

describe('a status', () => {
  const yank = { yanked: true, reason: 'loses data', by: 'ada', at };
  const unyank = { yanked: false, reason: 'it did not', by: 'ada', at: at + 1 };

  it('changes with each yank and unyank, and counts them', () => {
    const yanked = changeStatus(undefined, yank);
    expect(yanked).toEqual({ ...yank, revision: 1 });
    expect(changeStatus(yanked, unyank)).toEqual({ ...unyank, revision: 2 });
  });

  it('does not change to what it is', () => {
    expect(changeStatus(undefined, unyank)).toBeUndefined();
    expect(changeStatus({ ...yank, revision: 1 }, { ...yank, reason: 'another' })).toBeUndefined();
    expect(changeStatus({ ...unyank, revision: 2 }, unyank)).toBeUndefined();
  });

  const document = statusDocument({ ...yank, revision: 3 });

  it('is read back, whatever its store adds', () => {
    const stored: unknown = JSON.parse(JSON.stringify({ ...document, nonce: 'x' }));
    expect(readStatus(stored)).toEqual({ ...yank, revision: 3 });
  });

  it.each([
    ['schema', 2],
    ['yanked', 'false'],
    ['yanked', undefined],
    ['reason', null],
    ['by', undefined],
    ['at', 0],
    ['revision', 0],
    ['revision', 1.5],
  ])('that has %s: %j is none, and not “not yanked”', (field, value) => {
    expect(readStatus({ ...document, [field]: value })).toBeUndefined();
  });

  it.each([undefined, null, [], 'yanked'])('is not %j', (value) => {
    expect(readStatus(value)).toBeUndefined();
  });
});

describe('news', () => {
  it('tells of a release', () => {
    expect(publishedNews(release, sha256)).toEqual({
      type: 'package.published',
      id: sha256(Buffer.from(`acme\nweather\n1.4.2\n${release.sha256}`)),
      ...id,
      sha256: release.sha256,
      size: 1234,
      key: 'packages/acme/weather/1.4.2/package.apkg',
      at: '2026-11-20T10:00:00.000Z',
    });
  });

  it('tells of a yank, each time anew', () => {
    const first = { yanked: true, reason: 'loses data', by: 'ada', at: at + 5, revision: 1 };
    const news = statusNews(release, first, sha256);
    expect(news).toMatchObject({ ...id, type: 'package.yanked', reason: 'loses data', at: '2026-11-20T10:00:00.005Z' });
    const second = statusNews(release, { ...first, yanked: false, revision: 2 }, sha256);
    expect(second).toMatchObject({ type: 'package.unyanked' });
    const third = statusNews(release, { ...first, revision: 3 }, sha256);
    expect(new Set([news, second, third, publishedNews(release, sha256)].map((each) => each.id)).size).toBe(4);
    expect(statusNews(release, { ...first, at: at + 9 }, sha256).id).toBe(news.id);
    expect(JSON.stringify(news)).not.toContain('ada');
  });

  const rejection = (key: string, versionId: string | null, now = at) =>
    rejectedNews('acme', toVerdict({ code: 'EMPTY', upload: { key, versionId, sha256: null, size: 0 } }, now), sha256);

  it('tells of a rejection what the uploader is told', () => {
    expect(rejection(upload.key, 'v1')).toMatchObject({
      type: 'package.rejected',
      developer: 'acme',
      verdict: 'rejected',
      code: 'EMPTY',
      upload: { key: upload.key },
      at: '2026-11-20T10:00:00.000Z',
    });
  });

  it('has one id for one upload, and another for the next', () => {
    const ids = [rejection('a', 'v1'), rejection('a', 'v2'), rejection('b', 'v1'), rejection('a\nv1', null)];
    expect(new Set(ids.map((each) => each.id)).size).toBe(4);
    expect(rejection('a', 'v1', at + 1).id).toBe(ids[0]?.id);
    expect(rejection('\ud800', null).id).toHaveLength(64);
  });

  it('keeps its ids for ever: they are of these texts', () => {
    const status = { yanked: true, reason: 'loses data', by: 'ada', at, revision: 7 };
    const whole = ['acme', 'weather', '1.4.2', release.sha256];
    expect(publishedNews(release, textOf).id).toBe(whole.join('\n'));
    expect(statusNews(release, status, textOf).id).toBe([...whole, 'status', '7'].join('\n'));
    const judged = { key: upload.key, versionId: null, sha256: null, size: 0 };
    const verdict = toVerdict({ code: 'EMPTY', upload: judged }, at);
    expect(rejectedNews('acme', verdict, textOf).id).toBe(`rejected\n"${upload.key}"\n`);
  });

  it('has one id for one release, and different ids for different ones', () => {
    fc.assert(
      fc.property(releases, releases, (a, b) => {
        const key = ({ developer, name, version, sha256: digest }: Release) =>
          [developer, name, version, digest].join();
        expect(publishedNews(a, sha256).id === publishedNews(b, sha256).id).toBe(key(a) === key(b));
      }),
    );
  });
});
