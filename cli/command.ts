import type { Argument, Option } from 'commander';
import type { Output } from './output.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command has to do with. */
export interface Context {
  readonly output: Output;
  readonly environment: Environment;
  readonly workingFolder: string;
  /** Where the command was installed, with what it brings along. */
  readonly home: string;
  /** Aborted by Ctrl-C; asked for first by whoever has something to undo, or would wait for long. */
  readonly interrupted: () => AbortSignal;
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

/** Which options a command shares with others. */
export type OptionGroup = 'server' | 'operator' | 'json';

export interface CommandSpec {
  /** `['registry', 'sweep']` is a command of the group `registry`. */
  readonly words: readonly [string, ...string[]];
  readonly summary: string;
  /** More of it, for who asks for help. */
  readonly about?: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Only `json` when absent. */
  readonly groups?: readonly OptionGroup[];
  readonly examples: readonly [Example, ...Example[]];
  /** Answers with the status to end with; nothing: it is done. */
  readonly run: (context: Context, given: object) => Promise<number | void>;
}

/** The same, with the type of what is given on the command line: arguments and options by their names. */
export interface TypedSpec<Given extends object> extends Omit<CommandSpec, 'run'> {
  readonly run: (context: Context, given: Given) => Promise<number | void>;
}

export const command = <Given extends object>(spec: TypedSpec<Given>): CommandSpec => ({
  ...spec,
  run: (context, given) => spec.run(context, given as Given),
});
