import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parametersIn } from '../../../infra/costs/parameter-file.ts';
import { root } from '../../support/cfn/companions.ts';
import { faultOf, type Given } from '../../support/cfn/parameters.ts';
import { parseTemplate, type SourceTemplate } from '../../support/cfn/source.ts';

/** One call of `aws cloudformation` in a document. */
export interface Command {
  readonly verb: string;
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** What each takes here: whatever else it should take is looked up first. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'create-stack': [
    'stack-name',
    'template-body',
    'parameters',
    'capabilities',
    'tags',
    'enable-termination-protection',
  ],
  'update-stack': ['stack-name', 'template-body', 'use-previous-template', 'parameters', 'capabilities', 'tags'],
  deploy: ['stack-name', 'template-file', 'parameter-overrides', 'capabilities', 'tags', 'no-execute-changeset'],
  'cancel-update-stack': ['stack-name'],
  'continue-update-rollback': ['stack-name'],
  'delete-stack': ['stack-name', 'retain-resources'],
  wait: ['stack-name'],
  'describe-stacks': ['stack-name', 'query', 'output'],
  'describe-stack-events': ['stack-name', 'query', 'output', 'max-items'],
  'describe-stack-resources': ['stack-name', 'query', 'output', 'logical-resource-id'],
  'describe-stack-resource': ['stack-name', 'query', 'output', 'logical-resource-id'],
  'get-template': ['stack-name', 'query', 'output'],
  'list-exports': ['query', 'output'],
  'list-imports': ['export-name', 'query', 'output'],
  'update-termination-protection': ['stack-name', 'enable-termination-protection', 'no-enable-termination-protection'],
  'validate-template': ['template-body'],
};
const EVERYWHERE = ['region', 'profile', 'no-cli-pager'];

/** As a shell splits a line: by spaces outside of quotes. */
export const words = (line: string): readonly string[] =>
  [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));

const commandOf = (line: string): Command => {
  const [verb = '', ...rest] = words(line);
  const options = new Map<string, string[]>();
  let values: string[] = [];
  for (const word of rest) {
    if (word.startsWith('--')) options.set(word.slice(2), (values = []));
    else values.push(word);
  }
  return { verb, options };
};

/** Every call in the code of a page, its broken lines put together. */
export const commandsIn = (page: string): readonly Command[] => {
  const blocks = [...page.matchAll(/^ *```[^\n]*\n([^]*?)^ *```/gm)].map(([, block = '']) => block);
  const inline = [...page.replaceAll(/^ *```[^]*?^ *```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...inline].flatMap((code) =>
    code
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .flatMap((line) => line.split(/&&|\|\||[;|](?![^'"]*['"] )/))
      .flatMap((line) => /aws cloudformation (\S.*?)(?:\)"?)?$/.exec(line.replace(/\s+#.*$/, '').trim())?.[1] ?? [])
      .filter((call) => / --/.test(call))
      .map(commandOf),
  );
};

const file = (name: string): string => path.join(root, name.replace(/^file:\/\//, ''));

const templateOf = ({ options }: Command): string | undefined =>
  (options.get('template-body') ?? options.get('template-file'))?.[0];

const templates = new Map<string, SourceTemplate>();

const readTemplate = (name: string): SourceTemplate => {
  const template = templates.get(file(name)) ?? parseTemplate(readFileSync(file(name), 'utf8'));
  templates.set(file(name), template);
  return template;
};

/** A value that whoever reads it has to put in, or that a shell does. */
const isPlaceholder = (value: string): boolean => /[$<…]|\.\.\./.test(value);

const pairOf = (word: string): readonly [string, string] => {
  const [, key = '', value = ''] =
    /^ParameterKey=([^,]+),ParameterValue=(.*)$/.exec(word) ?? /^([^=]+)=(.*)$/.exec(word) ?? [];
  return [key, value];
};

const fromFile = (word: string): Given => parametersIn(readFileSync(file(word), 'utf8'));

/** What a command gives, file or not. */
export const given = ({ options }: Command): Given =>
  Object.fromEntries(
    [...(options.get('parameters') ?? []), ...(options.get('parameter-overrides') ?? [])].flatMap((word) =>
      word.startsWith('file://') ? Object.entries(fromFile(word)) : [pairOf(word)],
    ),
  );

const missingFiles = ({ options }: Command): readonly string[] =>
  [
    ...(options.get('parameters') ?? []),
    ...(options.get('parameter-overrides') ?? []),
    templateOf({ verb: '', options }),
  ]
    .filter((word) => word !== undefined && (word.startsWith('file://') || word.endsWith('.yml')))
    .filter((word) => !existsSync(file(word as string)))
    .map((word) => `there is no ${word}`);

const capabilityFaults = ({ options }: Command, template: SourceTemplate): readonly string[] => {
  const roles = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const isNamed = roles.some(({ Properties }) => Properties.RoleName ?? Properties.ManagedPolicyName);
  const needed = isNamed ? ['CAPABILITY_NAMED_IAM'] : ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'];
  return roles.length === 0 || needed.some((one) => options.get('capabilities')?.includes(one))
    ? []
    : [`it needs ${needed[0]}`];
};

const parameterFaults = (command: Command, { Parameters }: SourceTemplate): readonly string[] => {
  const entries = Object.entries(given(command));
  const isCreation = command.verb === 'create-stack';
  return [
    ...entries.flatMap(([name, value]) => {
      const parameter = Parameters[name];
      if (!parameter) return [`there is no parameter ${name}`];
      const fault = isPlaceholder(value) ? undefined : faultOf(parameter, value);
      return fault === undefined ? [] : [`${name}: "${value}" ${fault}`];
    }),
    ...Object.entries(Parameters)
      .filter(([name, { Default }]) => isCreation && Default === undefined && !entries.some(([one]) => one === name))
      .map(([name]) => `${name} is missing`),
    // What an update does not name keeps its value, and that is the one of the creation.
    ...(command.verb !== 'create-stack' &&
    'InitialDesiredCount' in Parameters &&
    given(command)['InitialDesiredCount'] !== ''
      ? ['it sets the live count again']
      : []),
  ];
};

const CHANGES = ['create-stack', 'update-stack', 'deploy'];

/** What the AWS CLI or CloudFormation would refuse, and what would do harm. */
export const faultsOf = (command: Command): readonly string[] => {
  const { verb, options } = command;
  const known = OPTIONS[verb];
  if (!known) return [`nobody knows ${verb}`];
  const unknown = [...options.keys()].filter((option) => ![...known, ...EVERYWHERE].includes(option));
  const missing = missingFiles(command);
  const name = templateOf(command);
  if (unknown.length > 0 || missing.length > 0)
    return [...unknown.map((one) => `${verb} knows no --${one}`), ...missing];
  if (!CHANGES.includes(verb)) return [];
  if (name === undefined) return verb === 'update-stack' ? [] : ['it names no template'];
  const template = readTemplate(name);
  return [...parameterFaults(command, template), ...capabilityFaults(command, template)];
};
