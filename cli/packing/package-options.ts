import { Argument, Option } from 'commander';
import { DEVELOPER_PATTERN } from '#shared/domain/registry/registry-keys.ts';
import { matching, notEmpty } from '../option-values.ts';

/** What several commands about packages are told in the same words. */

const NAME = 'a developer: 1 to 64 letters, digits and . _ @ + = , -, the first a letter or digit';

export const packageArgument = (): Argument => new Argument('<package>', 'the .apkg file').argParser(notEmpty);

export const developerOption = (): Option =>
  new Option('--developer <name>', 'who publishes it')
    .env('NIGHTPORTER_DEVELOPER')
    .argParser(matching(DEVELOPER_PATTERN, NAME));

export const termsOption = (): Option =>
  new Option(
    '--terms <file>',
    "the developer's document, for keys, policies and limits of their own; without it the usual ones",
  ).argParser(notEmpty);

/** Stands in for a developer where it does not matter which. */
export const ANY_DEVELOPER = 'local';
