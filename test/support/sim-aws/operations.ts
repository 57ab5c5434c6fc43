/** Something an SDK client can be sent. */
export interface Command<Input extends object> {
  readonly input: Input;
}

type CommandClass<Input extends object> = new (input: Input) => Command<Input>;

/** What a call comes to, for whoever lets it pass. */
export interface Operation {
  readonly command: CommandClass<never>;
  readonly name: string;
  /** Whether it changes anything. */
  readonly isWrite: boolean;
  readonly perform: (input: never, reading: Reading, by: string) => unknown;
}

/** How the account looks to one call. */
export interface Reading {
  /** Whether it is shown the past. */
  readonly isStale: boolean;
}

const operation =
  (isWrite: boolean) =>
  <Input extends object>(
    command: CommandClass<Input>,
    perform: (input: Input, reading: Reading, by: string) => object,
  ): Operation => ({
    command: command as unknown as CommandClass<never>,
    name: command.name.replace(/Command$/, ''),
    isWrite,
    perform,
  });

export const reads = operation(false);
export const writes = operation(true);
