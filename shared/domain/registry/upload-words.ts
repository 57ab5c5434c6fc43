import type { Words } from './verdict-words.ts';

/** Refusals of what was uploaded, before the archive is opened. */
export const UPLOAD_WORDS = {
  KEY_INVALID: {
    message: 'The upload lies at an address that no package can have[: {problem}].',
    fix: 'Upload to uploads/<developer>/<file>.apkg, with .sha256 or .sig after the whole name for what goes with it. A file name is 1 to 128 letters, digits, dots, underscores, hyphens or plus signs, and starts with a letter or digit.',
  },
  DEVELOPER_UNKNOWN: {
    message: 'No such developer is registered[: {actual}].',
    fix: 'Upload under the name you are registered with, or ask the operator of the registry to register you.',
  },
  PRINCIPAL_MISMATCH: {
    message: 'The upload was not made by one of the developer’s principals[: {actual}].',
    fix: 'Upload with the role that is registered for this developer, or ask the operator to add yours.',
  },
  EMPTY: {
    message: 'The package has no bytes.',
    fix: 'Build the package again, and upload the file that the builder wrote.',
  },
  TOO_LARGE: {
    message: 'The upload is too large[: {actual} bytes][, where {limit} are allowed].',
    fix: 'Leave out what the agent does not need to run, such as models, recordings and environments, and upload again.',
  },
  CHECKSUM_MISSING: {
    message: 'No checksum came with the package in time.',
    fix: 'Upload the package’s SHA-256 to the same address with .sha256 after it[: {expected}].',
  },
  CHECKSUM_MALFORMED: {
    message: 'The checksum file does not hold one SHA-256[: {problem}].',
    fix: 'Write it with “sha256sum package.apkg > package.apkg.sha256”: one line, 64 hexadecimal digits, at most 1024 bytes.',
  },
  CHECKSUM_MISMATCH: {
    message:
      'The package is not the one that the checksum is of[: it has {actual}][, and the checksum says {expected}].',
    fix: 'Upload the package again, and then the checksum of exactly that file.',
  },
  CHECKSUM_ORPHAN: {
    message: 'A checksum lies where no package is[: {actual}].',
    fix: 'Upload it beside the package, under the package’s whole name with .sha256 after it[: {expected}]. A path in front of the file name is the usual cause.',
  },
  SIGNATURE_REQUIRED: {
    message: 'This developer’s packages must be signed, and no signature came in time.',
    fix: 'Sign the package’s statement, and upload the signature to the same address with .sig after it, before the checksum.',
  },
  SIGNATURE_MALFORMED: {
    message: 'The signature file cannot be read[: {problem}].',
    fix: 'Write two lines, “key” with the key’s id and “ed25519” with the signature in base64, as docs/registry-formats.md shows.',
  },
  SIGNATURE_UNKNOWN_KEY: {
    message: 'The signature names a key that is not one of the developer’s[: {actual}].',
    fix: 'Sign with a registered key, or ask the operator to register this one.',
  },
  SIGNATURE_INVALID: {
    message: 'The signature is not one of this package[ by the key {actual}][: {problem}].',
    fix: 'Sign the statement of exactly this package: developer, name, version, SHA-256 and size must all be right.',
  },
  SIGNATURE_KEY_EXPIRED: {
    message: 'The key was not valid when the package was uploaded[: {actual}][, {problem}].',
    fix: 'Sign with a key that is valid now, and upload the package, the signature and the checksum again.',
  },
  SIGNATURE_LATE: {
    message: 'The signature came after the package had been published without it.',
    fix: 'A release never changes. Upload the signature before the checksum the next time, or publish a new version.',
  },
} as const satisfies Readonly<Record<string, Words>>;
