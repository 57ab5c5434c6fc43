import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { developerRows, developersText } from '#shared/domain/registry/developers-index.ts';
import {
  indexText,
  latestText,
  lostBetween,
  packageRow,
  registryDocument,
  registryText,
  withPackages,
  type PackageRow,
  type Standing,
} from '#shared/domain/registry/projections.ts';
import { readIndex, readRegistry } from '#shared/domain/registry/read-projections.ts';
import type { Release } from '#shared/domain/registry/release.ts';

const at = Date.UTC(2026, 10, 20, 10);

const release = (version: string, change: Partial<Release> = {}): Release => ({
  developer: 'acme',
  name: 'weather',
  version,
  sha256: 'ab'.repeat(32),
  size: 1234,
  publishedAt: at,
  signature: null,
  upload: { key: 'uploads/acme/w.apkg', versionId: 'v1' },
  validator: '1',
  ...change,
});

const offered = (version: string): Standing => ({ release: release(version), status: undefined });

const changed = (version: string, revision: number): Standing => ({
  release: release(version),
  status: { yanked: revision % 2 === 1, reason: 'loses data', by: 'ada', at, revision },
});

const weather = { developer: 'acme', name: 'weather' };

const versions = fc.uniqueArray(fc.constantFrom('0.1.0', '1.0.0-rc.1', '1.0.0', '1.10.0', '1.9.0', '2.0.0-a'), {
  minLength: 1,
});
const standings = versions.chain((list) =>
  fc.tuple(...list.map((version) => fc.nat({ max: 3 }).map((n) => (n === 0 ? offered(version) : changed(version, n))))),
);
const rows = fc
  .uniqueArray(fc.tuple(fc.constantFrom('acme', 'Acme', 'b+c', 'bob'), fc.constantFrom('a', 'a-b', 'ab', 'weather')), {
    selector: (names) => names.join('/'),
  })
  .chain((list) =>
    fc.tuple(...list.map(([developer, name]) => standings.map((s) => packageRow({ developer, name }, s)))),
  );

const shuffled = <T>(list: readonly T[]) => fc.shuffledSubarray([...list], { minLength: list.length });

describe('the index of a package', () => {
  it('lists all its versions, the highest first', () => {
    const row = packageRow(weather, [
      offered('1.9.0'),
      changed('1.10.0', 1),
      offered('2.0.0-rc.1'),
      changed('1.2.0', 2),
    ]);
    expect(row).toMatchObject({ ...weather, latest: '1.9.0', revision: 7 });
    expect(row.versions.map(({ version, yanked }) => [version, yanked])).toEqual([
      ['2.0.0-rc.1', false],
      ['1.10.0', true],
      ['1.9.0', false],
      ['1.2.0', false],
    ]);
    expect(row.versions[2]).toEqual({
      version: '1.9.0',
      sha256: 'ab'.repeat(32),
      size: 1234,
      key: 'packages/acme/weather/1.9.0/package.apkg',
      publishedAt: '2026-11-20T10:00:00.000Z',
      yanked: false,
    });
  });

  it('has a line for the latest, empty when none is offered', () => {
    expect(latestText(packageRow(weather, [offered('1.0.0')]))).toBe('1.0.0\n');
    expect(latestText(packageRow(weather, [changed('1.0.0', 1)]))).toBe('\n');
  });

  it('is the same bytes in whatever order the releases were found', () => {
    fc.assert(
      fc.property(
        standings.chain((list) => fc.tuple(fc.constant(list), shuffled(list))),
        ([list, other]) => {
          expect(indexText(packageRow(weather, other))).toBe(indexText(packageRow(weather, list)));
        },
      ),
    );
  });

  it('is read back, and written again as it was', () => {
    fc.assert(
      fc.property(standings, (list) => {
        const text = indexText(packageRow(weather, list));
        const read = readIndex(weather, text);
        expect(read).toMatchObject(packageRow(weather, list));
        expect(read && indexText(read)).toBe(text);
      }),
    );
  });
});

describe('the registry', () => {
  it('lists packages by developer and name, and counts their changes', () => {
    const of = (developer: string, name: string) =>
      packageRow({ developer, name }, [offered('1.0.0'), changed('1.1.0', 1)]);
    const document = registryDocument([
      of('bob', 'a'),
      of('acme', 'b'),
      of('acme', 'a-b'),
      of('Bob', 'a'),
      of('acme', 'a'),
    ]);
    expect(document.packages.map(({ developer, name }) => `${developer}/${name}`)).toEqual([
      'Bob/a',
      'acme/a',
      'acme/a-b',
      'acme/b',
      'bob/a',
    ]);
    expect(document.revision).toBe(15);
  });

  it('does not list a package without a release', () => {
    expect(registryDocument([packageRow(weather, [])])).toEqual({ schema: 1, revision: 0, packages: [] });
  });

  it('has a line for each package, and is one document', () => {
    const text = registryText(registryDocument([packageRow(weather, [offered('1.0.0')])]));
    expect(text.split('\n')).toHaveLength(4);
    expect(JSON.parse(text)).toMatchObject({ schema: 1, revision: 1, packages: [{ ...weather, latest: '1.0.0' }] });
    expect(registryText(registryDocument([]))).toBe('{"schema":1,"revision":0,"packages":[]}\n');
  });

  it('is the same bytes in whatever order the packages were found', () => {
    fc.assert(
      fc.property(
        rows.chain((list) => fc.tuple(fc.constant(list), shuffled(list))),
        ([list, other]) => {
          expect(registryText(registryDocument(other))).toBe(registryText(registryDocument(list)));
        },
      ),
    );
  });

  it('is the same bytes when it is built package by package, in any order, from what was written', () => {
    fc.assert(
      fc.property(
        rows.chain((list) => fc.tuple(fc.constant(list), shuffled(list))),
        ([list, other]) => {
          let text = registryText(registryDocument([]));
          for (const row of [...other, ...other.slice(0, 1)]) {
            const before = readRegistry(text);
            text = before ? registryText(withPackages(before, [row])) : 'not read';
          }
          expect(text).toBe(registryText(registryDocument(list)));
        },
      ),
    );
  });

  it('replaces what it said of the packages that changed, and nothing else', () => {
    const other = packageRow({ developer: 'bob', name: 'weather' }, [offered('3.0.0')]);
    const before = registryDocument([other, packageRow(weather, [offered('1.0.0')])]);
    const after = withPackages(before, [packageRow(weather, [offered('1.0.0'), offered('1.1.0')])]);
    expect(after.packages.map(({ latest }) => latest)).toEqual(['1.1.0', '3.0.0']);
    expect(after.packages[1]).toBe(other);
  });
});

const good = packageRow(weather, [offered('1.0.0')]);
const version = good.versions[0];

describe('what was written before', () => {
  const row = (change: object) => JSON.stringify({ schema: 1, ...good, ...change });

  it.each([
    '',
    'null',
    '[]',
    indexText(good).slice(0, -3),
    row({ schema: 2 }),
    row({ developer: '..' }),
    row({ developer: 'somebody-else' }),
    row({ name: 'another' }),
    row({ name: 7 }),
    row({ revision: 0 }),
    row({ revision: 1.5 }),
    row({ latest: undefined }),
    row({ latest: 1 }),
    row({ versions: {} }),
    row({ versions: [null] }),
    row({ versions: [{ ...version, version: '1.0' }] }),
    row({ versions: [{ ...version, sha256: 'x' }] }),
    row({ versions: [{ ...version, size: -1 }] }),
    row({ versions: [{ ...version, key: undefined }] }),
    row({ versions: [{ ...version, publishedAt: at }] }),
    row({ versions: [{ ...version, yanked: 0 }] }),
  ])('is not read as an index, nor taken for an empty one: %s', (text) => {
    expect(readIndex(good, text)).toBeUndefined();
  });

  it.each([
    '',
    '{}',
    'null',
    '{"schema":1,"revision":0}',
    '{"schema":1,"revision":-1,"packages":[]}',
    '{"schema":2,"revision":0,"packages":[]}',
    ...[
      ['null', '1', '[]', row({ versions: 1 }), row({ versions: [version, null] }), row({ revision: 0 })],
      [row({ developer: '..' }), row({ developer: 7 }), row({ name: 7 }), `${row({})},null`],
    ]
      .flat()
      .map((listed) => `{"schema":1,"revision":1,"packages":[${listed}]}`),
    registryText(registryDocument([good])).slice(0, -10),
  ])('is not read as a registry, nor taken for an empty one: %s', (text) => {
    expect(readRegistry(text)).toBeUndefined();
  });

  it('is read when it is empty because there is nothing', () => {
    expect(readRegistry(registryText(registryDocument([])))).toEqual({ schema: 1, revision: 0, packages: [] });
  });
});

describe('a projection that would shrink', () => {
  const before = packageRow(weather, [offered('1.0.0'), offered('1.1.0')]);
  const otherBytes: Standing = { release: release('1.1.0', { sha256: 'cd'.repeat(32) }), status: undefined };
  const otherSize: Standing = { release: release('1.1.0', { size: 1 }), status: undefined };

  it.each<[string, readonly PackageRow[], readonly string[]]>([
    ['a package is gone', [], ['acme/weather/1.1.0', 'acme/weather/1.0.0']],
    ['a version is gone', [packageRow(weather, [offered('1.0.0')])], ['acme/weather/1.1.0']],
    ['its bytes are others', [packageRow(weather, [offered('1.0.0'), otherBytes])], ['acme/weather/1.1.0']],
    ['its size is another', [packageRow(weather, [offered('1.0.0'), otherSize])], ['acme/weather/1.1.0']],
    ['it is another developer’s', [{ ...before, developer: 'bob' }], ['acme/weather/1.1.0', 'acme/weather/1.0.0']],
  ])('says what it would lose when %s', (_, after, lost) => {
    expect(lostBetween([before], after)).toEqual(lost);
  });

  it('says so when a yank is forgotten', () => {
    const yanked = packageRow(weather, [offered('1.0.0'), changed('1.1.0', 1)]);
    expect(lostBetween([yanked], [before])).toEqual(['acme/weather']);
  });

  it('loses nothing by a yank, an unyank or a release', () => {
    const yanked = packageRow(weather, [offered('1.0.0'), changed('1.1.0', 1)]);
    const again = packageRow(weather, [offered('1.0.0'), changed('1.1.0', 2)]);
    const more = packageRow(weather, [offered('1.0.0'), changed('1.1.0', 2), offered('1.0.1')]);
    for (const [a, b] of [
      [before, before],
      [before, yanked],
      [yanked, again],
      [again, more],
    ] as const)
      expect(lostBetween([a], [b])).toEqual([]);
    expect(yanked.latest).toBe('1.0.0');
    expect(lostBetween([], [before])).toEqual([]);
  });

  it('is told from one that grew, whatever there is', () => {
    fc.assert(
      fc.property(standings, fc.nat({ max: 5 }), (list, index) => {
        const whole = packageRow(weather, list);
        const part = packageRow(weather, list.toSpliced(index % list.length, 1));
        expect(lostBetween([part], [whole])).toEqual([]);
        expect(lostBetween([whole], [part])).toHaveLength(1);
      }),
    );
  });
});

describe('the developers', () => {
  const key = (id: string) => ({ id, publicKey: 'AA==', notBefore: at, notAfter: null });
  const registry = registryDocument([
    packageRow({ developer: 'bob', name: 'b' }, [offered('1.0.0')]),
    packageRow({ developer: 'bob', name: 'a' }, [offered('1.0.0')]),
    packageRow({ developer: 'eve', name: 'a' }, [offered('1.0.0')]),
  ]);
  const registered = new Map([
    ['bob', [key('b'), key('a')]],
    ['acme', []],
  ]);

  it('are all who are registered or have a package, with the keys that their signatures are good by', () => {
    expect(JSON.parse(developersText(undefined, developerRows(registered, registry)))).toEqual({
      schema: 1,
      revision: 1,
      developers: [
        { id: 'acme', packages: [], keys: [] },
        {
          id: 'bob',
          packages: ['a', 'b'],
          keys: ['a', 'b'].map((id) => ({
            id,
            publicKey: 'AA==',
            notBefore: '2026-11-20T10:00:00.000Z',
            notAfter: null,
          })),
        },
        { id: 'eve', packages: ['a'], keys: [] },
      ],
    });
  });

  it('say when a key ends', () => {
    const ended = new Map([['bob', [{ ...key('a'), notAfter: at + 1 }]]]);
    expect(developersText(undefined, developerRows(ended, registry))).toContain(
      '"notAfter":"2026-11-20T10:00:00.001Z"',
    );
  });

  it('are the same bytes when nothing has changed, in whatever order they were found', () => {
    const first = developersText(undefined, developerRows(registered, registry));
    const turned = new Map([...registered].toReversed().map(([id, keys]) => [id, keys.toReversed()]));
    const same = developerRows(turned, { ...registry, packages: registry.packages.toReversed() });
    expect(developersText(first, same)).toBe(first);
  });

  it('have another revision after each change, back to what it was too', () => {
    const none = developersText(undefined, []);
    const some = developersText(none, developerRows(registered, registry));
    const back = developersText(some, []);
    expect([none, some, back].map((text) => (JSON.parse(text) as { revision: number }).revision)).toEqual([1, 2, 3]);
    expect(none).toBe('{"schema":1,"revision":1,"developers":[]}\n');
  });

  it.each(['', 'null', '{"revision":"7"}', '{}'])('are written anew over what cannot be read: %j', (text) => {
    expect(developersText(text, [])).toBe('{"schema":1,"revision":1,"developers":[]}\n');
  });
});
