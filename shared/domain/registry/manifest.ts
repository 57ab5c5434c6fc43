import type { Archive } from './archive/read-archive.ts';
import { checkBuilderMetadata } from './builder-metadata.ts';
import { passed, refused } from './checked.ts';
import type { SecretsPolicy } from './developer.ts';
import { readText } from './manifest-text.ts';
import { readValues, shownValue, type Values } from './manifest-values.ts';
import { readVersion } from './manifest-version.ts';
import { readPackageName } from './package-name.ts';
import { checkSecrets } from './secrets.ts';
import type { Checked } from './verdict.ts';
import type { YamlReading } from './yaml-tree.ts';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** What was let pass, for the uploader: sentences without any secret in them. */
  readonly warnings: readonly string[];
}

export interface ManifestRules {
  readonly secrets: SecretsPolicy;
  readonly manifestBytes: number;
}

type Files = Pick<Archive, 'entries' | 'contentOf'>;
type ReadYaml = (text: string, depthMax: number) => YamlReading;

const ENTRY = 'agent.yaml';

/** Far more than anybody writes, and far less than PyYAML, which goes down by recursion, can bear. */
const DEPTH_MAX = 32;

/** Where it may have gone instead. */
const misplaced = ({ entries }: Files): string | undefined => {
  const files = entries.map(({ name }) => name);
  if (files.some((name) => name.startsWith(`${ENTRY}/`))) return `${ENTRY} is a folder`;
  if (files.includes('agent.yml')) return 'agent.yml has another ending';
  const deeper = files.find((name) => name.endsWith(`/${ENTRY}`));
  return deeper === undefined ? undefined : `it is at ${deeper}`;
};

const readFile = (archive: Files, limit: number): Checked<Uint8Array> => {
  const entry = archive.entries.find(({ name }) => name === ENTRY);
  // On a disk that takes both for one, whichever is unpacked last would be read.
  const other = archive.entries.find(({ name }) => name !== ENTRY && name.toLowerCase() === ENTRY);
  if (other) return refused('MANIFEST_CASE', { entry: other.name });
  if (entry && entry.size > limit) return refused('MANIFEST_TOO_LARGE', { entry: ENTRY, actual: entry.size, limit });
  const bytes = entry && archive.contentOf(ENTRY);
  if (bytes) return passed(bytes);
  const problem = misplaced(archive);
  return refused('MANIFEST_MISSING', problem === undefined ? {} : { problem });
};

const readName = (values: Values): Checked<string> => {
  const name = values.get('name');
  if (typeof name === 'string') return readPackageName(name);
  const actual = name === undefined ? 'nothing' : shownValue(name);
  return refused('FIELD_INVALID', { field: 'name', actual, expected: 'text, in quotes if need be' });
};

const readYaml = (bytes: Uint8Array, read: ReadYaml): Checked<Values> => {
  const text = readText(bytes);
  return text.ok ? readValues(read(text.value, DEPTH_MAX)) : text;
};

/**
 * What a package says it is: the same to every reader, or it is refused. Judged in this order: the file, its YAML as a
 * whole, name, version, the builder's copy, secrets.
 */
export const readManifest = (archive: Files, read: ReadYaml, rules: ManifestRules): Checked<Manifest> => {
  const bytes = readFile(archive, rules.manifestBytes);
  if (!bytes.ok) return bytes;
  const values = readYaml(bytes.value, read);
  if (!values.ok) return values;
  const name = readName(values.value);
  if (!name.ok) return name;
  const version = readVersion(values.value);
  if (!version.ok) return version;
  const named = { name: name.value, version: version.value };
  const copy = checkBuilderMetadata(archive, named);
  if (!copy.ok) return copy;
  const warnings = checkSecrets(archive, rules.secrets);
  return warnings.ok ? passed({ ...named, warnings: warnings.value }) : warnings;
};
