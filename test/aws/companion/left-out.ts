import type { Resource } from '../../template/rules/template.ts';
import type { SourceTemplate } from '../../support/cfn/source.ts';

/** A type of resource; or of resources that are of it and have something that an implementation may lack. */
export const kindOf = ({ Type, Properties }: Resource): string =>
  Type === 'AWS::CloudWatch::Alarm' && Properties.Metrics ? `${Type} on several metrics` : Type;

/** What stands in for a value of a resource that has been left out. */
const standIn = (id: string, attribute = ''): string =>
  attribute.endsWith('Arn') ? `arn:aws:left:eu-central-1:000000000000:out/${id}` : `left-out-${id}`;

const REFERENCE = /\$\{(\w+)(?:\.([\w.]+))?\}/g;

/**
 * A template without the resources of some kinds. All others stay: where they speak of those, they get a value that
 * nobody knows, and what depended on them waits for nothing.
 */
export const leavingOut = (template: SourceTemplate, kinds: readonly string[]): SourceTemplate => {
  const { Resources, ...more } = template;
  const out = new Set(Object.keys(Resources).filter((id) => kinds.includes(kindOf(Resources[id]!))));
  const isOut = (id: unknown): id is string => out.has(id as string);

  const inText = (text: string): string =>
    text.replaceAll(REFERENCE, (reference, id: string, attribute?: string) =>
      isOut(id) ? standIn(id, attribute) : reference,
    );

  const without = (value: any): any => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(without);
    if (isOut(value.Ref)) return standIn(value.Ref);
    const [id, attribute] = value['Fn::GetAtt'] ?? [];
    if (isOut(id)) return standIn(id, attribute);
    const { 'Fn::Sub': sub, ...rest } = value;
    if (typeof sub === 'string') return { 'Fn::Sub': inText(sub) };
    if (Array.isArray(sub)) return { 'Fn::Sub': [inText(sub[0]), without(sub[1])] };
    return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, without(inner)]));
  };

  const resources = Object.entries(Resources)
    .filter(([id]) => !isOut(id))
    .map(([id, { DependsOn, ...resource }]) => {
      const left = [DependsOn ?? []].flat().filter((other) => !isOut(other));
      return [id, { ...without(resource), ...(left.length > 0 && { DependsOn: left }) }];
    });
  return { ...without(more), Resources: Object.fromEntries(resources) };
};
