import { beforeEach, describe, expect, it } from 'vitest';
import type { Grant } from '#shared/domain/caller.ts';
import type { UploadPermit, UrlSigner } from '#shared/ports/url-signer.ts';
import { downloadTarget } from '#shared/usecases/registry/download-target.ts';
import { listPackages } from '#shared/usecases/registry/list-packages.ts';
import { showPackage, showVersion } from '#shared/usecases/registry/show-package.ts';
import { uploadTickets } from '#shared/usecases/registry/upload-tickets.ts';
import { verdictOf } from '#shared/usecases/registry/verdict-of.ts';
import { unyank, yank } from '#shared/usecases/registry/yank.ts';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import {
  developerDocument,
  PRINCIPALS,
  registryBench,
  RELEASE,
  type RegistryBench,
} from '../../support/registry/registry-bench.ts';

const body = Uint8Array.from(builtPackage());
const sha256 = sha256Of(body);
const caller = (grant: Grant = { registry: true }) => ({ subject: 'operator', source: 'test', grant });
const notFound = { code: 'package-not-found' };

let bench: RegistryBench;
let permits: UploadPermit[];
let urls: UrlSigner;
beforeEach(async () => {
  bench = registryBench();
  permits = [];
  urls = {
    upload: async (permit) => {
      permits.push(permit);
      return { method: 'PUT', url: `https://bucket/${permit.key}`, headers: {} };
    },
    download: async (key, expiresInMs) => `https://bucket/${key}?${expiresInMs}`,
  };
  await bench.process(...bench.upload('ada/hello.apkg', body));
});

describe('what the registry shows', () => {
  it('is a package with its versions, a version with its release, and nothing else', async () => {
    expect(await showPackage(bench.deps)(RELEASE)).toEqual({
      developer: 'ada',
      name: 'hello',
      revision: 1,
      latest: '1.0.0',
      versions: [expect.objectContaining({ version: '1.0.0', sha256, yanked: false })],
    });
    expect(await showVersion(bench.deps)(RELEASE)).toMatchObject({ ...RELEASE, sha256, yanked: false, status: null });
    await expect(showPackage(bench.deps)({ ...RELEASE, name: 'other' })).rejects.toMatchObject(notFound);
    await expect(showVersion(bench.deps)({ ...RELEASE, version: '2.0.0' })).rejects.toMatchObject(notFound);
    await expect(showVersion(bench.deps)({ ...RELEASE, version: '1.0' })).rejects.toMatchObject(notFound);
  });

  it('is never a version that was only claimed', async () => {
    bench.bucket.delete('time', 'packages/ada/hello/1.0.0/release.json');
    await expect(showVersion(bench.deps)(RELEASE)).rejects.toMatchObject(notFound);
    await expect(downloadTarget({ ...bench.deps, urls })(RELEASE)).rejects.toMatchObject(notFound);
  });

  it('comes in pages', async () => {
    for (const name of ['b', 'a', 'c'])
      await bench.process(...bench.upload(`ada/${name}.apkg`, builtPackage({ name })));
    await bench.process(...bench.upload('bob/a.apkg', builtPackage({ name: 'a' }), { principal: PRINCIPALS.bob }));
    const page = async (limit: number, after: string | null) => {
      const { packages, next } = await listPackages(bench.deps)({ limit, after });
      return [packages.map(({ developer, name }) => `${developer}/${name}`), next];
    };
    expect(await page(2, null)).toEqual([['ada/a', 'ada/b'], 'ada/b']);
    expect(await page(2, 'ada/b')).toEqual([['ada/c', 'ada/hello'], 'ada/hello']);
    expect(await page(2, 'ada/hello')).toEqual([['bob/a'], null]);
    expect(await page(5, 'ada/bb')).toEqual([['ada/c', 'ada/hello', 'bob/a'], null]);
    expect(await page(5, 'zoe/a')).toEqual([[], null]);
  });

  it('is empty, and no failure, before anything was published', async () => {
    expect(await listPackages(registryBench().deps)({ limit: 1, after: null })).toEqual({ packages: [], next: null });
  });

  it('is where the bytes are, for a while', async () => {
    expect(await downloadTarget({ ...bench.deps, urls })(RELEASE)).toEqual({
      url: 'https://bucket/packages/ada/hello/1.0.0/package.apkg?300000',
      sha256,
      size: body.length,
      expiresAt: new Date(bench.clock.now() + 300_000).toISOString(),
    });
  });

  it('is the verdict on an upload, without its bookkeeping', async () => {
    const verdict = await verdictOf(bench.deps)({ developer: 'ada', file: 'hello' });
    expect(verdict).toMatchObject({ code: 'PUBLISHED' });
    expect(Object.keys(verdict).toSorted()).toEqual([
      'at',
      'code',
      'details',
      'fix',
      'message',
      'package',
      'upload',
      'validator',
      'verdict',
      'warnings',
    ]);
    expect(await verdictOf(bench.deps)({ developer: 'ada', file: 'hello.apkg' })).toEqual(verdict);
    await expect(verdictOf(bench.deps)({ developer: 'ada', file: 'hello.apkg.sig' })).rejects.toMatchObject(notFound);
    await expect(verdictOf(bench.deps)({ developer: 'bob', file: 'hello' })).rejects.toMatchObject(notFound);
  });
});

describe('a yank', () => {
  const input = (reason = 'it leaks') => ({ ...RELEASE, caller: caller(), reason });
  const latest = (): string | undefined => bench.text('packages/ada/hello/latest');

  it('hides a version everywhere, and its undoing shows it again', async () => {
    expect(await yank(bench.deps)(input())).toMatchObject({
      yanked: true,
      status: { reason: 'it leaks', by: 'operator' },
    });
    expect(latest()).toBe('\n');
    expect(bench.json('index/registry.json')).toMatchObject({
      packages: [{ latest: null, versions: [{ yanked: true }] }],
    });
    expect(await unyank(bench.deps)(input('mended'))).toMatchObject({ yanked: false, status: { reason: 'mended' } });
    expect(latest()).toBe('1.0.0\n');
    expect(bench.announcer.told.map(({ type }) => type)).toEqual([
      'package.published',
      'package.yanked',
      'package.unyanked',
    ]);
  });

  it('leaves one audit event for each change, and none for no change', async () => {
    await yank(bench.deps)(input());
    await yank(bench.deps)(input('again'));
    expect(bench.telemetry.audits).toEqual([
      {
        action: 'yank',
        service: 'ada/hello/1.0.0',
        subject: 'operator',
        source: 'test',
        reason: 'it leaks',
        before: { yanked: false },
        after: { yanked: true },
      },
    ]);
    expect(bench.json('packages/ada/hello/1.0.0/status.json')).toMatchObject({ reason: 'it leaks', revision: 1 });
  });

  it('shows the next best as the latest, and never frees the version', async () => {
    await bench.process(...bench.upload('ada/next.apkg', builtPackage({ version: '0.9.0' })));
    await yank(bench.deps)(input());
    expect(latest()).toBe('0.9.0\n');
    await bench.process(...bench.upload('ada/again.apkg', builtPackage({ files: { 'src/main.py': 'pass\n' } })));
    expect(await bench.code('ada/again.apkg')).toBe('VERSION_EXISTS');
    await bench.process(...bench.upload('ada/same.apkg', body));
    expect(await bench.code('ada/same.apkg')).toBe('ALREADY_PUBLISHED');
    expect(latest()).toBe('0.9.0\n');
  });

  it('is still told when whoever did it died before the index was written', async () => {
    bench.announcer.break(new Error('down'));
    await expect(yank(bench.deps)(input())).rejects.toThrow('down');
    bench.announcer.break(undefined);
    await yank(bench.deps)(input());
    expect(bench.announcer.told.at(-1)).toMatchObject({ type: 'package.yanked', reason: 'it leaks' });
  });

  it('needs the grant, and a version', async () => {
    const without = { ...input(), caller: caller({}) };
    await expect(yank(bench.deps)(without)).rejects.toMatchObject({
      code: 'forbidden',
      details: { field: 'registry' },
    });
    await expect(unyank(bench.deps)(without)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(yank(bench.deps)({ ...input(), version: '9.9.9' })).rejects.toMatchObject(notFound);
    expect(bench.telemetry.audits).toEqual([]);
  });
});

describe('an upload for somebody without credentials', () => {
  const ask = (more: object = {}, grant: Grant = { developers: ['ada'] }) =>
    uploadTickets({ ...bench.deps, urls })({
      developer: 'ada',
      file: 'hello',
      size: body.length,
      sha256,
      caller: { ...caller(grant), subject: 'jörg & co' },
      ...more,
    });

  it('is signed for exactly these bytes, this developer and this caller', async () => {
    const tickets = await ask();
    const metadata = { developer: 'ada', caller: 'j%C3%B6rg%20%26%20co' };
    expect(permits).toEqual([
      { key: 'uploads/ada/hello.apkg', size: body.length, sha256, metadata: { ...metadata, sha256 } },
      { key: 'uploads/ada/hello.apkg.sha256', size: null, sha256: null, metadata },
      { key: 'uploads/ada/hello.apkg.sig', size: null, sha256: null, metadata },
    ]);
    expect(tickets).toMatchObject({
      expiresAt: new Date(bench.clock.now() + 900_000).toISOString(),
      package: { url: 'https://bucket/uploads/ada/hello.apkg' },
    });
  });

  it.each<[string, object, Grant, string]>([
    ['a grant that names nobody', {}, {}, 'forbidden'],
    ['a grant that names another', {}, { developers: ['bob'] }, 'forbidden'],
    ['the registry’s administration', {}, { registry: true }, 'forbidden'],
    ['a developer who is not registered', { developer: 'eve' }, { developers: ['eve'] }, 'forbidden'],
    ['no bytes', { size: 0 }, { developers: ['ada'] }, 'invalid-input'],
    ['more than is allowed', { size: 100 * 1024 * 1024 + 1 }, { developers: ['ada'] }, 'invalid-input'],
  ])('is refused for %s', async (_, more, grant, code) => {
    await expect(ask(more, grant)).rejects.toMatchObject({ code });
    expect(permits).toEqual([]);
  });

  it('may be as large as this developer’s packages may be', async () => {
    bench.register('ada', developerDocument({ limits: { fileBytes: 10 } }));
    await expect(ask({ size: 11 })).rejects.toMatchObject({ code: 'invalid-input', details: { field: 'size' } });
    await ask({ size: 10 });
  });

  it('needs no grant where developers need not be registered, unless one names others', async () => {
    bench = registryBench({ settings: { unregistered: 'allow' } });
    await ask({ developer: 'eve' }, {});
    await expect(ask({ developer: 'eve' }, { developers: ['ada'] })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
