import { listed, type Resource } from '../../template/rules/template.ts';
import { NO_VALUE, resolver, type Scope } from './intrinsics.ts';
import { isList, itemsOf, valuesOf, type Given } from './parameters.ts';
import { ACCOUNT, attributeOf, PSEUDO, referenceTo } from './physical.ts';
import type { Parameter, SourceResource, SourceTemplate, TemplateRule } from './source.ts';

/** A stack as CloudFormation would have made it. */
export interface Deployed {
  readonly stack: string;
  readonly values: Given;
  /** Those whose condition holds, filled in. */
  readonly resources: Readonly<Record<string, SourceResource>>;
  /** What has to be there before a resource is made. */
  readonly waitsFor: ReadonlyMap<string, ReadonlySet<string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly exports: ReadonlyMap<string, string>;
}

export interface DeployOptions {
  readonly template: SourceTemplate;
  readonly stack: string;
  readonly parameters?: Given;
  /** Of all stacks that are there already. */
  readonly exports?: ReadonlyMap<string, string>;
}

/** A rule of the template refuses what was given. */
export class RuleBroken extends Error {}

const broken = (resolve: (value: unknown) => unknown, { RuleCondition, Assertions }: TemplateRule): readonly string[] =>
  RuleCondition !== undefined && resolve(RuleCondition) !== true
    ? []
    : Assertions.filter(({ Assert }) => resolve(Assert) !== true).map(
        ({ AssertDescription }) => AssertDescription ?? 'an assertion that says nothing',
      );

const nobody = (what: string) => (): never => {
  throw new Error(`there are no ${what} here`);
};

const lookedUp = (tree: unknown, keys: readonly string[]): unknown => {
  let found: any = tree;
  for (const key of keys) found = found?.[key];
  if (found === undefined) throw new Error(`Fn::FindInMap finds no ${keys.join('.')}`);
  return found;
};

/** Makes a stack of a template, or throws what CloudFormation would refuse it for. */
export const deploy = ({ template, stack, parameters = {}, exports = new Map() }: DeployOptions): Deployed => {
  const values = valuesOf(template, parameters);
  const pseudo: Readonly<Record<string, unknown>> = {
    ...PSEUDO,
    'AWS::StackName': stack,
    'AWS::StackId': `arn:aws:cloudformation:${PSEUDO['AWS::Region']}:${ACCOUNT}:stack/${stack}/1`,
    'AWS::NoValue': NO_VALUE,
  };

  const given = (id: string): unknown => {
    if (Object.hasOwn(pseudo, id)) return pseudo[id];
    const value = values[id];
    if (value === undefined) throw new Error(`there is no parameter ${id}`);
    return isList(template.Parameters[id] as Parameter) ? itemsOf(value) : value;
  };

  const condition = (name: string): boolean => {
    if (!Object.hasOwn(template.Conditions, name)) throw new Error(`there is no condition ${name}`);
    return inConditions(template.Conditions[name]) === true;
  };

  const mapping = (keys: readonly string[]): unknown => lookedUp(template.Mappings, keys);
  const early: Scope = {
    reference: given,
    attribute: nobody('resources'),
    imported: nobody('imports'),
    mapping,
    condition,
  };
  const inConditions = resolver(early);
  const inRules = resolver({ ...early, condition: nobody('conditions') });
  const refused = Object.values(template.Rules).flatMap((rule) => broken(inRules, rule));
  if (refused.length > 0) throw new RuleBroken(refused.join('\n'));

  const made = new Map<string, SourceResource>();
  const waitsFor = new Map<string, ReadonlySet<string>>();
  const isThere = ({ Condition }: { readonly Condition?: string }): boolean =>
    Condition === undefined || condition(Condition);

  const resourceOf = (id: string): Resource => {
    const source = template.Resources[id];
    if (!source) throw new Error(`there is nothing called ${id}`);
    if (!isThere(source)) throw new Error(`${id} is not there, and yet something speaks of it`);
    const already = made.get(id);
    if (already) return already;
    const waiting = new Set(listed(source.DependsOn));
    waitsFor.set(id, waiting);
    const resource = { ...source, Properties: resolveFor((other) => waiting.add(other))(source.Properties ?? {}) };
    made.set(id, resource);
    return resource;
  };

  const resolveFor = (note: (id: string) => unknown) =>
    resolver({
      ...early,
      reference: (id) => {
        if (!Object.hasOwn(template.Resources, id)) return given(id);
        note(id);
        return referenceTo({ stack, id, resource: resourceOf(id) });
      },
      attribute: (id, name) => {
        note(id);
        return attributeOf({ stack, id, resource: resourceOf(id) }, name);
      },
      imported: (name) => {
        const value = exports.get(name);
        if (value === undefined) throw new Error(`no stack exports ${name}`);
        return value;
      },
    });

  for (const [id, source] of Object.entries(template.Resources)) if (isThere(source)) resourceOf(id);
  const resolve = resolveFor(() => undefined);
  const outputs = Object.entries(template.Outputs)
    .filter(([, output]) => isThere(output))
    .map(([name, { Value, Export }]) => ({
      name,
      value: String(resolve(Value)),
      as: Export && String(resolve(Export.Name)),
    }));
  return {
    stack,
    values,
    resources: Object.fromEntries(made),
    waitsFor,
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    exports: new Map(outputs.flatMap(({ as, value }) => (as === undefined ? [] : [[as, value] as const]))),
  };
};
