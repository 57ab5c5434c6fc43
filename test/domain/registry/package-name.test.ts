import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPackageName } from '#shared/domain/registry/package-name.ts';
import { PACKAGE_NAME_PATTERN } from '#shared/domain/registry/registry-keys.ts';

it.each([
  'a',
  'a1',
  'weather-agent',
  'a-1',
  'x'.repeat(64),
  'null-island',
  'com',
  'com10',
  'falcon',
  'yes-man',
  'latest-news',
])('a package may be called %s', (name) => {
  expect(readPackageName(name)).toEqual({ ok: true, value: name });
});

it.each(
  [
    ['', 'A', 'Weather', '1a', '-a', 'a-', 'a--b', 'a_b', 'a.b', 'a b', ' a', 'a\n', 'a/b', '../a', 'ä', 'ａ', '@a/b'],
    'x'.repeat(65),
  ].flat(),
)('a package may not be called %j', (name) => {
  expect(readPackageName(name)).toMatchObject({ fault: { code: 'FIELD_INVALID', details: { field: 'name' } } });
});

it.each(
  [
    [
      'con',
      'prn',
      'aux',
      'nul',
      'com1',
      'lpt9',
      'latest',
      'index',
      'packages',
      'uploads',
      'results',
      'registry',
      'control',
      'developers',
    ],
    ['no', 'yes', 'on', 'off', 'y', 'n', 'true', 'false', 'null'],
  ].flat(),
)('%s is a name for something else', (name) => {
  expect(readPackageName(name)).toEqual({
    ok: false,
    fault: { code: 'NAME_RESERVED', details: { field: 'name', actual: name } },
  });
});

it('every name that is let through has a place in the bucket', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9-]{0,66}$/), (name) => {
      expect(!readPackageName(name).ok || PACKAGE_NAME_PATTERN.test(name)).toBe(true);
    }),
  );
});
