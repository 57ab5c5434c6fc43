export interface Printer {
  /** One line of the log; kept back until the first lines have been printed. */
  readonly print: (line: string) => void;
  /** Prints the first lines, and what was kept back. */
  readonly begin: (lines: readonly string[]) => void;
}

/** The first line on standard output is a promise to programs: nothing comes before it. */
export const printer = (write: (text: string) => void): Printer => {
  let keptBack: string[] | undefined = [];
  const print = (line: string): void => {
    if (keptBack) keptBack.push(line);
    else write(`${line}\n`);
  };
  return {
    print,
    begin: (lines) => {
      const rest = keptBack ?? [];
      keptBack = undefined;
      for (const line of [...lines, ...rest]) print(line);
    },
  };
};
