import type { Archive } from './archive/read-archive.ts';
import { passed, refused } from './checked.ts';
import { readUtf8 } from './manifest-text.ts';
import { isVersion } from './semver.ts';
import { isFields, readJson, type Fields } from './shape.ts';
import type { Checked, Details } from './verdict.ts';

/** Written by the builder, with a copy of the manifest; tools read the copy where there is one. */
const ENTRY = '.pixell/package.json';
const BYTES_MAX = 256 * 1024;

interface Named {
  readonly name: string;
  readonly version: string;
}

/** Nothing is written out that may go deeper than anybody can: a text that is read can still be too deep for that. */
const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  return typeof value === 'object' && value !== null ? 'a list or a map' : JSON.stringify(value);
};

const manifestIn = (bytes: Uint8Array): Fields | undefined => {
  const text = readUtf8(bytes);
  const json = text === undefined ? undefined : readJson(text);
  const manifest = isFields(json) ? json['manifest'] : undefined;
  return isFields(manifest) ? manifest : undefined;
};

/** Without a version of its own, the copy leaves it to the manifest. */
const contradiction = (copy: Fields, { name, version }: Named): Details | undefined => {
  const { name: copied, version: top, metadata } = copy;
  if (copied !== name) return { field: 'manifest.name', actual: shown(copied), expected: name };
  const own = isFields(metadata) ? metadata['version'] : undefined;
  if (own !== undefined && own !== version)
    return { field: 'manifest.metadata.version', actual: shown(own), expected: version };
  const isOther = typeof top === 'string' && isVersion(top) && top !== version;
  return isOther ? { field: 'manifest.version', actual: top, expected: version } : undefined;
};

/** Refuses a package that says one thing to the runtime and another to whoever lists packages. */
export const checkBuilderMetadata = (
  archive: Pick<Archive, 'entries' | 'contentOf'>,
  named: Named,
): Checked<undefined> => {
  const entry = archive.entries.find(({ name }) => name === ENTRY || name === `${ENTRY}/`);
  if (!entry) return passed(undefined);
  const bytes = entry.size > BYTES_MAX ? undefined : archive.contentOf(entry.name);
  const copy = bytes && manifestIn(bytes);
  if (!copy) {
    const details = { entry: ENTRY, actual: 'no JSON with a manifest, or more than 256 KiB of it' };
    return refused('METADATA_MISMATCH', details);
  }
  const details = contradiction(copy, named);
  return details ? refused('METADATA_MISMATCH', { entry: ENTRY, ...details }) : passed(undefined);
};
