import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** A test that a document names. */
export type NamedTest = readonly [file: string, title: string];

/** Those in a cell of a table, as `file`: *title*. */
export const testsIn = (cell: string): readonly NamedTest[] =>
  [...cell.matchAll(/`([^`]+)`: \*([^*]+)\*/g)].map(([, file = '', title = '']) => [file, title]);

/** Whether there is one, its title in quotes of whichever kind. */
export const isThere = ([file, title]: NamedTest): boolean =>
  existsSync(path.join(root, file)) && [`'`, `"`, '`'].some((quote) => text(file).includes(`${quote}${title}`));
