import type { Deployed } from '../../../support/cfn/deployed.ts';
import type { SourceResource, SourceTemplate } from '../../../support/cfn/source.ts';

/** What is wrong with a template as it is written, whatever its parameters; one sentence each. */
export type SourceRule = (template: SourceTemplate, text: string) => readonly string[];

/** What is wrong with the stack that an example makes. */
export type StackRule = (deployed: Deployed) => readonly string[];

export type Entry = readonly [id: string, resource: SourceResource];

export const written = ({ Resources }: SourceTemplate, type: string): readonly Entry[] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);

export const made = ({ resources }: Deployed, type: string): readonly Entry[] =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

/** Nothing, or the one fault. */
export const unless = (isRight: boolean, fault: string): readonly string[] => (isRight ? [] : [fault]);

/** Both sides of every Fn::If, one after the other; what is not there in one of them is left out. */
export const sides = (value: any): readonly any[] => {
  const [, then, otherwise] = value?.['Fn::If'] ?? [];
  if (then === undefined) return value === undefined || value?.Ref === 'AWS::NoValue' ? [] : [value];
  return [...sides(then), ...sides(otherwise)];
};

/** Every item that a list may have, whatever the conditions say. */
export const items = (list: any): readonly any[] => sides(list).flatMap((one) => [one].flat().flatMap(sides));
