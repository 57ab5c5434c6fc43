import { passed, refused } from './checked.ts';
import { shownValue, type Value, type Values } from './manifest-values.ts';
import { isVersion } from './semver.ts';
import type { Checked } from './verdict.ts';

const isSemver = (value: Value): value is string => typeof value === 'string' && isVersion(value);

/** What the top-level field may hold besides the version: which edition of the manifest's schema it is. */
const isEdition = (value: Value): boolean =>
  typeof value === 'number'
    ? value >= 0 && value < 1_000
    : typeof value === 'string' && /^\d{1,3}(?:\.\d{1,3})?$/.test(value);

/**
 * The builder keeps the package's version in `metadata` and that of the schema at the top, and the runtime takes the
 * one at the top for the package's. It puts it into a path without a look, so it is judged even where it is not used.
 */
const readTop = (top: Value | undefined, version: string): Checked<string> => {
  if (top === undefined || top === version || isEdition(top)) return passed(version);
  if (isSemver(top)) return refused('VERSION_FIELDS_DISAGREE', { field: 'version', actual: top, expected: version });
  const expected = 'the same as metadata.version, or the edition of the schema, such as "1.0"';
  return refused('FIELD_INVALID', { field: 'version', actual: shownValue(top), expected });
};

const readOne = (value: Value, field: string): Checked<string> =>
  isSemver(value) ? passed(value) : refused('VERSION_INVALID', { field, actual: shownValue(value) });

/** The package's version: `metadata.version` if there is one, else the top-level one. */
export const readVersion = (values: Values): Checked<string> => {
  const top = values.get('version');
  const metadata = values.get('metadata');
  if (metadata !== undefined && !(metadata instanceof Map)) {
    return refused('FIELD_INVALID', { field: 'metadata', actual: shownValue(metadata), expected: 'a map' });
  }
  const own = (metadata as Values | undefined)?.get('version');
  if (own === undefined) {
    if (top !== undefined) return readOne(top, 'version');
    return refused('FIELD_INVALID', { field: 'metadata.version', problem: 'missing' });
  }
  const version = readOne(own, 'metadata.version');
  return version.ok ? readTop(top, version.value) : version;
};
