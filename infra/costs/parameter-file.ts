import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Parameters = Readonly<Record<string, string>>;

/** The parameters of a stack as an example gives them; those that it leaves at their defaults are absent. */
export const parametersOf = (file: string): Parameters => {
  const text = readFileSync(join(import.meta.dirname, '../examples', `${file}.json`), 'utf8');
  const pairs = JSON.parse(text) as readonly { readonly ParameterKey: string; readonly ParameterValue: string }[];
  return Object.fromEntries(pairs.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]));
};
