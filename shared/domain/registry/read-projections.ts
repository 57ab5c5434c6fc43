import { isSha256 } from './checksum.ts';
import type { PackageRow, RegistryDocument, VersionRow } from './projections.ts';
import { isDeveloper, type PackageId } from './registry-keys.ts';
import { isVersion } from './semver.ts';
import { isCount, isFields, isText, readInstant, readJson } from './shape.ts';

type Unread<T> = Readonly<Record<keyof T, unknown>>;

const isVersionRow = (value: unknown): value is VersionRow => {
  if (!isFields(value)) return false;
  const { version, sha256, size, key, publishedAt, yanked } = value as Unread<VersionRow>;
  const isBytes = isText(sha256) && isSha256(sha256) && isCount(size, 1);
  const isPlace = isText(version) && isVersion(version) && isText(key);
  return isBytes && isPlace && readInstant(publishedAt) !== undefined && typeof yanked === 'boolean';
};

const isPackageRow = (value: unknown): value is PackageRow => {
  if (!isFields(value)) return false;
  const { developer, name, revision, latest, versions } = value as Unread<PackageRow>;
  const isNamed = isText(developer) && isDeveloper(developer) && isText(name);
  if (!isNamed || !isCount(revision, 1) || !(latest === null || isText(latest))) return false;
  return Array.isArray(versions) && versions.every(isVersionRow);
};

/**
 * What index.json says. `undefined` when it cannot be read, or is another package's: then it is rebuilt, and never
 * taken for empty.
 */
export const readIndex = ({ developer, name }: PackageId, text: string): PackageRow | undefined => {
  const value = readJson(text);
  if (!isFields(value) || value['schema'] !== 1 || !isPackageRow(value)) return undefined;
  return value.developer === developer && value.name === name ? value : undefined;
};

/** What registry.json says, in the same way. */
export const readRegistry = (text: string): RegistryDocument | undefined => {
  const value = readJson(text);
  if (!isFields(value)) return undefined;
  const { schema, revision, packages } = value as Unread<RegistryDocument>;
  const isRead = schema === 1 && isCount(revision) && Array.isArray(packages) && packages.every(isPackageRow);
  return isRead ? { schema, revision, packages } : undefined;
};
