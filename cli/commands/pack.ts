import { resolve } from 'node:path';
import { Argument, Option } from 'commander';
import { command } from '../command.ts';
import { notEmpty } from '../option-values.ts';
import { ANY_DEVELOPER, termsOption } from '../packing/package-options.ts';

interface Given {
  readonly folder: string;
  readonly out?: string;
  readonly withEnv?: true;
  readonly exclude: readonly string[];
  readonly store?: true;
  readonly terms?: string;
}

const asPath = (text: string, before: readonly string[]): readonly string[] => [
  ...before,
  notEmpty(text).replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, ''),
];

export const packCommand = command<Given>({
  words: ['pack'],
  summary: 'Make a package of a folder',
  about:
    'The same files give the same bytes: they are sorted, and have no times and owners. What is private by its name, such as .env and keys, stays out, and so does what tools leave behind. The package is judged before it is written, and beside it lies its checksum.',
  arguments: [new Argument('[folder]', 'with agent.yaml in it').argParser(notEmpty).default('.')],
  options: [
    new Option('--out <file>', 'where to write it; without it {name}-{version}.apkg, here').argParser(notEmpty),
    new Option('--with-env', 'pack .env as well, as the builder does'),
    new Option('--exclude <path>', 'leave out this file or folder as well; may be given several times')
      .argParser<readonly string[]>(asPath)
      .default([], 'nothing'),
    new Option('--store', 'do not compress: then the bytes do not depend on the version of Node either'),
    termsOption(),
  ],
  examples: [
    { line: 'nightporter pack agent', does: 'writes hello-1.0.0.apkg and hello-1.0.0.apkg.sha256' },
    { line: 'nightporter pack . --exclude tests --out dist/hello.apkg', does: 'leaves a folder out' },
  ],
  run: async ({ output, workingFolder }, { folder, out, withEnv, exclude, store, terms }) => {
    const { packFolder } = await import('../packing/pack-folder.ts');
    return packFolder(output, {
      folder: resolve(workingFolder, folder),
      workingFolder,
      out,
      rules: { withEnvironment: withEnv ?? false, excluded: exclude },
      isStored: store ?? false,
      termsFile: terms,
      developer: ANY_DEVELOPER,
    });
  },
});
