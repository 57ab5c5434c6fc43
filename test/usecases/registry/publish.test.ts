import { beforeEach, describe, expect, it } from 'vitest';
import { processUploads } from '#shared/usecases/registry/process-uploads.ts';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import { registryBench, type RegistryBench } from '../../support/registry/registry-bench.ts';

const FOLDER = 'packages/ada/hello/1.0.0/';
const body = Uint8Array.from(builtPackage());
const sha256 = sha256Of(body);

let bench: RegistryBench;
beforeEach(() => {
  bench = registryBench();
});

const published = (): readonly string[] =>
  bench.announcer.told.filter(({ type }) => type === 'package.published').map(({ id }) => id);

describe('a package with its checksum', () => {
  it('is published as the bytes that were proven, listed, announced, answered, and cleared away', async () => {
    expect(await bench.process(...bench.upload('ada/hello.apkg', body))).toEqual(['done', 'done']);
    expect(bench.keys('packages/')).toEqual([
      'packages/ada/hello/1.0.0/package.apkg',
      'packages/ada/hello/1.0.0/package.sha256',
      'packages/ada/hello/1.0.0/release.json',
      'packages/ada/hello/index.json',
      'packages/ada/hello/latest',
    ]);
    expect(bench.bucket.get(`${FOLDER}package.apkg`)).toMatchObject({ body, sha256 });
    expect(bench.text(`${FOLDER}package.sha256`)).toBe(`${sha256}  package.apkg\n`);
    expect(bench.json(`${FOLDER}release.json`)).toMatchObject({ version: '1.0.0', sha256, size: body.length });
    expect(bench.text('packages/ada/hello/latest')).toBe('1.0.0\n');
    expect(bench.json('index/registry.json')).toMatchObject({
      packages: [{ developer: 'ada', name: 'hello', latest: '1.0.0', versions: [{ version: '1.0.0', sha256 }] }],
    });
    expect(bench.json('index/developers.json')).toMatchObject({
      developers: [
        { id: 'ada', packages: ['hello'] },
        { id: 'bob', packages: [] },
      ],
    });
    expect(bench.announcer.told).toMatchObject([{ type: 'package.published', developer: 'ada', sha256 }]);
    expect(await bench.verdict('ada/hello.apkg')).toMatchObject({
      verdict: 'accepted',
      code: 'PUBLISHED',
      package: { developer: 'ada', name: 'hello', version: '1.0.0' },
      upload: { key: 'uploads/ada/hello.apkg', sha256, size: body.length },
    });
    expect(bench.keys('uploads/')).toEqual([]);
    expect(bench.telemetry.values('PackagesPublished')).toEqual([1]);
    expect(bench.telemetry.values('UploadFailures')).toEqual([0]);
  });

  it('is listed with one look at the index of all, which may be large, when nobody else is at it', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    const { registry } = bench.deps;
    const reads: string[] = [];
    const get = (key: string) => {
      reads.push(key);
      return registry.get(key);
    };
    const next = bench.upload('ada/next.apkg', builtPackage({ version: '1.1.0' }));
    await processUploads({ ...bench.deps, registry: { ...registry, get } })(next);
    expect(bench.text('index/registry.json')).toContain('"1.1.0"');
    expect(reads.filter((key) => key === 'index/registry.json')).toHaveLength(1);
    expect(reads.filter((key) => key.endsWith('1.0.0/release.json'))).toHaveLength(1);
  });

  it('is announced only when all who read the index can see it, and answered after that', async () => {
    const seen: unknown[] = [];
    const { announce } = bench.announcer;
    Object.assign(bench.announcer, {
      announce: async (news: Parameters<typeof announce>[0]) => {
        seen.push(bench.text('packages/ada/hello/latest'), bench.text('index/registry.json')?.includes(sha256));
        seen.push(await bench.code('ada/hello.apkg'), bench.keys('uploads/').length > 0);
        return announce(news);
      },
    });
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(seen).toEqual(['1.0.0\n', true, 'PUBLISHING', true]);
  });

  it('is published once when its news come twice, late and in the wrong order', async () => {
    const events = bench.upload('ada/hello.apkg', body);
    await bench.process(...events.toReversed(), ...events);
    await bench.process(...events);
    expect(published()).toHaveLength(1);
    expect(await bench.code('ada/hello.apkg')).toBe('PUBLISHED');
  });

  it('is listed by one write for a whole batch', async () => {
    const events = ['1.0.0', '1.1.0', '2.0.0-rc.1'].flatMap((version) =>
      bench.upload(`ada/hello-${version}.apkg`, builtPackage({ version })),
    );
    await bench.process(...events);
    expect(bench.json('index/registry.json')).toMatchObject({
      revision: 3,
      packages: [
        { latest: '1.1.0', versions: [{ version: '2.0.0-rc.1' }, { version: '1.1.0' }, { version: '1.0.0' }] },
      ],
    });
    expect(published()).toHaveLength(3);
  });
});

describe('bytes that are published already', () => {
  beforeEach(async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
  });

  it('are accepted again, under whatever name, and change nothing', async () => {
    const before = bench.keys('packages/').map((key) => bench.bucket.get(key));
    await bench.process(...bench.upload('ada/again.apkg', body));
    expect(await bench.code('ada/again.apkg')).toBe('ALREADY_PUBLISHED');
    expect(bench.keys('packages/').map((key) => bench.bucket.get(key))).toEqual(before);
    expect(new Set(published()).size).toBe(1);
    expect(bench.telemetry.values('PackagesPublished')).toEqual([1]);
  });

  it('mend an index that lacks them', async () => {
    for (const key of ['packages/ada/hello/index.json', 'index/registry.json']) bench.bucket.delete('vandal', key);
    await bench.process(...bench.upload('ada/hello.apkg', body));
    expect(bench.json('packages/ada/hello/index.json')).toMatchObject({ versions: [{ sha256 }] });
    expect(bench.json('index/registry.json')).toMatchObject({ packages: [{ versions: [{ sha256 }] }] });
  });

  it('are told apart from others of the same version, and both digests are named', async () => {
    const other = builtPackage({ files: { 'src/main.py': 'pass\n' } });
    await bench.process(...bench.upload('ada/hello.apkg', other));
    const verdict = await bench.verdict('ada/hello.apkg');
    expect(verdict).toMatchObject({
      verdict: 'rejected',
      code: 'VERSION_EXISTS',
      details: { expected: sha256, actual: sha256Of(other) },
    });
    expect(verdict?.message).toContain(sha256);
    expect(verdict?.message).toContain(sha256Of(other));
    expect(bench.bucket.get(`${FOLDER}package.apkg`)?.body).toEqual(body);
    expect(bench.announcer.told.at(-1)).toMatchObject({ type: 'package.rejected', code: 'VERSION_EXISTS' });
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('do not free their name for another developer: each has their own', async () => {
    await bench.process(
      ...bench.upload('bob/hello.apkg', builtPackage(), { principal: 'AWS:AROABOBBOBBOBBOBBOBB:ci' }),
    );
    expect(await bench.code('bob/hello.apkg')).toBe('PUBLISHED');
    expect(bench.json('index/registry.json')).toMatchObject({
      packages: [{ developer: 'ada' }, { developer: 'bob' }],
    });
  });
});

describe('what cannot be written', () => {
  it('is refused when it would make the index forget, and only for the package concerned', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    bench.bucket.delete('vandal', `${FOLDER}release.json`);
    bench.bucket.delete('vandal', `${FOLDER}package.apkg`);
    const lost = bench.upload('ada/hello-2.apkg', builtPackage({ version: '2.0.0' }));
    const other = bench.upload('ada/other.apkg', builtPackage({ name: 'other' }));
    expect(await bench.process(...lost, ...other)).toEqual(['retry', 'retry', 'done', 'done']);
    expect(bench.json('packages/ada/hello/index.json')).toMatchObject({ versions: [{ version: '1.0.0' }] });
    expect(bench.json('index/registry.json')).toMatchObject({
      packages: [{ name: 'hello', versions: [{ version: '1.0.0' }] }, { name: 'other' }],
    });
    expect(bench.telemetry.failures.map(({ name }) => name)).toEqual(['upload.failed', 'upload.failed']);
    expect(bench.telemetry.values('UploadFailures').at(-1)).toBe(2);
  });

  it('comes again when the news cannot be told, and is then told', async () => {
    const events = bench.upload('ada/hello.apkg', body);
    bench.announcer.break(new Error('no topic'));
    expect(await bench.process(...events)).toEqual(['retry', 'retry']);
    expect(await bench.code('ada/hello.apkg')).toBe('PUBLISHING');
    bench.announcer.break(undefined);
    expect(await bench.process(...events)).toEqual(['done', 'done']);
    expect(published()).toHaveLength(1);
    expect(await bench.code('ada/hello.apkg')).toBe('PUBLISHED');
  });

  it.each([['index/registry.json'], ['index/developers.json'], ['packages/ada/hello/index.json']])(
    'is written anew from the releases when it cannot be read: %s',
    async (key) => {
      await bench.process(...bench.upload('ada/hello.apkg', body));
      bench.bucket.place(key, ['not an index']);
      await bench.process(...bench.upload('ada/hello-2.apkg', builtPackage({ version: '2.0.0' })));
      expect(bench.text(key)).toContain('hello');
      expect(bench.json('index/registry.json')).toMatchObject({
        packages: [{ latest: '2.0.0', versions: [{ version: '2.0.0' }, { version: '1.0.0' }] }],
      });
    },
  );
});
