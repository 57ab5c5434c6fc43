import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parametersIn } from '../../../infra/costs/parameter-file.ts';
import { deploy, type Deployed } from './deployed.ts';
import type { Given } from './parameters.ts';
import { parseTemplate, type SourceTemplate } from './source.ts';

export const root = path.resolve(import.meta.dirname, '../../..');
const STACKS_FOLDER = 'infra/stacks';
const EXAMPLES_FOLDER = 'infra/examples';

const filesIn = (folder: string, extension: string): readonly string[] =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith(extension))
    .toSorted();

/** The companion stacks, by the names of their templates. */
export const STACKS: readonly string[] = filesIn(STACKS_FOLDER, '.yml').map((file) => file.replace('.yml', ''));

export const textOf = (stack: string): string => readFileSync(path.join(root, STACKS_FOLDER, `${stack}.yml`), 'utf8');

const sources = new Map<string, SourceTemplate>();

/** To be read, and not to be changed. */
export const sourceOf = (stack: string): SourceTemplate => {
  const source = sources.get(stack) ?? parseTemplate(textOf(stack));
  sources.set(stack, source);
  return source;
};

/** A parameter file, as the AWS CLI takes it. */
export interface Example {
  /** Without its end. */
  readonly file: string;
  /** Of which template. */
  readonly of: string;
  /** What the stack is called in the documents. */
  readonly stack: string;
  readonly parameters: Given;
}

/** One that deploys one service says so by being called as the service is. */
const SERVICE = 'fargate-service';
/** What others stand on, the foundation first. */
const ORDER = ['network', 'cluster', 'edge', SERVICE];

const stackName = (name: string, of: string): string => {
  if (of === SERVICE) return name;
  return of === 'edge' ? `nightporter-edge-${name}` : name === of ? `nightporter-${of}` : `${name}-${of}`;
};

const exampleOf = (file: string): Example => {
  const [name = '', second] = file.split('.');
  const of = second ?? (STACKS.includes(name) ? name : SERVICE);
  const text = readFileSync(path.join(root, EXAMPLES_FOLDER, `${file}.json`), 'utf8');
  return { file, of, stack: stackName(name, of), parameters: parametersIn(text) };
};

const place = ({ of }: Example): number => (ORDER.includes(of) ? ORDER.indexOf(of) : ORDER.length);

const written: readonly Example[] = filesIn(EXAMPLES_FOLDER, '.json').map((file) =>
  exampleOf(file.replace('.json', '')),
);

/** Some templates do by their defaults. */
const defaults: readonly Example[] = ['network', 'cluster']
  .filter((of) => STACKS.includes(of) && !written.some(({ file }) => file === of))
  .map((of) => ({ file: of, of, stack: stackName(of, of), parameters: {} }));

/** Every parameter file, in the order in which stacks can be made of them. */
export const EXAMPLES: readonly Example[] = [...defaults, ...written].toSorted((a, b) => place(a) - place(b));

export const exampleCalled = (file: string): Example => {
  const found = EXAMPLES.find((example) => example.file === file);
  if (!found) throw new Error(`there is no example ${file}`);
  return found;
};

const foundations = new Map<number, ReadonlyMap<string, string>>();

/** What the stacks under an example export. */
const exportsUnder = (example: Example): ReadonlyMap<string, string> => {
  const known = foundations.get(place(example));
  if (known) return known;
  const exports = new Map<string, string>();
  for (const { of, stack, parameters } of EXAMPLES.filter((other) => place(other) < place(example)))
    for (const entry of deploy({ template: sourceOf(of), stack, parameters, exports }).exports) exports.set(...entry);
  foundations.set(place(example), exports);
  return exports;
};

/** The stack that an example makes, on top of those that it stands on; with other parameters, or another template. */
export const deployed = (example: Example, more: Given = {}, template = sourceOf(example.of)): Deployed =>
  deploy({
    template,
    stack: example.stack,
    parameters: { ...example.parameters, ...more },
    exports: exportsUnder(example),
  });
