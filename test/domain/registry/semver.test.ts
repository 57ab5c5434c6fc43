import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, isPrerelease, isVersion, latestVersion } from '#shared/domain/registry/semver.ts';

const number = fc.oneof(fc.nat({ max: 12 }).map(String), fc.constantFrom('9007199254740993', '9007199254740992'));
const identifier = fc.oneof(number, fc.constantFrom('a', 'A', 'rc', 'rc1', '-', '0a', '--1', 'beta', '1-'));
const core = fc.tuple(number, number, number).map((numbers) => numbers.join('.'));
const prerelease = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((identifiers) => identifiers.join('.'));
const version = fc
  .oneof(
    core,
    fc.tuple(core, prerelease).map((parts) => parts.join('-')),
  )
  .filter((text) => text.length <= 64);

/** As semver.org orders them, the lowest first. */
const ORDERED = [
  '0.0.0-0',
  '0.0.0',
  '0.0.1',
  '0.2.0',
  '0.10.0',
  '1.0.0--',
  '1.0.0-0a',
  '1.0.0-A',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-beta.11.0',
  '1.0.0-rc.1',
  '1.0.0-rc10',
  '1.0.0-rc2',
  '1.0.0',
  '1.0.1-1',
  '1.0.1-9',
  '1.0.1-10',
  '1.0.1-a',
  '1.0.1',
  '2.0.0',
  '9007199254740992.0.0',
  '9007199254740993.0.0',
  '10000000000000000.0.0',
];

describe('a version', () => {
  it.each([...ORDERED, `1.0.0-${'a'.repeat(58)}`, '1.0.0-0-0', '1.0.0-a-b.c-d'])('is %s', (text) => {
    expect(isVersion(text)).toBe(true);
  });

  it.each([
    '',
    '1',
    '1.0',
    '1.0.0.0',
    'v1.0.0',
    '01.0.0',
    '1.00.0',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0-a..b',
    '1.0.0-a.',
    '1.0.0-.a',
    '1.0.0-ä',
    '1.0.0-a_b',
    '1.0.0+build',
    '1.0.0-a+b',
    '-1.0.0',
    '1.-1.0',
    ' 1.0.0',
    '1.0.0\n',
    '1.0.0 ',
    '1,0,0',
    '1.0.x',
    '١.0.0',
    `1.0.0-${'a'.repeat(59)}`,
  ])('is not %j', (text) => {
    expect(isVersion(text)).toBe(false);
  });

  it('may lead up to a release', () => {
    expect(isPrerelease('1.0.0-rc.1')).toBe(true);
    expect(isPrerelease('1.0.0')).toBe(false);
  });
});

const sign = (a: string, b: string): number => Math.sign(compareVersions(a, b));

describe('the order of versions', () => {
  it('is that of semantic versioning', () => {
    expect(ORDERED.toReversed().toSorted(compareVersions)).toEqual(ORDERED);
    for (const [i, a] of ORDERED.entries())
      for (const [j, b] of ORDERED.entries()) expect([a, b, sign(a, b)]).toEqual([a, b, Math.sign(i - j)]);
  });

  it('is total: of two different versions one is the higher', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isVersion(a)).toBe(true);
        expect(sign(a, b) === 0).toBe(a === b);
        expect(sign(a, b) + sign(b, a)).toBe(0);
      }),
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low, middle, high] = [a, b, c].toSorted(compareVersions) as [string, string, string];
        expect(sign(low, middle)).not.toBe(1);
        expect(sign(middle, high)).not.toBe(1);
        expect(sign(low, high)).not.toBe(1);
      }),
    );
  });

  it('puts what leads up to a release before it, and after whatever is lower', () => {
    fc.assert(
      fc.property(core, identifier, (numbers, word) => {
        expect(sign(`${numbers}-${word}`, numbers)).toBe(-1);
        expect(sign(`${numbers}-${word}`, `${numbers}-${word}.0`)).toBe(-1);
      }),
    );
  });
});

const offered = (...versions: string[]) => versions.map((text) => ({ version: text, yanked: false }));
const yanked = (...versions: string[]) => versions.map((text) => ({ version: text, yanked: true }));

describe('the latest version', () => {
  it.each([
    [offered('1.9.0', '1.10.0', '1.2.0'), '1.10.0'],
    [[...offered('1.0.0'), ...yanked('2.0.0')], '1.0.0'],
    [offered('2.0.0-rc.1', '1.0.0'), '1.0.0'],
    [offered('2.0.0-rc.1', '2.0.0-rc.2'), '2.0.0-rc.2'],
    [[...offered('2.0.0-rc.1'), ...yanked('1.0.0')], '2.0.0-rc.1'],
    [yanked('1.0.0', '2.0.0-rc.1'), undefined],
    [[], undefined],
  ])('of %j is %s', (versions, latest) => {
    expect(latestVersion(versions)).toBe(latest);
  });

  it('is the maximum of what is offered, in whatever order it is listed', () => {
    const versions = fc.uniqueArray(fc.record({ version, yanked: fc.boolean() }), { selector: (row) => row.version });
    fc.assert(
      fc.property(versions, (rows) => {
        const latest = latestVersion(rows);
        expect(latestVersion(rows.toReversed())).toBe(latest);
        const candidates = rows.filter((row) => !row.yanked).map((row) => row.version);
        if (latest === undefined) {
          expect(candidates).toEqual([]);
          return;
        }
        expect(candidates).toContain(latest);
        for (const other of candidates)
          expect(isPrerelease(other) && !isPrerelease(latest) ? -1 : sign(other, latest)).toBeLessThanOrEqual(0);
        expect(isPrerelease(latest) && candidates.some((other) => !isPrerelease(other))).toBe(false);
      }),
    );
  });
});
