import { isSha256 } from './checksum.ts';
import { registryKeys, type ReleaseId } from './registry-keys.ts';
import { instant, isCount, isFields, isText, readInstant, readJson, type Fields } from './shape.ts';
import type { DetachedSignature } from './signature.ts';

/** Which upload a release was made of. */
export interface ReleaseSource {
  readonly key: string;
  readonly versionId: string;
}

/** A published version: it never changes. */
export interface Release extends ReleaseId {
  readonly sha256: string;
  readonly size: number;
  readonly publishedAt: number;
  readonly signature: DetachedSignature | null;
  readonly upload: ReleaseSource;
  readonly validator: string;
}

export const releaseId = ({ developer, name, version }: ReleaseId): ReleaseId => ({ developer, name, version });

/** The text of release.json: a function of the release alone, so that all who finish one write the same. */
export const releaseText = (release: Release): string => {
  const { sha256, size, publishedAt, signature, upload, validator } = release;
  const id = releaseId(release);
  const document = {
    schema: 1,
    ...id,
    sha256,
    size,
    key: registryKeys.ofRelease(id, 'package'),
    publishedAt: instant(publishedAt),
    signature: signature && { key: signature.key, value: signature.value },
    upload: { key: upload.key, versionId: upload.versionId },
    validator,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};

const readSignature = (value: unknown): DetachedSignature | null | undefined => {
  if (value === null) return null;
  if (!isFields(value)) return undefined;
  const { key, value: bytes } = value as { readonly key?: unknown; readonly value?: unknown };
  return isText(key) && isText(bytes) ? { key, value: bytes } : undefined;
};

const readSource = (value: unknown): ReleaseSource | undefined => {
  if (!isFields(value)) return undefined;
  const { key, versionId } = value as Readonly<Record<keyof ReleaseSource, unknown>>;
  return isText(key) && isText(versionId) ? { key, versionId } : undefined;
};

/** Only what its own key says it is: a document that was copied elsewhere is no release there. */
const isOf = (id: ReleaseId, fields: Fields): boolean =>
  fields['schema'] === 1 &&
  fields['developer'] === id.developer &&
  fields['name'] === id.name &&
  fields['version'] === id.version;

/** What release.json says; `undefined` when it is not one of this release. */
export const readRelease = (id: ReleaseId, text: string): Release | undefined => {
  const fields = readJson(text);
  if (!isFields(fields) || !isOf(id, fields)) return undefined;
  const { sha256, size, validator } = fields as Readonly<Record<keyof Release, unknown>>;
  const publishedAt = readInstant(fields['publishedAt']);
  const signature = readSignature(fields['signature']);
  const upload = readSource(fields['upload']);
  if (!isText(sha256) || !isSha256(sha256) || !isCount(size, 1) || !isText(validator)) return undefined;
  if (publishedAt === undefined || signature === undefined || !upload) return undefined;
  return { ...releaseId(id), sha256, size, publishedAt, signature, upload, validator };
};
