import { NO_VALUE, resolver } from '../../support/cfn/intrinsics.ts';
import { type Given, isList, itemsOf, valuesOf } from '../../support/cfn/parameters.ts';
import { PSEUDO } from '../../support/cfn/physical.ts';
import type { SourceTemplate } from '../../support/cfn/source.ts';

export interface Filling {
  readonly stack: string;
  readonly parameters: Given;
  /** Of the stacks that are there already. */
  readonly exports: ReadonlyMap<string, string>;
}

/** Stands in a text for a value that only the deployment knows: `<<Ref Vpc>>`, `<<Att Role Arn>>`. */
const MARK = /<<(?:Ref (\w+)|Att (\w+) ([\w.]+))>>/g;
const ALONE = new RegExp(`^${MARK.source}$`);

const marked = (value: any): any => {
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, marked(inner)]));
};

/** Parts of a block, of which the resolver tells no more than their number. */
const PART = /^(\d+\.\d+)\.0\.0\/16#(\d+)$/;

const textOf = (text: string): unknown => {
  const [part, block, number] = PART.exec(text) ?? [];
  if (part) return `${block}.${16 * Number(number)}.0/20`;
  const [alone, ref, id, attribute] = ALONE.exec(text) ?? [];
  if (alone) return ref ? { Ref: ref } : { 'Fn::GetAtt': [id, attribute] };
  if (!text.includes('<<')) return text;
  const written = text.replaceAll('${', '${!');
  return {
    'Fn::Sub': written.replaceAll(MARK, (_, name, owner, what) => (name ? `\${${name}}` : `\${${owner}.${what}}`)),
  };
};

/**
 * A template with nothing left to work out but what its resources will be called: for an implementation that has not
 * all of CloudFormation's functions.
 */
export const filledIn = (template: SourceTemplate, { stack, parameters, exports }: Filling): SourceTemplate => {
  const values = valuesOf(template, parameters);
  const { Parameters, Conditions, Mappings, Resources, Outputs } = template;

  const reference = (id: string): unknown => {
    if (Object.hasOwn(Resources, id)) return `<<Ref ${id}>>`;
    if (id === 'AWS::NoValue') return NO_VALUE;
    if (id === 'AWS::StackName') return stack;
    if (Object.hasOwn(PSEUDO, id)) return PSEUDO[id];
    const value = values[id];
    if (value === undefined) throw new Error(`there is no parameter ${id}`);
    return isList(Parameters[id]!) ? itemsOf(value) : value;
  };
  const resolve = resolver({
    reference,
    // Parts of it are asked for.
    attribute: (id, name) =>
      name === 'CidrBlock' ? resolve(Resources[id]?.Properties.CidrBlock) : `<<Att ${id} ${name}>>`,
    condition: (name) => resolve(Conditions[name]) === true,
    imported: (name) => exports.get(name) ?? `nobody-exports-${name}`,
    mapping: ([map = '', first = '', second = '']) => Mappings?.[map]?.[first]?.[second],
  });

  const filled = (entries: Readonly<Record<string, any>>): Record<string, any> =>
    Object.fromEntries(
      Object.entries(entries).flatMap(([id, { Condition, ...entry }]) =>
        Condition === undefined || resolve({ Condition }) ? [[id, marked(resolve(entry))]] : [],
      ),
    );
  return { Parameters: {}, Conditions: {}, Rules: {}, Resources: filled(Resources), Outputs: filled(Outputs) };
};
