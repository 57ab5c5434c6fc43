import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEventKey,
  developerOf,
  isWrittenOnce,
  parsePackageKey,
  parseReleaseKey,
  parseResultKey,
  parseUploadKey,
  registryKeys,
  resultKey,
  strayCompanion,
  uploadKeyProblem,
  type PackageFile,
  type ReleaseFile,
  type UploadKind,
} from '#shared/domain/registry/registry-keys.ts';

const developer = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@+=,-]{0,63}$/);
const file = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,63}$/);
const version = fc.constantFrom('0.0.0', '1.4.2', '10.20.30', '2.0.0-rc.1', '1.0.0-x-y.7.z');
const kind = fc.constantFrom<UploadKind>('package', 'checksum', 'signature');
const releaseFile = fc.constantFrom<ReleaseFile>('package', 'checksum', 'signature', 'release', 'status');
const packageFile = fc.constantFrom<PackageFile>('index', 'latest');

const anything = (maxLength: number) =>
  fc.string({
    unit: fc.constantFrom('a', 'Z', '7', '.', '/', '\\', '%', '+', '~', ' ', '\n', '\0', 'é', '漢', '😀'),
    maxLength,
  });

const weather = { developer: 'acme', name: 'weather' };
const release = { ...weather, version: '1.4.2' };

describe('the layout of the registry’s bucket', () => {
  it('is this', () => {
    const upload = { developer: 'acme', file: 'weather-1.4.2' };
    expect([
      registryKeys.upload({ ...upload, kind: 'package' }),
      registryKeys.upload({ ...upload, kind: 'checksum' }),
      registryKeys.upload({ ...upload, kind: 'signature' }),
      registryKeys.ofRelease(release, 'package'),
      registryKeys.ofRelease(release, 'checksum'),
      registryKeys.ofRelease(release, 'signature'),
      registryKeys.ofRelease(release, 'release'),
      registryKeys.ofRelease(release, 'status'),
      registryKeys.ofPackage(weather, 'index'),
      registryKeys.ofPackage(weather, 'latest'),
      registryKeys.registry,
      registryKeys.developers,
      registryKeys.result(upload),
    ]).toEqual([
      'uploads/acme/weather-1.4.2.apkg',
      'uploads/acme/weather-1.4.2.apkg.sha256',
      'uploads/acme/weather-1.4.2.apkg.sig',
      'packages/acme/weather/1.4.2/package.apkg',
      'packages/acme/weather/1.4.2/package.sha256',
      'packages/acme/weather/1.4.2/package.sig',
      'packages/acme/weather/1.4.2/release.json',
      'packages/acme/weather/1.4.2/status.json',
      'packages/acme/weather/index.json',
      'packages/acme/weather/latest',
      'index/registry.json',
      'index/developers.json',
      'results/acme/weather-1.4.2.json',
    ]);
  });

  it('reads back every upload’s key', () => {
    fc.assert(
      fc.property(fc.record({ developer, file, kind }), (upload) => {
        const key = registryKeys.upload(upload);
        expect(key.startsWith(registryKeys.uploadsOf(upload.developer))).toBe(true);
        const parsed = parseUploadKey(key);
        // A file may have a companion's ending in the middle of its name, and still be one file.
        expect(parsed && registryKeys.upload(parsed)).toBe(key);
        expect(parsed).toEqual(upload);
      }),
    );
  });

  it('reads back every release’s and package’s key', () => {
    fc.assert(
      fc.property(developer, name, version, releaseFile, packageFile, (dev, called, v, ofRelease, ofPackage) => {
        const id = { developer: dev, name: called };
        const releaseKey = registryKeys.ofRelease({ ...id, version: v }, ofRelease);
        const packageKey = registryKeys.ofPackage(id, ofPackage);
        expect(parseReleaseKey(releaseKey)).toEqual({ ...id, version: v, file: ofRelease });
        expect(parsePackageKey(packageKey)).toEqual({ ...id, file: ofPackage });
        expect(parseReleaseKey(packageKey)).toBeUndefined();
        expect(parsePackageKey(releaseKey)).toBeUndefined();
        for (const key of [releaseKey, packageKey]) {
          expect(key.startsWith(registryKeys.releasesOf(id))).toBe(true);
          expect(key.startsWith(registryKeys.packagesOf(dev))).toBe(true);
          expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
        }
      }),
    );
  });

  it('reads back every result’s key', () => {
    fc.assert(
      fc.property(fc.record({ developer, file }), (upload) => {
        expect(parseResultKey(registryKeys.result(upload))).toEqual(upload);
      }),
    );
  });

  it('takes nothing for a key that it would not have built', () => {
    const segment = fc.oneof(
      developer,
      version,
      name,
      fc.constantFrom('uploads', 'packages', 'results', 'package.apkg', 'a.apkg', 'a.apkg.sig', 'index.json', '', '..'),
      anything(3),
    );
    const key = fc.array(segment, { maxLength: 6 }).map((segments) => segments.join('/'));
    fc.assert(
      fc.property(key, (text) => {
        const upload = parseUploadKey(text);
        if (upload) expect(registryKeys.upload(upload)).toBe(text);
        const ofRelease = parseReleaseKey(text);
        if (ofRelease) expect(registryKeys.ofRelease(ofRelease, ofRelease.file)).toBe(text);
        const ofPackage = parsePackageKey(text);
        if (ofPackage) expect(registryKeys.ofPackage(ofPackage, ofPackage.file)).toBe(text);
        const result = parseResultKey(text);
        if (result) expect(registryKeys.result(result)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(
    [
      ['packages/../hello/1.0.0/release.json', 'packages/ada/Hello/1.0.0/release.json'],
      ['packages/ada/hello/1.0/release.json', 'packages/ada/hello_x/1.0.0/release.json'],
      ['packages/ada/hello/1.0.0/notes.txt', 'x/packages/ada/hello/1.0.0/release.json'],
      ['packages/ada/hello/1.0.0/release.json/x', 'packages/ada/hello/1.0.0/'],
      ['packages/../hello/index.json', 'packages/ada/Hello/index.json', 'packages/ada/hello/notes.txt'],
      ['x/packages/ada/hello/index.json', 'packages/ada/hello/latest/x'],
      ['x/results/ada/a.json', 'results/../a.json', 'results/ada/-a.json', 'results/ada/a.json/b', 'results/ada/a'],
    ].flat(),
  )('takes no other key for one of a release, a package or a verdict: %s', (key) => {
    expect([parseReleaseKey(key), parsePackageKey(key), parseResultKey(key)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    { developer: '..', name: 'weather', version: '1.0.0' },
    { developer: 'acme/x', name: 'weather', version: '1.0.0' },
    { developer: '', name: 'weather', version: '1.0.0' },
    { developer: 'acme', name: '../../x', version: '1.0.0' },
    { developer: 'acme', name: 'Weather', version: '1.0.0' },
    { developer: 'acme', name: 'weather', version: '..' },
    { developer: 'acme', name: 'weather', version: '1.0.0+build' },
    { developer: 'acme', name: 'weather', version: '1.0' },
    { developer: 'acme\n', name: 'weather', version: '1.0.0' },
  ])('never builds a key outside its place: $developer, $name, $version', (id) => {
    expect(() => registryKeys.ofRelease(id, 'package')).toThrow('not a part of a key');
  });

  it.each([
    ['packages/ada/hello/1.0.0/package.apkg', true],
    ['packages/ada/hello/1.0.0/release.json', true],
    ['packages/ada/hello/1.0.0/status.json', false],
    ['packages/ada/hello/index.json', false],
    ['results/ada/a.json', false],
  ])('knows what is written once: %s', (key, isOnce) => {
    expect(isWrittenOnce(key)).toBe(isOnce);
  });

  it('never builds an upload’s or result’s key outside its place', () => {
    expect(() => registryKeys.upload({ developer: 'acme', file: '../x', kind: 'package' })).toThrow('not a part');
    expect(() => registryKeys.result({ developer: '../x', file: 'a' })).toThrow('not a part');
    expect(() => registryKeys.uploadsOf('.')).toThrow('not a part');
    expect(() => registryKeys.packagesOf('a/b')).toThrow('not a part');
  });
});

describe('the key of an event', () => {
  it.each([
    ['uploads/acme/red+flower.apkg', 'uploads/acme/red flower.apkg'],
    ['uploads/acme/a%2Bb.apkg', 'uploads/acme/a+b.apkg'],
    ['uploads/acme/%E6%BC%A2.apkg', 'uploads/acme/漢.apkg'],
    ['uploads/acme/a%252Fb.apkg', 'uploads/acme/a%2Fb.apkg'],
    ['uploads/acme/a%2Fb.apkg', 'uploads/acme/a/b.apkg'],
    ['', ''],
  ])('is decoded once: %s', (encoded, decoded) => {
    expect(decodeEventKey(encoded)).toBe(decoded);
  });

  it.each(['uploads/%', 'uploads/%G0', 'uploads/%FF.apkg', 'uploads/%C3'])('may be nothing: %s', (encoded) => {
    expect(decodeEventKey(encoded)).toBeUndefined();
  });

  it('is decoded to what was encoded', () => {
    const key = anything(30);
    fc.assert(
      fc.property(key, (text) => {
        expect(decodeEventKey(new URLSearchParams({ k: text }).toString().slice(2))).toBe(text);
      }),
    );
  });
});

const long = 'a'.repeat(128);

describe('the key of an upload', () => {
  it.each([
    ['uploads/acme/weather.apkg', { developer: 'acme', file: 'weather', kind: 'package' }],
    ['uploads/a+b@c.d=e,f-g_h/w.apkg', { developer: 'a+b@c.d=e,f-g_h', file: 'w', kind: 'package' }],
    ['uploads/acme/w-1.0.0+build.apkg.sha256', { developer: 'acme', file: 'w-1.0.0+build', kind: 'checksum' }],
    ['uploads/acme/w.apkg.sig', { developer: 'acme', file: 'w', kind: 'signature' }],
    ['uploads/acme/w.apkg.apkg', { developer: 'acme', file: 'w.apkg', kind: 'package' }],
    ['uploads/acme/w.apkg.sig.apkg', { developer: 'acme', file: 'w.apkg.sig', kind: 'package' }],
    [`uploads/acme/${long}.apkg`, { developer: 'acme', file: long, kind: 'package' }],
    [`uploads/${'d'.repeat(64)}/w.apkg`, { developer: 'd'.repeat(64), file: 'w', kind: 'package' }],
  ])('is %s', (key, upload) => {
    expect(parseUploadKey(key)).toEqual(upload);
  });

  it.each([
    ['uploads/acme/', 'it is a folder'],
    ['uploads/acme/sub/', 'it is a folder'],
    ['uploads/acme/dist/w.apkg', 'it has folders below the developer’s'],
    ['uploads/acme//w.apkg', 'it has folders below the developer’s'],
    ['uploads/acme/../w.apkg', 'it has folders below the developer’s'],
    ['uploads/acme/w.APKG', 'it ends neither in .apkg nor in .apkg.sha256 or .apkg.sig'],
    ['uploads/acme/w.sha256', 'it ends neither in .apkg nor in .apkg.sha256 or .apkg.sig'],
    ['uploads/acme/w.apkg.asc', 'it ends neither in .apkg nor in .apkg.sha256 or .apkg.sig'],
    ['uploads/acme/w.apkg\n', 'it ends neither in .apkg nor in .apkg.sha256 or .apkg.sig'],
    ['uploads/acme/.apkg', 'the file’s name is too long, or has characters that are not allowed'],
    ['uploads/acme/..apkg', 'the file’s name is too long, or has characters that are not allowed'],
    ['uploads/acme/red flower.apkg', 'the file’s name is too long, or has characters that are not allowed'],
    ['uploads/acme/漢.apkg', 'the file’s name is too long, or has characters that are not allowed'],
    ['uploads/acme/a%2Bb.apkg', 'the file’s name is too long, or has characters that are not allowed'],
    ['uploads/acme/a\\b.apkg', 'the file’s name is too long, or has characters that are not allowed'],
    ['uploads/acme/a\0b.apkg', 'the file’s name is too long, or has characters that are not allowed'],
    [`uploads/acme/${long}a.apkg`, 'the file’s name is too long, or has characters that are not allowed'],
    ['uploads/../w.apkg', 'no developer can be called that'],
    ['uploads//w.apkg', 'no developer can be called that'],
    ['uploads/w.apkg', 'no developer can be called that'],
    [`uploads/${'d'.repeat(65)}/w.apkg`, 'no developer can be called that'],
    ['uploads/ac me/w.apkg', 'no developer can be called that'],
    ['packages/acme/w.apkg', 'no developer can be called that'],
    ['Uploads/acme/w.apkg', 'no developer can be called that'],
    ['/uploads/acme/w.apkg', 'no developer can be called that'],
    ['', 'no developer can be called that'],
  ])('is not %j', (key, problem) => {
    expect(parseUploadKey(key)).toBeUndefined();
    expect(uploadKeyProblem(key)).toBe(problem);
  });

  it('tells whose it is, as far as it can be told', () => {
    expect(developerOf('uploads/acme/dist/w.zip')).toBe('acme');
    expect(developerOf('uploads/acme')).toBeUndefined();
    expect(developerOf('uploads/../w.apkg')).toBeUndefined();
    expect(developerOf('packages/acme/w/1.0.0/package.apkg')).toBeUndefined();
  });

  it('tells what a companion in a folder was meant for', () => {
    const meant = { developer: 'acme', file: 'w' };
    expect(strayCompanion('uploads/acme/dist/w.apkg.sha256')).toEqual({ ...meant, kind: 'checksum' });
    expect(strayCompanion('uploads/acme/./w.apkg.sig')).toEqual({ ...meant, kind: 'signature' });
    expect(strayCompanion('uploads/acme//home/me/w.apkg.sha256')).toEqual({ ...meant, kind: 'checksum' });
    for (const key of [
      'uploads/acme/w.apkg.sha256',
      'uploads/acme/dist/w.apkg',
      'uploads/acme/dist/w.sha256',
      'uploads/../dist/w.apkg.sha256',
      'packages/acme/dist/w.apkg.sha256',
      'uploads/acme',
      '',
    ])
      expect(strayCompanion(key)).toBeUndefined();
  });
});

describe('where a verdict lies', () => {
  it('is named as the package is', () => {
    expect(resultKey('uploads/acme/w-1.0.0.apkg')).toBe('results/acme/w-1.0.0.json');
  });

  it('is apart from the package’s for what goes with it', () => {
    expect(resultKey('uploads/acme/w.apkg.sha256')).toBe('results/acme/~w.apkg.sha256.json');
    expect(resultKey('uploads/acme/w.apkg.sig')).toBe('results/acme/~w.apkg.sig.json');
  });

  it('is apart from the packages’ for keys that no package can have', () => {
    expect(resultKey('uploads/acme/dist/w.zip')).toBe('results/acme/~dist%2Fw.zip.json');
    expect(resultKey('uploads/acme/')).toBe('results/acme/~.json');
    expect(resultKey('uploads/acme/../../x')).toBe('results/acme/~..%2F..%2Fx.json');
  });

  it('is nowhere when no developer is named, or the key is too long or not text', () => {
    expect(resultKey('uploads/../w.apkg')).toBeUndefined();
    expect(resultKey('packages/acme/w.apkg')).toBeUndefined();
    expect(resultKey('uploads/acme/\ud800')).toBeUndefined();
    // results/acme/~ and .json around it.
    expect(resultKey(`uploads/acme/${'a'.repeat(1005)}`)).toHaveLength(1024);
    expect(resultKey(`uploads/acme/${'a'.repeat(1006)}`)).toBeUndefined();
  });

  it('is in the developer’s own folder, and never two keys’', () => {
    const rest = fc.oneof(
      file,
      file.map((stem) => `${stem}.apkg`),
      anything(20),
    );
    fc.assert(
      fc.property(developer, rest, rest, (dev, a, b) => {
        const [one, other] = [`uploads/${dev}/${a}`, `uploads/${dev}/${b}`];
        expect(resultKey(one)?.split('/').slice(0, -1)).toEqual(['results', dev]);
        expect(resultKey(one) === resultKey(other)).toBe(a === b);
      }),
    );
  });
});
