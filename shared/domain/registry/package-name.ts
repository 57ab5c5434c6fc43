import { passed, refused } from './checked.ts';
import type { Checked } from './verdict.ts';
import { YAML_WORDS } from './yaml-words.ts';

const PACKAGE_NAME_LENGTH = 64;

/** Small letters, digits and single hyphens; a letter first, no hyphen last. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Files that Windows takes for devices, with any extension and in any folder. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/** What stands beside packages in the bucket and in addresses. */
const PLACES = ['latest', 'index', 'packages', 'uploads', 'results', 'control', 'registry', 'developers'];

/** Words of YAML would be read as something else wherever a name is written without quotes. */
const RESERVED: ReadonlySet<string> = new Set([...PLACES, ...YAML_WORDS]);

/** A package's name becomes part of keys here and of paths in runtimes, which check nothing of it. */
export const readPackageName = (text: string): Checked<string> => {
  if (text.length > PACKAGE_NAME_LENGTH) {
    return refused('FIELD_INVALID', { field: 'name', actual: text.length, problem: 'longer than 64 characters' });
  }
  if (!NAME.test(text)) return refused('FIELD_INVALID', { field: 'name', actual: text });
  return RESERVED.has(text) || DEVICES.test(text)
    ? refused('NAME_RESERVED', { field: 'name', actual: text })
    : passed(text);
};
