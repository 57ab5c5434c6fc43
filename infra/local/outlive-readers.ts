/**
 * Lets the server live on when nobody reads what it prints any more: a pipe that was closed (`EPIPE`), a terminal that
 * is gone (`EIO`). What it prints then is lost; there is nobody to tell.
 */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};
