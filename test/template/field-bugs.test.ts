import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Row {
  readonly number: number;
  readonly tests: readonly (readonly [file: string, title: string])[];
}

const rows: readonly Row[] = [...text('docs/field-bugs.md').matchAll(/^\| F(\d+) \|.*\| (.*) \|$/gm)].map(
  ([, number, tests = '']) => ({
    number: Number(number),
    tests: [...tests.matchAll(/`([^`]+)`: \*([^*]+)\*/g)].map(([, file = '', title = '']) => [file, title]),
  }),
);

/** As it stands in quotes, of whichever kind. */
const isTitled = (file: string, title: string): boolean =>
  existsSync(path.join(root, file)) && [`'`, `"`, '`'].some((quote) => text(file).includes(`${quote}${title}`));

describe('docs/field-bugs.md', () => {
  it('has a row for each of the 27, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 27 }, (_, index) => index + 1));
  });

  it('names a test for each', () => {
    expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
  });

  it.each(rows)('names tests for F$number that there are', ({ tests }) => {
    expect(tests.filter(([file, title]) => !isTitled(file, title))).toEqual([]);
  });

  it('would not take a test that is not there for one that is', () => {
    expect(isTitled('test/template/field-bugs.test.ts', ['names a test', 'for none'].join(' '))).toBe(false);
    expect(isTitled('test/template/no-such.test.ts', 'names a test for each')).toBe(false);
  });
});
