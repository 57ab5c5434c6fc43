import type { Fault } from '#shared/domain/registry/verdict.ts';
import { isFolderName, pathOf } from './entry-name.ts';

/** `implied` is a folder that has no entry of its own, only something within it. */
type Kind = 'file' | 'folder' | 'implied';

interface Seen {
  readonly path: string;
  readonly kind: Kind;
}

/**
 * What a machine that does not tell case or forms of letters apart makes of a path; it may take more for the same
 * than any machine does. By way of lower case first, since some letters have only one of the two; and the Turkish
 * letters, with and without the dot, fall together with `i`.
 */
const fold = (path: string): string =>
  path
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('i\u0307', 'i')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .normalize('NFKC');

const clash = (seen: Seen, { path, kind }: Seen): Fault | undefined => {
  if (seen.path !== path) return { code: 'CASE_COLLISION', details: { entry: path, actual: seen.path } };
  if ((seen.kind === 'file') !== (kind === 'file')) return { code: 'FILE_DIR_CONFLICT', details: { entry: path } };
  return seen.kind === kind && kind !== 'implied' ? { code: 'DUPLICATE', details: { entry: path } } : undefined;
};

/** A path and the folders above it, the deepest first, each with its folded form. */
function* upwards(path: string): Generator<readonly [folded: string, path: string]> {
  let folded = fold(path);
  let exact = path;
  while (exact !== '') {
    yield [folded, exact];
    folded = folded.slice(0, Math.max(0, folded.lastIndexOf('/')));
    exact = exact.slice(0, Math.max(0, exact.lastIndexOf('/')));
  }
}

/** Puts an entry and the folders above it among those that were seen, unless one clashes with them. */
const place = (paths: Map<string, Seen>, name: string): Fault | undefined => {
  let kind: Kind = isFolderName(name) ? 'folder' : 'file';
  for (const [folded, path] of upwards(pathOf(name))) {
    const seen = paths.get(folded);
    const fault = seen && clash(seen, { path, kind });
    if (fault) return fault;
    if (seen?.kind !== 'folder') paths.set(folded, { path, kind });
    // Whoever put this folder there has placed those above it.
    if (seen) return undefined;
    kind = 'implied';
  }
  return undefined;
};

/** The first two names that are the same somewhere, or of which one is a file where the other needs a folder. */
export const findTwins = (entries: readonly { readonly name: string }[]): Fault | undefined => {
  const paths = new Map<string, Seen>();
  for (const { name } of entries) {
    const fault = place(paths, name);
    if (fault) return fault;
  }
  return undefined;
};
