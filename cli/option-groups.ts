import { Option, type Command } from 'commander';
import type { OptionGroup } from './command.ts';
import { notEmpty } from './option-values.ts';

const dataOption = (): Option =>
  new Option('--data <folder>', 'the data folder of local mode')
    .env('NIGHTPORTER_DATA')
    .default('.nightporter')
    .argParser(notEmpty);

const OPTIONS: Readonly<Record<OptionGroup, { readonly heading: string; readonly options: () => readonly Option[] }>> =
  {
    server: {
      heading: 'Where the server is:',
      options: () => [
        // No `.env` here: an empty variable is as good as none.
        new Option(
          '--url <address>',
          'its address; without it NIGHTPORTER_URL, or that of the data folder’s server',
        ).argParser(notEmpty),
        new Option(
          '--key-file <file>',
          'a file that holds the API key; without it NIGHTPORTER_API_KEY, or the data folder’s',
        )
          .env('NIGHTPORTER_API_KEY_FILE')
          .argParser(notEmpty),
        dataOption(),
      ],
    },
    operator: {
      heading: 'Where the registry is:',
      options: () => [
        new Option(
          '--aws <file>',
          'on AWS, with your credentials: the environment of its function registry-sweep, as JSON; without it on this machine',
        )
          .env('NIGHTPORTER_AWS')
          .argParser(notEmpty),
        dataOption(),
      ],
    },
    json: { heading: 'For programs:', options: () => [new Option('--json', 'answer in JSON')] },
  };

/** The options that a command shares with others, each under the heading of its group. */
export const addOptionGroups = (command: Command, groups: readonly OptionGroup[]): void => {
  for (const group of groups) {
    const { heading, options } = OPTIONS[group];
    for (const option of options()) command.addOption(option.helpGroup(heading));
  }
};
