import { checksumText, isSha256 } from './checksum.ts';
import { registryKeys, type ReleaseId } from './registry-keys.ts';
import type { ReleaseStatus } from './release-status.ts';
import { releaseId, releaseText, type Release, type ReleaseSource } from './release.ts';
import { instant } from './shape.ts';
import { signatureText, type DetachedSignature } from './signature.ts';
import { VALIDATOR, type Verdict } from './verdict.ts';

/** What was proven of an upload. */
export interface Proven {
  readonly sha256: string;
  readonly signature: DetachedSignature | null;
  readonly upload: ReleaseSource;
}

type Metadata = Readonly<Record<string, string>>;

/** What stands beside package.apkg's bytes: with them, all that is needed to finish the release. */
export const packageMetadata = ({ sha256, signature, upload }: Proven): Metadata => ({
  sha256,
  'upload-key': upload.key,
  'upload-version': upload.versionId,
  validator: VALIDATOR,
  ...(signature && { 'signature-key': signature.key, signature: signature.value }),
});

/** A package.apkg as the bucket has it. */
export interface ClaimedPackage {
  readonly metadata: Metadata;
  readonly size: number;
  /** When it was created there, which it was once: whoever finishes the release sees the same. */
  readonly modifiedAt: number;
}

/** The release that a package object is the claim on; `undefined` when the registry did not put it there. */
export const claimedRelease = (id: ReleaseId, { metadata, size, modifiedAt }: ClaimedPackage): Release | undefined => {
  const { sha256, validator, signature: value, ...rest } = metadata;
  const [key, versionId, signer] = [rest['upload-key'], rest['upload-version'], rest['signature-key']];
  if (sha256 === undefined || !isSha256(sha256) || validator === undefined) return undefined;
  if (key === undefined || versionId === undefined || (signer === undefined) !== (value === undefined))
    return undefined;
  const signature = signer !== undefined && value !== undefined ? { key: signer, value } : null;
  return { ...releaseId(id), sha256, size, publishedAt: modifiedAt, signature, upload: { key, versionId }, validator };
};

/** An object to create. */
export interface Creation {
  readonly key: string;
  readonly body: Uint8Array;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * What follows package.apkg, in this order: release.json, the last, makes the release visible, and nothing that a
 * reader of it may look for is missing then.
 */
export const completion = (release: Release): readonly Creation[] => [
  { key: registryKeys.ofRelease(release, 'checksum'), body: encode(checksumText(release.sha256)) },
  ...(release.signature
    ? [{ key: registryKeys.ofRelease(release, 'signature'), body: encode(signatureText(release.signature)) }]
    : []),
  { key: registryKeys.ofRelease(release, 'release'), body: encode(releaseText(release)) },
];

interface ReleaseNews extends ReleaseId {
  readonly type: 'package.published' | 'package.yanked' | 'package.unyanked';
  /** The same each time the same is told. */
  readonly id: string;
  readonly sha256: string;
  readonly size: number;
  readonly key: string;
  readonly at: string;
}

/** News of a package: what subscribers get. */
export type Announcement =
  | (ReleaseNews & { readonly type: 'package.published' })
  | (ReleaseNews & { readonly type: 'package.yanked' | 'package.unyanked'; readonly reason: string })
  | (Verdict & { readonly type: 'package.rejected'; readonly id: string; readonly developer: string });

/** SHA-256 in hex, from outside. */
export type Sha256 = (bytes: Uint8Array) => string;

/** No part has a line break in it, so that no two lists are the same text. */
const digest = (sha256: Sha256, parts: readonly (string | number)[]): string => sha256(encode(parts.join('\n')));

const about = (release: Release) => {
  const { sha256, size } = release;
  return { ...releaseId(release), sha256, size, key: registryKeys.ofRelease(release, 'package') };
};

const parts = ({ developer, name, version, sha256 }: Release): readonly string[] => [developer, name, version, sha256];

export const publishedNews = (release: Release, sha256: Sha256): Announcement => ({
  type: 'package.published',
  id: digest(sha256, parts(release)),
  ...about(release),
  at: instant(release.publishedAt),
});

export const statusNews = (release: Release, status: ReleaseStatus, sha256: Sha256): Announcement => ({
  type: status.yanked ? 'package.yanked' : 'package.unyanked',
  id: digest(sha256, [...parts(release), 'status', status.revision]),
  ...about(release),
  reason: status.reason,
  at: instant(status.at),
});

/** One for each rejected upload, however often it is judged. */
export const rejectedNews = (developer: string, verdict: Verdict, sha256: Sha256): Announcement => ({
  type: 'package.rejected',
  id: digest(sha256, ['rejected', JSON.stringify(verdict.upload.key), verdict.upload.versionId ?? '']),
  developer,
  ...verdict,
});
