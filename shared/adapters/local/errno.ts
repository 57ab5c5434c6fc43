/** Whether a failure is one of these errors of the operating system, such as `EEXIST`. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** For `.catch()`: answers `undefined` to the named errors and no others. */
export const ignoring =
  (...codes: readonly string[]) =>
  (error: unknown): undefined => {
    if (!hasCode(error, ...codes)) throw error;
  };

/** For `.catch()`: there is no such file. `ENOTDIR` says so too: what would be its folder is a file. */
export const ifMissing = ignoring('ENOENT', 'ENOTDIR');
