import { ARCHIVE_WORDS } from './archive-words.ts';
import { MANIFEST_WORDS } from './manifest-words.ts';
import type { ReleaseId } from './registry-keys.ts';
import { UPLOAD_WORDS } from './upload-words.ts';
import { fill, shown, type Words } from './verdict-words.ts';

const ACCEPTED = {
  PUBLISHED: { message: 'The package is published.', fix: 'Nothing to mend.' },
  ALREADY_PUBLISHED: {
    message: 'Exactly this package is published already.',
    fix: 'Nothing to mend. To publish a change, raise the version.',
  },
} as const satisfies Readonly<Record<string, Words>>;

const WAITING = {
  CHECKSUM_PENDING: {
    message: 'The package has come, and its checksum has not.',
    fix: 'Upload the package’s SHA-256 to the same address with .sha256 after it[: {expected}].',
  },
  SIGNATURE_PENDING: {
    message: 'The package and its checksum have come, and the signature may still come.',
    fix: 'Upload the signature to the same address with .sig after it, if you sign[: {expected}].',
  },
  PUBLISHING: {
    message: 'The package is proven, and is being published.',
    fix: 'Nothing to mend: look again in a moment.',
  },
} as const satisfies Readonly<Record<string, Words>>;

const SUPERSEDED = {
  SUPERSEDED: {
    message: 'A newer upload has taken the place of this one.',
    fix: 'Nothing to mend: the newer upload gets a verdict of its own.',
  },
} as const satisfies Readonly<Record<string, Words>>;

const CONFLICT = {
  VERSION_EXISTS: {
    message:
      'This version is published already, with other bytes[: it has {expected}][, and this upload has {actual}].',
    fix: 'Raise the version. A version is never used again, not even after it was yanked.',
  },
} as const satisfies Readonly<Record<string, Words>>;

const REJECTED = { ...UPLOAD_WORDS, ...ARCHIVE_WORDS, ...MANIFEST_WORDS, ...CONFLICT };

export type RejectionCode = keyof typeof REJECTED;
export type VerdictCode = keyof typeof ACCEPTED | keyof typeof WAITING | keyof typeof SUPERSEDED | RejectionCode;

type Outcome = 'accepted' | 'rejected' | 'waiting' | 'superseded';

export interface VerdictEntry extends Words {
  readonly verdict: Outcome;
}

const all = <C extends string>(verdict: Outcome, words: Readonly<Record<C, Words>>): Record<C, VerdictEntry> =>
  Object.fromEntries(Object.entries<Words>(words).map(([code, entry]) => [code, { verdict, ...entry }])) as Record<
    C,
    VerdictEntry
  >;

/** Every verdict there is. Codes are promises to uploaders: one may be added, none ever changes its meaning. */
export const VERDICTS: Readonly<Record<VerdictCode, VerdictEntry>> = {
  ...all('accepted', ACCEPTED),
  ...all('waiting', WAITING),
  ...all('superseded', SUPERSEDED),
  ...all('rejected', REJECTED),
};

/** What a code is about, and where: names and numbers as they were found. Strings are the uploader's, not to trust. */
export interface Details {
  /** The archive's entry, as it is named there. */
  readonly entry?: string;
  /** The field of the manifest, the header or the document. */
  readonly field?: string;
  readonly limit?: number;
  readonly actual?: string | number;
  readonly expected?: string | number;
  readonly line?: number;
  readonly offset?: number;
  /** What precisely, in a few words, where one code has several causes. */
  readonly problem?: string;
}

/** Why an upload is refused. A value, never thrown: refusing is the everyday work here. */
export interface Fault {
  readonly code: RejectionCode;
  readonly details?: Details;
}

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** What the verdict is on: this content of this key. `null` where it was not looked at. */
export interface JudgedUpload {
  readonly key: string;
  readonly versionId: string | null;
  readonly sha256: string | null;
  readonly size: number | null;
}

/** What the uploader is told: the same object in the bucket, the API and the message. */
export interface Verdict {
  readonly verdict: Outcome;
  readonly code: VerdictCode;
  readonly message: string;
  readonly fix: string;
  readonly details: Details;
  /** What was let pass, and should not be there the next time. */
  readonly warnings: readonly string[];
  readonly upload: JudgedUpload;
  readonly package: ReleaseId | null;
  /** Which edition of the checks judged. */
  readonly validator: string;
  readonly at: string;
}

/** Raised whenever the same bytes could get another verdict. */
export const VALIDATOR = '1';

export interface Judgement {
  readonly code: VerdictCode;
  readonly details?: Details;
  readonly warnings?: readonly string[];
  readonly upload: JudgedUpload;
  /** As far as it is known which package it is. */
  readonly release?: ReleaseId;
}

const shownDetails = (details: Details): Details =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? shown(value) : value]),
  );

export const toVerdict = (judgement: Judgement, at: number): Verdict => {
  const { code, upload, warnings = [], release } = judgement;
  const { verdict, message, fix } = VERDICTS[code];
  const details = shownDetails(judgement.details ?? {});
  return {
    verdict,
    code,
    message: fill(message, { ...details }),
    fix: fill(fix, { ...details }),
    details,
    warnings: warnings.map(shown),
    upload,
    package: release ?? null,
    validator: VALIDATOR,
    at: new Date(at).toISOString(),
  };
};
