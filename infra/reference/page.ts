import { formatDuration } from '#shared/domain/idle/duration.ts';
import { POLICY_WORDS } from '#shared/domain/idle/policy.ts';
import { PROBLEMS } from '#shared/http/problem.ts';
import { documentText } from '../openapi/document.ts';
import { cell, fieldsOf, linkTo, nameOf, typeText, type Schema } from './schema-text.ts';
import { ACTIONS, REASONS, STATES } from './words.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const HEAD = `# Reference

Every call, field and word. This page is written by \`npm run reference\`, from the routes and the code. How the calls are
meant to be used is told in [the API](api.md).

| looking for | |
|---|---|
| the verdicts on uploads | [verdicts](verdicts.md) |
| the command's options and exit codes | [the command](cli.md#how-it-ends) |
| the library's calls and reasons | [the library](client.md#when-it-fails) |
| events, metrics, notifications, announcements | [events](events.md) |
| files in the registry's bucket | [formats](registry-formats.md) |
| parameters of the stack, of the companion stacks | [deploying](deploy.md#parameters), [companion stacks](companion-stacks.md) |
`;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('');

const code = (text: string): string => `\`${text}\``;

const codesIn = (text: string): readonly string[] => [...text.matchAll(/`([a-z-]+)`/g)].map(([, found = '']) => found);

const refusalsOf = ({ responses }: Operation): readonly string[] =>
  Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([, { description }]) => codesIn(description));

const inputs = ({ parameters, requestBody }: Operation): readonly (readonly string[])[] => {
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  return [
    ...parameters.map((one) => [code(one.name), one.in, typeText(one.schema), one.required, one.description] as const),
    ...Object.entries(body?.properties ?? {}).map(
      ([name, field]) =>
        [
          code(name),
          'body',
          typeText(field),
          body?.required?.includes(name) ?? false,
          field.description ?? '',
        ] as const,
    ),
  ].map(([name, place, type, isRequired, description]) => [
    name,
    place,
    `${type}${isRequired ? '' : ', optional'}`,
    description,
  ]);
};

const answers = ({ responses }: Operation): readonly (readonly string[])[] =>
  Object.entries(responses)
    .filter(([status]) => Number(status) < 400)
    .map(([status, { description, content }]) => {
      const ref = Object.values(content ?? {})[0]?.schema.$ref;
      return [status, ref === undefined ? '' : linkTo(nameOf(ref)), description];
    });

const callPart = (place: string, operation: Operation, everywhere: readonly string[]): string => {
  const rows = inputs(operation);
  const own = refusalsOf(operation).filter((refusal) => !everywhere.includes(refusal));
  return [
    `### ${operation.operationId}\n${code(place)}\n\n${operation.summary}. ${operation.description}\n`,
    ...(rows.length > 0 ? [table(['given', 'in', 'what', ''], rows)] : []),
    table(['answer', '', ''], answers(operation)),
    ...(own.length > 0 ? [`Refused with ${own.map(code).join(', ')}.\n`] : []),
  ].join('\n');
};

const schemaPart = ([name, schema]: readonly [string, Schema]): string =>
  `### ${name}\n${table(
    ['field', 'what', ''],
    fieldsOf(schema).map((field) => [code(field.name), field.type, field.description]),
  )}`;

/** The forms of texts that have one, by what they are called. */
const formRows = (operations: readonly Operation[]): readonly (readonly string[])[] => {
  const named = operations.flatMap(({ parameters, requestBody }) => [
    ...parameters.map(({ name, schema }) => [name, schema.pattern] as const),
    ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
      Object.entries(schema.properties ?? {}).map(([name, { pattern }]) => [name, pattern] as const),
    ),
  ]);
  const rows = named.flatMap(([name, pattern]) => (pattern === undefined ? [] : [`${name} ${pattern}`]));
  return [...new Set(rows)].map((row) => row.split(/ (.*)/s).slice(0, 2).map(code));
};

const wordRows = (words: Readonly<Record<string, string>>): readonly (readonly string[])[] =>
  Object.entries(words).map(([word, meaning]) => [code(word), meaning]);

const usualText = (usual: string | number | undefined, expected: string): string => {
  if (usual === undefined) return '';
  return code(typeof usual === 'number' && expected.startsWith('a duration') ? formatDuration(usual) : String(usual));
};

const refusalRows = Object.entries({
  ...PROBLEMS,
  internal: { status: 500, title: 'Something went wrong here' },
}).map(([name, { status, title }]) => [code(name), String(status), title]);

/** The text of docs/reference.md. */
export const referencePage = (): string => {
  const { paths, components } = JSON.parse(documentText()) as OpenApi;
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
  const operations = calls.map(([, operation]) => operation);
  const everywhere = [...new Set(operations.flatMap(refusalsOf))].filter((refusal) =>
    operations.every((operation) => refusalsOf(operation).includes(refusal)),
  );
  return [
    HEAD,
    `## Calls\nAny of them may be refused with ${everywhere.map(code).join(', ')}.\n`,
    ...calls.map(([place, operation]) => callPart(place, operation, everywhere)),
    '## Answers\nInstants are UTC, as in `2026-11-20T10:10:00.000Z`.\n',
    ...Object.entries(components.schemas).map(schemaPart),
    `## Forms\n${table(['text', 'form'], formRows(operations))}`,
    `## Refusals\nThe \`code\` of a [Problem](#problem).\n\n${table(['code', 'status', ''], refusalRows)}`,
    `## States\n${table(['`state`', ''], wordRows(STATES))}`,
    `## Decisions\nWhat the next tick would do, and why: the first reason that holds.\n\n${table(['`action`', ''], wordRows(ACTIONS))}`,
    table(['`because`', ''], wordRows(REASONS)),
    `## Policy\nTags with the prefix \`nightporter:\`, locally entries of \`tags\`. What they mean: [lifecycle](lifecycle.md#policy).\n\n${table(
      ['word', 'without it', 'takes'],
      POLICY_WORDS.map(({ word, usual, expected }) => [code(word), usualText(usual, expected), expected]),
    )}`,
  ].join('\n');
};
