import { describe, expect, it } from 'vitest';
import { differenceOf } from '../aws/differential/agreement.ts';
import type { Answer, Told } from '../aws/differential/oracle.ts';
import { registry, type Reading } from '../aws/differential/readers.ts';
import { builtPackage } from '../support/registry/built-package.ts';

const ENTRIES = [
  { name: 'src/', isFolder: true, size: 0, sha256: 'e' },
  { name: 'src/a/main.py', isFolder: false, size: 3, sha256: 'm' },
  { name: 'agent.yaml', isFolder: false, size: 9, sha256: 'y' },
];
const manifest = (version: Told): Told => ({
  map: [
    ['name', 'hello'],
    ['version', '1.0'],
    ['metadata', { map: [['version', version]] }],
  ],
});

const ours: Reading = {
  entries: ENTRIES,
  values: manifest('1.2.3'),
  manifest: { name: 'hello', version: '1.2.3' },
};
const theirs: Exclude<Answer, { readonly refused: string }> = {
  entries: ENTRIES,
  unpacked: { 'agent.yaml': 'y', 'src/': '', 'src/a/': '', 'src/a/main.py': 'm' },
  beside: [],
  manifest: manifest('1.2.3'),
};

describe('what the registry and Python read in a package', () => {
  it('is the same when names, contents, what lies on the disk and the manifest are', () => {
    expect(differenceOf(ours, theirs)).toBeUndefined();
  });

  it('is not asked of a manifest that was refused', () => {
    const refused = { ...ours, values: undefined, manifest: 'YAML_AMBIGUOUS' };
    expect(differenceOf(refused, { ...theirs, manifest: { other: 'ConstructorError' } })).toBeUndefined();
  });

  it.each<[string, string, Answer]>([
    ['is refused', 'Python refuses it', { refused: 'BadZipFile' }],
    ['has an entry less', 'names or contents', { ...theirs, entries: ENTRIES.slice(1) }],
    ['has another order', 'names or contents', { ...theirs, entries: ENTRIES.toReversed() }],
    [
      'has another content',
      'names or contents',
      { ...theirs, entries: ENTRIES.map((entry) => ({ ...entry, sha256: 'x' })) },
    ],
    ['unpacks elsewhere', 'something unpacked outside of its folder', { ...theirs, beside: ['evil'] }],
    ['unpacks more', 'what lies on the disk', { ...theirs, unpacked: { ...theirs.unpacked, b: 'b' } }],
    [
      'unpacks something else',
      'what lies on the disk',
      { ...theirs, unpacked: { ...theirs.unpacked, 'agent.yaml': 'x' } },
    ],
    ['has another value', 'values', { ...theirs, manifest: manifest('1.2.4') }],
    ['has a date for a text', 'values', { ...theirs, manifest: manifest({ other: 'datetime.date(2026, 1, 1)' }) }],
  ])('differs when there it %s', (_, what, answer) => {
    expect(differenceOf(ours, answer)).toBe(what);
  });

  it.each<[string, Told]>([
    ['the name', { map: [['metadata', { map: [['version', '1.2.3']] }]] }],
    ['the version', manifest('1.2')],
    ['the version', { map: [['name', 'hello']] }],
  ])('differs in %s even when nothing else was compared', (what, read) => {
    expect(differenceOf({ ...ours, values: undefined }, { ...theirs, manifest: read })).toBe(what);
  });

  it('is, of a package as the builder builds it, all of it', () => {
    const reading = registry(builtPackage({ name: 'hello', version: '1.2.3' }));
    expect(reading).toMatchObject({ manifest: { name: 'hello', version: '1.2.3' } });
    expect((reading as Reading).values).toMatchObject({ map: expect.arrayContaining([['name', 'hello']]) });
  });
});
