import type { RegistryDocument } from './projections.ts';
import { isCount, isFields, instant, readJson } from './shape.ts';
import type { SigningKey } from './signature.ts';
import { byText } from './text-order.ts';

/** Who publishes what, and whose signatures are good: content of developers.json. */
export interface DeveloperRow {
  readonly id: string;
  readonly packages: readonly string[];
  readonly keys: readonly SigningKey[];
}

/** Everybody who is registered or has a package. */
export const developerRows = (
  registered: ReadonlyMap<string, readonly SigningKey[]>,
  { packages }: RegistryDocument,
): readonly DeveloperRow[] => {
  const names = Map.groupBy(packages, ({ developer }) => developer);
  const ids = [...new Set([...registered.keys(), ...names.keys()])].toSorted(byText);
  return ids.map((id) => ({
    id,
    packages: (names.get(id) ?? []).map(({ name }) => name).toSorted(byText),
    keys: (registered.get(id) ?? []).toSorted((a, b) => byText(a.id, b.id)),
  }));
};

const line = ({ id, packages, keys }: DeveloperRow): string =>
  JSON.stringify({
    id,
    packages,
    keys: keys.map(({ id: key, publicKey, notBefore, notAfter }) => ({
      id: key,
      publicKey,
      notBefore: instant(notBefore),
      notAfter: notAfter === null ? null : instant(notAfter),
    })),
  });

const textOf = (revision: number, rows: readonly DeveloperRow[]): string => {
  const lines = rows.map(line).join(',\n');
  return `{"schema":1,"revision":${revision},"developers":[${lines === '' ? '' : `\n${lines}\n`}]}\n`;
};

const revisionOf = (text: string): number => {
  const value = readJson(text);
  return isFields(value) && isCount(value['revision']) ? value['revision'] : 0;
};

/**
 * The next developers.json; the same text when nothing has changed. Keys come and go as operators write them, so
 * its revision counts from the one before.
 */
export const developersText = (before: string | undefined, rows: readonly DeveloperRow[]): string => {
  const revision = before === undefined ? 0 : revisionOf(before);
  return before !== undefined && before === textOf(revision, rows) ? before : textOf(revision + 1, rows);
};
