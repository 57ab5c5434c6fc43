import { Command } from 'commander';
import type { CommandSpec, Example } from './command.ts';
import { GROUPS, SECTIONS } from './commands.ts';
import { addOptionGroups } from './option-groups.ts';

export interface ProgramOptions {
  readonly version: string;
  /** Runs the command that was asked for. */
  readonly run: (spec: CommandSpec, given: object) => Promise<void>;
}

const WIDTH = 100;

const examplesText = (examples: readonly Example[]): string =>
  ['', 'Examples:', ...examples.flatMap(({ line, does }) => [`  ${line}`, `      ${does}`])].join('\n');

const toCommand = (spec: CommandSpec, run: (given: object) => Promise<void>): Command => {
  const { words, summary, about, arguments: args = [], options = [], groups = ['json'], examples } = spec;
  const command = new Command(words.at(-1))
    .summary(summary)
    .description(about === undefined ? `${summary}.` : `${summary}.\n\n${about}`)
    .allowExcessArguments(false)
    .addHelpText('after', examplesText(examples));
  for (const argument of args) command.addArgument(argument);
  for (const option of options) command.addOption(option);
  addOptionGroups(command, groups);
  return command.action(async () => {
    const named = args.map((argument, at): [string, unknown] => [argument.name(), command.processedArgs[at]]);
    await run({ ...Object.fromEntries(named.filter(([, value]) => value !== undefined)), ...command.opts() });
  });
};

const groupOf = (root: Command, word: string, heading: string): Command => {
  const known = root.commands.find((command) => command.name() === word);
  if (known) return known;
  const summary = GROUPS[word] ?? '';
  const group = new Command(word).summary(summary).description(`${summary}.`).helpGroup(heading);
  root.addCommand(group);
  return group;
};

/** The root, and everything below it. */
export const allCommands = (root: Command): readonly Command[] => [root, ...root.commands.flatMap(allCommands)];

/** Every command with its options: what is parsed, what `--help` shows, and what the reference is written from. */
export const program = ({ version, run }: ProgramOptions): Command => {
  const root = new Command('nightporter')
    .description('Wakes services when somebody rings, and puts them to sleep when everybody has left.')
    .version(version, '--version', 'show which version this is')
    .helpCommand('help [command]', 'show what a command does, with its options and examples')
    .addHelpText('after', '\nnightporter <command> --help shows the options and examples of a command.');
  for (const { heading, commands } of SECTIONS) {
    for (const spec of commands) {
      const [first, second] = spec.words;
      const parent = second === undefined ? root : groupOf(root, first, `${heading}:`);
      parent.addCommand(toCommand(spec, (given) => run(spec, given)).helpGroup(`${heading}:`));
    }
  }
  for (const one of allCommands(root)) one.configureHelp({ helpWidth: WIDTH });
  return root;
};
