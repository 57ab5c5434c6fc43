import { isDeepStrictEqual } from 'node:util';
import type { Answer, Told } from './oracle.ts';
import type { Reading } from './readers.ts';

const fieldOf = (value: Told | undefined, field: string): Told | undefined =>
  value !== null && typeof value === 'object' && 'map' in value
    ? value.map.find(([key]) => key === field)?.[1]
    : undefined;

/** Every folder on the way to a file or folder, itself included. */
const foldersOf = (name: string): readonly string[] =>
  name
    .split('/')
    .slice(0, -1)
    .map((_, depth, parts) => `${parts.slice(0, depth + 1).join('/')}/`);

/** What has to lie on a disk where the package was unpacked. */
const onDisk = ({ entries }: Reading): Readonly<Record<string, string>> =>
  Object.fromEntries(
    entries.flatMap(({ name, isFolder, sha256 }) => [
      ...foldersOf(name).map((folder) => [folder, '']),
      ...(isFolder ? [] : [[name, sha256]]),
    ]),
  );

/** The name and version that Python's manifest has for the registry, and for a runtime that looks at the top only. */
const manifestDifference = (ours: Reading['manifest'], theirs: Told): string | undefined => {
  if (typeof ours === 'string') return undefined;
  const top = fieldOf(theirs, 'version');
  const own = fieldOf(fieldOf(theirs, 'metadata'), 'version');
  if (fieldOf(theirs, 'name') !== ours.name) return 'the name';
  return (own ?? top) === ours.version ? undefined : 'the version';
};

/** What Python reads in another way than the one who accepted the package; `undefined` when there is nothing. */
export const differenceOf = (ours: Reading, theirs: Answer): string | undefined => {
  if ('refused' in theirs) return 'Python refuses it';
  if (!isDeepStrictEqual(ours.entries, theirs.entries)) return 'names or contents';
  if (theirs.beside.length > 0) return 'something unpacked outside of its folder';
  if (!isDeepStrictEqual(onDisk(ours), theirs.unpacked)) return 'what lies on the disk';
  // One zero: for neither side is there another in a manifest.
  if (ours.values !== undefined && JSON.stringify(ours.values) !== JSON.stringify(theirs.manifest)) return 'values';
  return manifestDifference(ours.manifest, theirs.manifest);
};
