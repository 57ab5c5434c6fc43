import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isThere, testsIn, type NamedTest } from './named-tests.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Row {
  readonly number: number;
  readonly tests: readonly NamedTest[];
}

const rows: readonly Row[] = [...text('docs/field-bugs.md').matchAll(/^\| F(\d+) \|.*\| (.*) \|$/gm)].map(
  ([, number, tests = '']) => ({
    number: Number(number),
    tests: testsIn(tests),
  }),
);

describe('docs/field-bugs.md', () => {
  it('has a row for each of the 27, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 27 }, (_, index) => index + 1));
  });

  it('names a test for each', () => {
    expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
  });

  it.each(rows)('names tests for F$number that there are', ({ tests }) => {
    expect(tests.filter((test) => !isThere(test))).toEqual([]);
  });

  it('would not take a test that is not there for one that is', () => {
    expect(isThere(['test/template/field-bugs.test.ts', ['names a test', 'for none'].join(' ')])).toBe(false);
    expect(isThere(['test/template/no-such.test.ts', 'names a test for each'])).toBe(false);
  });
});
