import type { Argument, Command, Option } from 'commander';
import { SECTIONS } from '../../cli/commands.ts';
import { EXITS } from '../../cli/exit-codes.ts';
import { program } from '../../cli/program.ts';
import type { CommandSpec } from '../../cli/command.ts';

const HEAD = `# The command \`nightporter\`

Everything that a person does with Nightporter from a terminal: run it on one machine, wake services and put them to
sleep, make packages and publish them, look after the registry.

\`\`\`
npm ci && npm run build             # once: into dist/
npm install --global ./dist         # or else: node dist/cli/nightporter.js
nightporter start                   # in one terminal
nightporter wake echo --wait        # in another, in the same folder: prints the endpoint
\`\`\`
It runs on Node 20.15 and later, on Linux, macOS and Windows; \`start\` on the first two.

## Where the server is, and the key
| | the first of these that is there |
|---|---|
| address | \`--url\`, \`NIGHTPORTER_URL\`, \`url\` in the data folder, which its server writes, \`http://127.0.0.1:8787\` |
| key | the file named by \`--key-file\` or \`NIGHTPORTER_API_KEY_FILE\`, \`NIGHTPORTER_API_KEY\`, \`api-key\` in the data folder |
| data folder | \`--data\`, \`NIGHTPORTER_DATA\`, \`.nightporter\` in this folder |
| holder | \`--holder\`, \`NIGHTPORTER_HOLDER\`, \`{user}@{machine}\`: the same at every call, so that \`kill\` ends what \`wake\` began |
| developer | \`--developer\`, \`NIGHTPORTER_DEVELOPER\` |

A key is never an argument: those are seen by everybody on the machine. The data folder's own key is sent to this machine
only, and an address that stands in the data folder is only believed if it is of this machine. The address on AWS is the
output \`ServiceEndpoint\` of the stack, and \`ApiKeyCommand\` prints the key. Calls are not signed: a deployment with
\`auth: iam\` is for programs.

Operators name a registry on AWS by the environment of its function \`registry-sweep\`, and use their own credentials:
\`\`\`
aws lambda get-function-configuration --function-name nightporter-dev-registry-sweep \\
  --query Environment.Variables > registry.json
nightporter dlq list --aws registry.json        # or NIGHTPORTER_AWS=registry.json
\`\`\`

## What it prints
The answer on standard output, everything else on standard error: progress, notes, and what went wrong, in one line that
says what to do. Colours are for terminals, and off where \`NO_COLOR\` is set.

With \`--json\` the answer is JSON as the [API](api.md) gives it, on one line; \`status --watch\`, \`logs\` and \`validate\`
print a line for each change, line and package. A failure is then \`{"error": {"code", "message", "fix", "detail"}}\` on
standard error: \`code\` is that of the API where there is one, and stable.

## How it ends
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const exitRows = Object.values(EXITS).map(({ status, means }) => `| ${status} | ${means} |`);

const argumentRow = (argument: Argument): string => {
  const { defaultValue } = argument;
  const usual = defaultValue === undefined ? '' : ` (without it: \`${defaultValue}\`)`;
  const shown = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
  return `| \`${shown.replace(/(?=[>\]]$)/, argument.variadic ? '...' : '')}\` | ${cell(argument.description)}${usual} |`;
};

/** What an option is when it is not given, if that can be said. */
const usualOf = ({ defaultValue, defaultValueDescription }: Option): string => {
  const usual: unknown = defaultValueDescription ?? defaultValue;
  return typeof usual === 'string' || typeof usual === 'number' ? ` (without it: \`${usual}\`)` : '';
};

const optionRow = (option: Option): string => {
  const { flags, description, argChoices, envVar } = option;
  const choices = argChoices ? `: ${argChoices.map((choice) => `\`${choice}\``).join(' or ')}` : '';
  const variable = envVar === undefined ? '' : `; \`${envVar}\``;
  return `| \`${flags}\` | ${cell(description)}${choices}${variable}${usualOf(option)} |`;
};

const commandOf = (root: Command, { words }: CommandSpec): Command => {
  const found = words.reduce<Command | undefined>(
    (within, word) => within?.commands.find((one) => one.name() === word),
    root,
  );
  if (!found) throw new Error(`there is no ${words.join(' ')}`);
  return found;
};

const commandPart = (root: Command, spec: CommandSpec): string => {
  const command = commandOf(root, spec);
  const own = command.options.filter(({ helpGroupHeading }) => helpGroupHeading === undefined);
  const shared = command.options.filter(({ helpGroupHeading }) => helpGroupHeading !== undefined);
  const rows = [...command.registeredArguments.map(argumentRow), ...own.map(optionRow)];
  const examples = spec.examples.flatMap(({ line, does }) => [`# ${does}`, line]);
  return [
    `### ${spec.words.join(' ')}`,
    command.description(),
    ...(rows.length > 0 ? ['', '| | |', '|---|---|', ...rows] : []),
    ...(shared.length > 0 ? ['', `And ${shared.map(({ flags }) => `\`${flags}\``).join(', ')}.`] : []),
    '',
    '```',
    ...examples,
    '```',
    '',
  ].join('\n');
};

/** The text of docs/cli.md. */
export const cliPage = (): string => {
  const root = program({ version: '', run: async () => undefined });
  const sections = SECTIONS.map(({ heading, commands }) =>
    [`## ${heading}`, ...commands.map((spec) => commandPart(root, spec))].join('\n'),
  );
  const exits = ['| status | when |', '|---|---|', ...exitRows, ''].join('\n');
  return `${HEAD}${exits}\nThe rest of this page is written by \`npm run cli-reference\`, from the command itself.\n\n${sections.join('\n')}`;
};
