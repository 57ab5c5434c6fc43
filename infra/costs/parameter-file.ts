import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Parameters = Readonly<Record<string, string>>;

/** A parameter file, as the AWS CLI takes it. */
export const parametersIn = (text: string): Parameters => {
  const pairs: readonly { readonly ParameterKey: string; readonly ParameterValue: string }[] = JSON.parse(text);
  const parameters = Object.fromEntries(
    pairs.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
  );
  if (Object.keys(parameters).length < pairs.length) throw new Error('a parameter is given twice');
  return parameters;
};

/** The parameters of a stack as an example gives them; those that it leaves at their defaults are absent. */
export const parametersOf = (file: string): Parameters =>
  parametersIn(readFileSync(join(import.meta.dirname, '../examples', `${file}.json`), 'utf8'));
