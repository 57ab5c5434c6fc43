import type { Words } from './verdict-words.ts';

const PLAIN_ZIP = 'Build the package with the builder, or with “zip -X -r package.apkg .” in the agent’s folder';

/** Refusals of the archive: whatever two readers of zip files could read in two ways. */
export const ARCHIVE_WORDS = {
  NOT_ZIP: {
    message: 'The package is not a zip archive[: {problem}].',
    fix: `${PLAIN_ZIP}; and upload the archive itself, not a tar file, a page or a link.`,
  },
  TRAILING_OR_COMMENT: {
    message: 'There is something after the archive’s end[: {problem}].',
    fix: `${PLAIN_ZIP}, and add nothing to the file, not even a comment.`,
  },
  PREFIX_DATA: {
    message: 'There is something before the archive’s first entry[: {problem}].',
    fix: `${PLAIN_ZIP}, without a script or another file in front of it.`,
  },
  ZIP64: {
    message: 'The archive uses ZIP64[ for {entry}].',
    fix: 'No package that is small enough needs it. Build with a tool that uses it only when it must, and write to a file, not to a pipe.',
  },
  MULTI_DISK: {
    message: 'The archive is a part of several.',
    fix: 'Build it as one file.',
  },
  CD_INCONSISTENT: {
    message: 'The archive’s directory contradicts itself[: {problem}][, {actual}][ where {expected} is due].',
    fix: `${PLAIN_ZIP}; do not edit or patch the archive afterwards.`,
  },
  GAP_OR_OVERLAP: {
    message: 'The archive’s entries do not lie one after the other[: {entry}][ at byte {offset}].',
    fix: `${PLAIN_ZIP}, from scratch: an archive that was changed in place can have holes.`,
  },
  HEADER_MISMATCH: {
    message: 'An entry is described in two ways[: {entry}][, {field}][: {actual}][ and {expected}].',
    fix: `${PLAIN_ZIP}; do not edit or patch the archive afterwards.`,
  },
  DATA_DESCRIPTOR: {
    message: 'An entry’s size is written only after its content[: {entry}].',
    fix: 'Write the archive to a file, not to a pipe: a tool that can go back writes sizes in front.',
  },
  ENCRYPTED: {
    message: 'An entry is encrypted[: {entry}].',
    fix: 'Build the archive without a password.',
  },
  METHOD: {
    message: 'An entry is compressed in a way that runtimes cannot read[: {entry}][, method {actual}].',
    fix: 'Use deflate, or no compression.',
  },
  FLAGS: {
    message: 'An entry has flags that are not allowed[: {entry}][, {actual}].',
    fix: `${PLAIN_ZIP}; only the flags of deflate’s levels and of UTF-8 names may be set.`,
  },
  EXTRA_FIELD: {
    message: 'An entry carries an extra field that is not allowed[: {entry}][, {actual}].',
    fix: `${PLAIN_ZIP}: -X leaves extra fields out.`,
  },
  NAME_INVALID: {
    message: 'An entry’s name is not allowed[: {entry}][: {problem}].',
    fix: 'Rename the file: NFC-normalised UTF-8, relative, with forward slashes, without control characters, colons, empty parts or dots at the end of a part.',
  },
  PATH_TRAVERSAL: {
    message: 'An entry’s name leads out of the package[: {entry}].',
    fix: 'Build from within the agent’s folder, so that no name has “..” in it or starts at a root or drive.',
  },
  DUPLICATE: {
    message: 'Two entries have the same name[: {entry}].',
    fix: 'Build the archive from scratch: adding to an old one can leave two of the same file.',
  },
  CASE_COLLISION: {
    message: 'Two entries’ names are the same on some machines[: {entry}][ and {actual}].',
    fix: 'Rename one of the two so that they differ in more than case or the form of their letters.',
  },
  FILE_DIR_CONFLICT: {
    message: 'A name is a file’s and a folder’s[: {entry}].',
    fix: 'Rename the file or the folder.',
  },
  SPECIAL_FILE: {
    message: 'An entry is neither a file nor a folder[: {entry}][, {problem}].',
    fix: 'Put the file itself into the package in place of a link to it, and leave devices, pipes and sockets out.',
  },
  TOO_MANY_ENTRIES: {
    message: 'The archive has too many entries[: {actual}][, where {limit} are allowed].',
    fix: 'Leave out what the agent does not need to run, such as caches, tests and environments.',
  },
  UNPACKED_TOO_LARGE: {
    message: 'The package is too large when it is unpacked[: {entry}][: {actual} bytes][, where {limit} are allowed].',
    fix: 'Leave out what the agent does not need to run, or fetch large data when it starts.',
  },
  RATIO: {
    message: 'The package unpacks to far more than it is[: {actual} times][, where {limit} are allowed].',
    fix: 'Leave out files that hold almost nothing but repetition, or make them when the agent starts.',
  },
  CRC: {
    message: 'An entry’s content is damaged: its checksum is another[: {entry}].',
    fix: 'Build the package again and upload it again.',
  },
  INFLATE: {
    message: 'An entry cannot be unpacked[: {entry}].',
    fix: 'Build the package again and upload it again.',
  },
  SIZE: {
    message: 'An entry is not as large as the archive says[: {entry}][: {actual} bytes][, where it says {expected}].',
    fix: 'Build the package again and upload it again; do not edit the archive afterwards.',
  },
} as const satisfies Readonly<Record<string, Words>>;
