import { passed, refused } from '#shared/domain/registry/checked.ts';
import type { Checked } from '#shared/domain/registry/verdict.ts';

/** What Linux takes for one part of a path; for all of it, a quarter, since it is put below other folders. */
const LONGEST_PART_BYTES = 255;
const LONGEST_NAME_BYTES = 1_024;
const DEEPEST = 64;

/** A byte order mark is a character of the name, as it is for the runtimes. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** The name for people, whatever its bytes are. */
export const shownName = (bytes: Uint8Array): string => lenient.decode(bytes);

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
};

/** A root, a drive, or the way up, on any system. */
const LEADS_OUT = /^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)/;

const slashes = (text: string): number => text.split('/').length;

const isTooLong = (part: string): boolean => new TextEncoder().encode(part).length > LONGEST_PART_BYTES;

type NameRule = readonly [problem: string, breaks: (name: string, parts: readonly string[]) => boolean];

/** In the order in which they are told. A folder's name is judged without the slash at its end. */
const RULES: readonly NameRule[] = [
  ['it is empty', (name) => name === ''],
  ['it has a control, invisible or unassigned character', (name) => /[\p{C}\p{Zl}\p{Zp}]/u.test(name)],
  ['it has a backslash or a colon', (name) => /[\\:]/.test(name)],
  ['a part of it is empty or a dot', (_, parts) => parts.some((part) => part === '' || part === '.')],
  ['a part of it ends with a dot or a space', (_, parts) => parts.some((part) => /[. ]$/.test(part))],
  ['it is not in NFC', (name) => name.normalize('NFC') !== name],
  ['it has a character that stands for a slash', (name) => slashes(name.normalize('NFKC')) !== slashes(name)],
  [`it is deeper than ${DEEPEST} parts`, (_, parts) => parts.length > DEEPEST],
  [`a part of it is longer than ${LONGEST_PART_BYTES} bytes`, (_, parts) => parts.some(isTooLong)],
];

/**
 * Reads an entry's name: the same text on every reader and machine, and a path that stays within the package.
 * Without the mark for UTF-8, readers disagree on everything but ASCII.
 */
export const readName = (bytes: Uint8Array, isUtf8: boolean): Checked<string> => {
  const invalid = (problem: string) => refused('NAME_INVALID', { entry: shownName(bytes), problem });
  if (bytes.length > LONGEST_NAME_BYTES) return invalid(`it is longer than ${LONGEST_NAME_BYTES} bytes`);
  if (!isUtf8 && bytes.some((byte) => byte > 0x7f)) return invalid('it is neither ASCII nor marked as UTF-8');
  const name = decode(bytes);
  if (name === undefined) return invalid('it is not UTF-8');
  if (LEADS_OUT.test(name) || LEADS_OUT.test(name.normalize('NFKC'))) return refused('PATH_TRAVERSAL', { entry: name });
  const path = pathOf(name);
  const parts = path.split('/');
  const broken = RULES.find(([, breaks]) => breaks(path, parts));
  return broken ? invalid(broken[0]) : passed(name);
};

export const isFolderName = (name: string): boolean => name.endsWith('/');

/** The name without the slash that makes it a folder's. */
export const pathOf = (name: string): string => (isFolderName(name) ? name.slice(0, -1) : name);
