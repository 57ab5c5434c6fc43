import { beforeEach, describe, expect, it } from 'vitest';
import { rebuild } from '#shared/usecases/registry/rebuild.ts';
import { builtPackage, sha256Of } from '../../support/registry/built-package.ts';
import { developerDocument, registryBench, type RegistryBench } from '../../support/registry/registry-bench.ts';
import { MINUTE, SECOND } from '../../support/virtual-clock.ts';

const body = Uint8Array.from(builtPackage());
const sha256 = sha256Of(body);
const FOLDER = 'packages/ada/hello/1.0.0/';

let bench: RegistryBench;
beforeEach(() => {
  bench = registryBench();
});

const published = (): number => bench.announcer.told.filter(({ type }) => type === 'package.published').length;

/** Gone for good, as if it had never been written. */
const unwrite = (key: string): void => bench.bucket.deleteVersion('time', key, bench.bucket.get(key)?.versionId ?? '');

describe('the sweep', () => {
  it('writes an empty index where there is none, so that runtimes find one', async () => {
    await bench.sweep();
    expect(bench.json('index/registry.json')).toEqual({ schema: 1, revision: 0, packages: [] });
    expect(bench.json('index/developers.json')).toMatchObject({ developers: [{ id: 'ada' }, { id: 'bob' }] });
    expect(bench.telemetry.values('UploadsWaiting')).toEqual([0]);
  });

  it('tells nothing and writes nothing when all is well', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    bench.clock.advance(20 * MINUTE);
    await bench.sweep();
    const before = bench.keys('').map((key) => bench.bucket.get(key));
    await bench.sweep();
    expect(bench.keys('').map((key) => bench.bucket.get(key))).toEqual(before);
    expect(published()).toBe(1);
    expect(bench.telemetry.values('IndexHealed')).toEqual([]);
  });

  it('finishes a version that was claimed and never released, and tells of it', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    bench.announcer.told.length = 0;
    for (const key of bench.keys('packages/').filter((each) => !each.endsWith('package.apkg'))) unwrite(key);
    for (const key of bench.keys('index/')) unwrite(key);
    const release = { version: '1.0.0', sha256 };
    bench.clock.advance(MINUTE);
    await bench.sweep();
    expect(bench.json(`${FOLDER}release.json`)).toMatchObject(release);
    bench.clock.advance(MINUTE);
    await bench.sweep();
    expect(bench.json('index/registry.json')).toMatchObject({ packages: [{ versions: [release] }] });
    expect(bench.text('packages/ada/hello/latest')).toBe('1.0.0\n');
    expect(published()).toBe(1);
    expect(bench.telemetry.values('IndexHealed')).toEqual([1]);
  });

  it.each(['index.json', 'latest'])('mends %s of a package when it is damaged or gone', async (file) => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    const key = `packages/ada/hello/${file}`;
    const good = bench.text(key);
    for (const damage of [() => bench.bucket.place(key, {}), () => unwrite(key)]) {
      damage();
      bench.clock.advance(MINUTE);
      await bench.sweep();
      expect(bench.text(key)).toBe(good);
    }
    expect(bench.telemetry.values('IndexHealed')).toEqual([1, 1]);
    expect(published()).toBe(1);
  });

  it('sees to releases before it looks into packages, which may take all of its time', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    const order: string[] = [];
    bench = registryBench({
      through: (store) => ({
        ...store,
        list: (prefix, page) => {
          order.push(prefix);
          return store.list(prefix, page);
        },
      }),
    });
    await bench.sweep();
    expect(order.filter((prefix) => /^(packages|uploads)\/$/.test(prefix)).at(-1)).toBe('uploads/');
  });

  it('leaves alone what is somebody’s work in hand', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    for (const key of bench.keys('index/')) unwrite(key);
    unwrite(`${FOLDER}release.json`);
    bench.clock.advance(MINUTE - 20);
    await bench.sweep();
    expect(bench.keys(FOLDER)).not.toContain(`${FOLDER}release.json`);
  });

  it('sees to uploads whose news never came to anything', async () => {
    const [event] = bench.upload('ada/hello.apkg', body);
    bench.announcer.break(new Error('down'));
    if (event) await bench.process(event);
    bench.announcer.break(undefined);
    bench.clock.advance(MINUTE);
    await bench.sweep();
    expect(await bench.code('ada/hello.apkg')).toBe('PUBLISHED');
    expect(published()).toBe(1);
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('judges what nobody told of only where nobody asks who uploaded it', async () => {
    for (const [unregistered, code] of [
      ['refuse', undefined],
      ['allow', 'PUBLISHED'],
    ] as const) {
      bench = registryBench({ settings: { unregistered } });
      bench.upload('ada/hello.apkg', body);
      const stuck = () => bench.telemetry.events.filter(({ name }) => name === 'upload.stuck');
      bench.clock.advance(MINUTE);
      await bench.sweep();
      expect(await bench.code('ada/hello.apkg')).toBe(code);
      // In a crowd its news may take that long.
      expect(stuck()).toEqual([]);
      bench.clock.advance(14 * MINUTE);
      await bench.sweep();
      expect(stuck()).toHaveLength(code ? 0 : 1);
    }
  });

  it('answers a checksum that no package came for, once its time is up', async () => {
    await bench.process(bench.put('ada/hello.apkg.sha256', sha256));
    bench.clock.advance(15 * MINUTE - 1);
    await bench.sweep();
    expect(await bench.code('ada/~hello.apkg.sha256')).toBeUndefined();
    bench.clock.advance(1);
    await bench.sweep();
    expect(await bench.verdict('ada/~hello.apkg.sha256')).toMatchObject({
      code: 'CHECKSUM_ORPHAN',
      upload: { key: 'uploads/ada/hello.apkg.sha256' },
    });
    expect(bench.keys('uploads/')).toEqual([]);
  });

  it('clears away in silence a checksum that came too late to be needed', async () => {
    await bench.process(bench.put('ada/hello.apkg', body, { sha256 }));
    bench.clock.advance(SECOND);
    await bench.process(bench.put('ada/hello.apkg.sha256', sha256));
    bench.clock.advance(16 * MINUTE);
    await bench.sweep();
    expect(bench.keys('uploads/')).toEqual([]);
    expect(await bench.code('ada/~hello.apkg.sha256')).toBeUndefined();
  });

  it('goes on when one part of it fails, and fails in the end', async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    bench.bucket.place('packages/ada/other/1.0.0/package.apkg', { not: 'ours' });
    await bench.process(bench.put('bob/late.apkg', body, { principal: 'AROABOBBOBBOBBOBBOBB' }));
    bench.clock.advance(15 * MINUTE);
    await expect(bench.sweep()).rejects.toThrow(/1 parts of the sweep failed/);
    expect(await bench.code('bob/late.apkg')).toBe('CHECKSUM_MISSING');
    expect(bench.telemetry.failures.map(({ name }) => name)).toEqual(['index.failed']);
  });

  it('writes changed keys of a developer into the index', async () => {
    await bench.sweep();
    const key = {
      id: 'k',
      publicKey: Buffer.alloc(32, 7).toString('base64'),
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: null,
    };
    bench.register('ada', developerDocument({ keys: [key] }));
    await bench.sweep();
    expect(bench.json('index/developers.json')).toMatchObject({ developers: [{ id: 'ada', keys: [{ id: 'k' }] }, {}] });
  });

  it('leaves out the keys of a developer whose document is not in order, and says so', async () => {
    bench.register('ada', { schema: 2 });
    await bench.sweep();
    expect(bench.json('index/developers.json')).toMatchObject({ developers: [{ id: 'ada', keys: [] }, {}] });
    expect(bench.telemetry.failures.map(({ name }) => name)).toEqual(['developer.unreadable']);
  });
});

describe('rebuilding', () => {
  beforeEach(async () => {
    await bench.process(...bench.upload('ada/hello.apkg', body));
    await bench.process(...bench.upload('ada/next.apkg', builtPackage({ version: '1.1.0' })));
    await bench.process(...bench.upload('ada/other.apkg', builtPackage({ name: 'other' })));
  });

  it('computes every projection from the releases alone, to the byte', async () => {
    const projections = bench.keys('').filter((key) => /(index|registry)\.json$|latest$/.test(key));
    const before = projections.map(bench.text);
    for (const key of projections) bench.bucket.delete('vandal', key);
    expect(await rebuild(bench.deps)()).toEqual({ packages: 2, versions: 3 });
    expect(projections.map(bench.text)).toEqual(before);
    expect(projections).toHaveLength(5);
  });

  it('goes by no index that is another package’s', async () => {
    const [good, registry] = [bench.text('packages/ada/hello/index.json'), bench.text('index/registry.json')];
    bench.bucket.place('packages/ada/hello/index.json', bench.json('packages/ada/other/index.json') as object);
    expect(await rebuild(bench.deps)()).toEqual({ packages: 2, versions: 3 });
    expect(bench.text('packages/ada/hello/index.json')).toBe(good);
    expect(bench.text('index/registry.json')).toBe(registry);
  });

  it('sees to several packages at once: there may be thousands', async () => {
    let [reading, most] = [0, 0];
    const { registry } = bench.deps;
    const get = async (key: string) => {
      if (!key.endsWith('/latest')) return registry.get(key);
      most = Math.max(most, (reading += 1));
      const found = await registry.get(key);
      reading -= 1;
      return found;
    };
    await rebuild({ ...bench.deps, registry: { ...registry, get } })();
    expect(most).toBe(2);
  });

  it('keeps what it would lose, and fails', async () => {
    unwrite(`${FOLDER}release.json`);
    await expect(rebuild(bench.deps)()).rejects.toThrow();
    expect(bench.text('index/registry.json')).toContain('"1.0.0"');
    expect(bench.text('packages/ada/hello/index.json')).toContain('"1.0.0"');
  });

  it('never takes a release that cannot be read for none', async () => {
    bench.bucket.place(`${FOLDER}release.json`, { half: 'written' });
    await expect(rebuild(bench.deps)()).rejects.toMatchObject({
      errors: [{ message: expect.stringMatching('not a release') }],
    });
    expect(bench.text('index/registry.json')).toContain('"1.0.0"');
  });
});
