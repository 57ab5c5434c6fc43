import type { Parameter, SourceTemplate } from './source.ts';

/** By name, as somebody gives them on the command line or in a file. */
export type Given = Readonly<Record<string, string>>;

const LISTED = /^(?:CommaDelimitedList$|List<)/;
/** Of something that has to be there already: CloudFormation looks it up, so that nothing is no value. */
const LOOKED_UP = /^(?:List<)?AWS::/;

export const isList = ({ Type }: Parameter): boolean => LISTED.test(Type);

export const itemsOf = (value: string): readonly string[] => value.split(',').map((item) => item.trim());

const isMatch = (pattern: string, value: string): boolean => new RegExp(`^(?:${pattern})$`).test(value);

const outOfLength = ({ MinLength = 0, MaxLength = Infinity }: Parameter, value: string): boolean =>
  value.length < Number(MinLength) || value.length > Number(MaxLength);

const outOfRange = ({ Type, MinValue = -Infinity, MaxValue = Infinity }: Parameter, value: string): boolean =>
  /Number/.test(Type) && !(Number(value) >= Number(MinValue) && Number(value) <= Number(MaxValue));

const faultOfItem = (parameter: Parameter, value: string): string | undefined => {
  const { AllowedPattern, AllowedValues, Type } = parameter;
  if (LOOKED_UP.test(Type) && value === '') return 'is looked up, and cannot be empty';
  if (/Number/.test(Type) && !/^-?\d+(?:\.\d+)?$/.test(value)) return 'is no number';
  if (AllowedValues && !AllowedValues.map(String).includes(value)) return `is none of ${AllowedValues.join(', ')}`;
  if (AllowedPattern !== undefined && !isMatch(AllowedPattern, value)) return `does not match ${AllowedPattern}`;
  if (outOfLength(parameter, value)) return 'is too short or too long';
  return outOfRange(parameter, value) ? 'is too small or too large' : undefined;
};

/** What is wrong with a value, as CloudFormation would find before it did anything. */
export const faultOf = (parameter: Parameter, value: string): string | undefined =>
  (isList(parameter) ? itemsOf(value) : [value])
    .map((item) => faultOfItem(parameter, item))
    .find((fault) => fault !== undefined);

export class BadParameters extends Error {}

/** Every parameter's value: what is given, else the default. */
export const valuesOf = ({ Parameters }: Pick<SourceTemplate, 'Parameters'>, given: Given): Given => {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(Parameters, name));
  const values = Object.entries(Parameters).map(
    ([name, { Default }]) => [name, given[name] ?? (Default === undefined ? undefined : String(Default))] as const,
  );
  const problems = [
    ...unknown.map((name) => `there is no parameter ${name}`),
    ...values.flatMap(([name, value]) => {
      if (value === undefined) return [`${name} is missing`];
      const fault = faultOf(Parameters[name] as Parameter, value);
      return fault === undefined ? [] : [`${name}: "${value}" ${fault}`];
    }),
  ];
  if (problems.length > 0) throw new BadParameters(problems.join('\n'));
  return Object.fromEntries(values) as Given;
};
