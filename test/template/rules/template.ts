export interface Resource {
  Type: string;
  Properties: any;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

/** A CloudFormation template as the packaging leaves it. */
export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, any>;
}

/** What is wrong with a template, one sentence each. */
export type Rule = (template: Template) => readonly string[];

export type Entry = readonly [id: string, resource: Resource];

export const ofType = ({ Resources }: Template, type: string): readonly Entry[] =>
  Object.entries(Resources).filter(([, resource]) => resource.Type === type);

export const listed = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** The resource that a Ref, a GetAtt or a plain Sub speaks of. */
export const target = (value: any): string | undefined =>
  value?.Ref ?? value?.['Fn::GetAtt']?.[0] ?? /^\$\{(\w+)(?:\.\w+)?\}$/.exec(value?.['Fn::Sub'] ?? '')?.[1];

/** Whether it is an ARN that CloudFormation will fill in, and not a name. */
export const isArn = (value: any): boolean => value?.['Fn::GetAtt']?.[1] === 'Arn' || value?.Ref === 'NewsTopic';

const ELSEWHERE: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '123456789012',
  // The longest there is, and so the one that a limit is first hit in.
  'AWS::Region': 'ap-southeast-1',
  'AWS::URLSuffix': 'amazonaws.com',
};

const known = (id: string): string => ELSEWHERE[id] ?? id;

/** What a value would read like on AWS; resources stand in by their logical ids. */
export const text = (value: any): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Ref' in value) return known(value.Ref);
  if ('Fn::GetAtt' in value) return value['Fn::GetAtt'].join('.');
  if ('Fn::Sub' in value) return value['Fn::Sub'].replaceAll(/\$\{([^}]+)\}/g, (_: string, id: string) => known(id));
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(text).join(value['Fn::Join'][0]);
  return JSON.stringify(value);
};

/** Every value in a template, with the way to it. */
export function* values(value: any, path = ''): Generator<readonly [path: string, value: any]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* values(inner, `${path}/${key}`);
}

/** The resources that some part of a template speaks of, whichever way. */
export const mentioned = (part: any): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const [, value] of values(part)) {
    if (typeof value?.Ref === 'string') found.add(value.Ref);
    if (Array.isArray(value?.['Fn::GetAtt'])) found.add(value['Fn::GetAtt'][0]);
    if (typeof value?.['Fn::Sub'] === 'string') {
      for (const [, id = ''] of value['Fn::Sub'].matchAll(/\$\{([\w:]+)(?:\.\w+)*\}/g)) found.add(id);
    }
  }
  return found;
};

const FUNCTION = 'AWS::Lambda::Function';
export const functions = (template: Template): readonly Entry[] => ofType(template, FUNCTION);

/** All that a role may do. */
export const statements = (role: Resource): readonly any[] =>
  role.Properties.Policies.flatMap(({ PolicyDocument }: any) => listed(PolicyDocument.Statement));

/** Whether a role may do it there; conditions are passed over. */
export const mayDo = (role: Resource | undefined, action: string, resource: string): boolean =>
  role !== undefined &&
  statements(role).some(
    ({ Effect, Action, Resource }) =>
      Effect === 'Allow' && listed(Action).includes(action) && listed(Resource).some((one) => target(one) === resource),
  );
