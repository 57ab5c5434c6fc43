import { isFields, readJson } from './shape.ts';
import type { PackageId } from './registry-keys.ts';

const listed = (value: unknown): ReadonlySet<string> => {
  if (!isFields(value) || !Array.isArray(value['developers'])) return new Set();
  return new Set(
    value['developers'].flatMap((row: unknown) => {
      if (!isFields(row) || !Array.isArray(row['packages'])) return [];
      return row['packages'].map((name: unknown) => `${String(row['id'])}/${String(name)}`);
    }),
  );
};

/** Whether developers.json lists all of these: what cannot be read lists nothing, and has to be written anew. */
export const listsAll = (text: string, packages: readonly PackageId[]): boolean => {
  const names = listed(readJson(text));
  return packages.every(({ developer, name }) => names.has(`${developer}/${name}`));
};
