/** What went wrong with one of several. */
export interface Failed {
  readonly cause: unknown;
}

/** What went wrong, as a value: the others are none the worse for it. */
export const failureOf = (work: Promise<void>): Promise<Failed | undefined> =>
  work.then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  );
