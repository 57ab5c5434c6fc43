import { faultOf, isList, itemsOf } from '../../../support/cfn/parameters.ts';
import type { Parameter, SourceTemplate } from '../../../support/cfn/source.ts';
import { mentioned, values } from '../../rules/template.ts';
import { unless, type SourceRule } from './rule.ts';

const LARGEST_BODY = 51_200;
const MOST = 200;

const parameters = ({ Parameters }: SourceTemplate): readonly (readonly [string, Parameter])[] =>
  Object.entries(Parameters);

/** The conditions that something rests on, directly or through others. */
const conditionsOf = (template: SourceTemplate): readonly string[] => {
  const namedIn = (part: unknown): readonly string[] =>
    [...values(part)].flatMap(([path, value]) => {
      if (path.endsWith('/Fn::If')) return [String(value[0])];
      return path.endsWith('/Condition') && typeof value === 'string' ? [value] : [];
    });
  const found = new Set(namedIn({ at: [template.Resources, template.Outputs] }));
  for (const name of found) for (const inner of namedIn({ at: template.Conditions[name] })) found.add(inner);
  return [...found];
};

const CONSTRAINTS = ['AllowedPattern', 'MinLength', 'MaxLength'] as const;
/** Of a description that says anything. */
const SHORTEST = 5;
const OPEN = ['0.0.0.0/0', '::/0'];
const DIGEST = `public.ecr.aws/example/app@sha256:${'0'.repeat(64)}`;
const MOVABLE = [
  'app',
  'app:latest',
  'app:1.0',
  'public.ecr.aws/a/b:v1',
  'app@sha256:latest',
  `app@sha256:${'0'.repeat(63)}`,
];

export const parameterRules = {
  'a command line can carry it, and CloudFormation takes it': (template, text) => [
    ...unless(Buffer.byteLength(text) <= LARGEST_BODY, 'it is too long for --template-body'),
    ...unless(parameters(template).length <= MOST, 'it has too many parameters'),
    ...unless(Object.keys(template.Outputs).length <= MOST, 'it has too many outputs'),
  ],

  'it says what it is, and needs nothing but CloudFormation': (template) => [
    ...unless((template.Description ?? '') !== '', 'it does not say what it is'),
    ...unless(!('Transform' in template), 'it is to be transformed'),
  ],

  'every parameter changes something': (template) => {
    const conditions = conditionsOf(template).map((name) => template.Conditions[name]);
    const used = mentioned([template.Resources, template.Outputs, conditions]);
    return parameters(template)
      .filter(([name]) => !used.has(name))
      .map(([name]) => `${name} changes nothing`);
  },

  'every parameter is described, and in one group that has a name': (template) => {
    const { ParameterGroups = [], ParameterLabels = {} } = template.Metadata?.['AWS::CloudFormation::Interface'] ?? {};
    const grouped: readonly string[] = ParameterGroups.flatMap(({ Parameters }: any) => Parameters);
    return [
      ...parameters(template).flatMap(([name, { Description = '' }]) => [
        ...unless(Description.length >= SHORTEST, `${name} is not described`),
        ...unless(grouped.filter((one) => one === name).length === 1, `${name} is not in one group`),
      ]),
      ...[...grouped, ...Object.keys(ParameterLabels)]
        .filter((name) => !(name in template.Parameters))
        .map((name) => `${name} is grouped, and not there`),
      ...ParameterGroups.filter(({ Label }: any) => !Label?.default).map(() => 'a group has no name'),
    ];
  },

  'a constraint says what it wants': (template) =>
    parameters(template)
      .filter(([, parameter]) => CONSTRAINTS.some((constraint) => constraint in parameter))
      .filter(([, { ConstraintDescription = '' }]) => ConstraintDescription === '')
      .map(([name]) => `${name} does not say what it wants`),

  'a default is one that CloudFormation would take': (template) =>
    parameters(template).flatMap(([name, parameter]) => {
      const fault = parameter.Default === undefined ? undefined : faultOf(parameter, String(parameter.Default));
      return fault === undefined ? [] : [`${name}: its default ${fault}`];
    }),

  'nothing is open to everybody unless somebody says so': (template) =>
    parameters(template)
      .filter(([, { Default = '' }]) => itemsOf(String(Default)).some((one) => OPEN.includes(one)))
      .map(([name]) => `${name} is open to everybody`),

  'an image is named by its digest, for a tag can be moved': (template) => {
    const images = parameters(template).filter(([name]) => name.endsWith('Image'));
    const named = new Set(images.map(([name]) => name));
    return [
      ...images.flatMap(([name, parameter]) => [
        ...unless(faultOf(parameter, DIGEST) === undefined, `${name} takes no digest`),
        ...MOVABLE.filter((one) => faultOf(parameter, one) === undefined).map((one) => `${name} takes ${one}`),
        ...unless(parameter.Default === undefined, `${name} has a default`),
      ]),
      ...[...values(template.Resources)]
        .filter(([path, value]) => path.endsWith('/Image') && !named.has(value?.Ref))
        .map(([path]) => `${path} is no parameter`),
    ];
  },

  'a parameter takes as long to stop as Fargate gives, and no longer': (template) =>
    [...values(template.Resources)]
      .filter(([path]) => path.endsWith('/StopTimeout'))
      .flatMap(([path, value]) => {
        const parameter = template.Parameters[value?.Ref];
        const isBounded = parameter ? faultOf(parameter, '121') !== undefined : Number(value) <= 120;
        return unless(isBounded, `${path} may be refused`);
      }),

  'what is secret is not shown': (template) =>
    parameters(template)
      .filter(([name]) => /(?:Secret|Password|Token)$/.test(name))
      .filter(([, { NoEcho }]) => NoEcho !== true)
      .map(([name]) => `${name} is shown`),

  'where one is needed, none is looked up before it is there': (template) =>
    parameters(template)
      .filter(([, parameter]) => /AWS::(?!SSM)/.test(parameter.Type) && parameter.Default !== undefined)
      .map(([name, parameter]) => `${name} has a default that ${isList(parameter) ? 'they do' : 'it does'} not name`),

  'every output is described, and exported under the stack’s name if it is': ({ Outputs }) =>
    Object.entries(Outputs).flatMap(([name, { Description = '', Export }]) => [
      ...unless(Description.length >= SHORTEST, `${name} is not described`),
      ...unless(
        !Export || Export.Name?.['Fn::Sub']?.startsWith('${AWS::StackName}-'),
        `${name} would be exported twice`,
      ),
    ]),

  'no account is written down': (_, text) =>
    [...text.matchAll(/(?<![0-9a-f])\d{12}(?![0-9a-f])/g)].map(([account]) => `${account} is somebody’s account`),
} as const satisfies Readonly<Record<string, SourceRule>>;
