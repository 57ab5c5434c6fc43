import { Argument, Option } from 'commander';
import { DEVELOPER_PATTERN } from '#shared/domain/registry/registry-keys.ts';
import { command } from '../command.ts';
import type { NewTerms } from '../operator/new-developer.ts';
import type { OperatorOptions } from '../operator/registry-of.ts';
import { matching, notEmpty } from '../option-values.ts';

const PRINCIPAL = /^[A-Z0-9]{12,128}$/;
const PRINCIPAL_RULE = 'the unique id of a user or role, such as AROAEXAMPLEROLE00001: aws iam get-role shows it';
const NAME_RULE = '1 to 64 letters, digits and . _ @ + = , -, the first a letter or digit';

const another =
  (read: (text: string) => string) =>
  (text: string, before: readonly string[]): readonly string[] => [...before, read(text)];

export const developersListCommand = command<OperatorOptions>({
  words: ['developers', 'list'],
  summary: 'List who is registered, and on what terms',
  groups: ['operator', 'json'],
  examples: [{ line: 'nightporter developers list', does: 'also those whose document has to be mended' }],
  run: async (context, given) => {
    const { operating } = await import('../operator/operating.ts');
    const { listText } = await import('../operator/developers-text.ts');
    const { registeredDevelopers } = await import('#shared/usecases/registry/register-developer.ts');
    const developers = await operating(context, given, ({ deps }) => registeredDevelopers(deps)());
    context.output.answer({ developers }, listText(context.output, developers));
  },
});

export const developersAddCommand = command<OperatorOptions & NewTerms & { readonly developer: string }>({
  words: ['developers', 'add'],
  summary: 'Register a developer',
  about:
    'Writes the developer’s document, where there is none: an existing one is changed by hand. On AWS an upload counts only if one of the principals made it; a key is needed where packages are to be signed.',
  arguments: [new Argument('<developer>', 'the name').argParser(matching(DEVELOPER_PATTERN, NAME_RULE))],
  options: [
    new Option('--principal <id>', 'the unique id of a user or role; may be given several times')
      .argParser<readonly string[]>(another(matching(PRINCIPAL, PRINCIPAL_RULE)))
      .default([], 'nobody'),
    new Option('--key <id=publicKey>', 'a signing key, as keygen shows it; may be given several times')
      .argParser<readonly string[]>(another(matching(/^[^=]+=.+$/, 'an id, an equals sign and the public key')))
      .default([], 'none'),
    new Option('--signature <policy>', 'whether packages must be signed')
      .choices(['required', 'optional'])
      .default('optional'),
    new Option('--secrets <policy>', 'what becomes of packages with secrets in them')
      .choices(['auto', 'reject', 'warn', 'allow'])
      .default('auto'),
    new Option('--document <file>', 'the whole document, in place of all these').argParser(notEmpty),
  ],
  groups: ['operator', 'json'],
  examples: [
    { line: 'nightporter developers add acme --principal AROAEXAMPLEROLE00001 --aws registry.json', does: 'on AWS' },
    {
      line: 'nightporter developers add acme --key release-2026=6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw= --signature required',
      does: 'in the data folder, and only signed packages',
    },
  ],
  run: async (context, given) => {
    const { addDeveloper } = await import('../operator/new-developer.ts');
    await addDeveloper(context, given);
  },
});
