import type { Words } from './verdict-words.ts';

/** Refusals of what the package says about itself, and of what must not be in it. */
export const MANIFEST_WORDS = {
  MANIFEST_MISSING: {
    message: 'The package has no agent.yaml at its root[: {problem}].',
    fix: 'Put agent.yaml beside src, as a file, and build from within that folder, so that its name has no folder in front.',
  },
  MANIFEST_CASE: {
    message: 'The manifest’s name is written in another way[: {entry}].',
    fix: 'Rename it to agent.yaml, in small letters, and leave only that one.',
  },
  MANIFEST_TOO_LARGE: {
    message: 'The manifest is too large[: {entry}][: {actual} bytes][, where {limit} are allowed].',
    fix: 'Move long texts out of it into files of their own.',
  },
  YAML_INVALID: {
    message: 'The manifest is not YAML of the kind that is allowed[: line {line}][: {problem}].',
    fix: 'Write one plain document: indent with spaces, use each key once, and no anchors, aliases, tags or merge keys.',
  },
  YAML_AMBIGUOUS: {
    message:
      'The manifest has a value that two readers of YAML read in two ways[: {field}][, line {line}][: {actual}].',
    fix: 'Put quotes around the value.',
  },
  FIELD_INVALID: {
    message: 'A field of the manifest is missing or not as it must be[: {field}][: {actual}][: {problem}].',
    fix: 'Correct the field[: {expected}]. A name is 1 to 64 small letters, digits and single hyphens, and starts with a letter.',
  },
  NAME_RESERVED: {
    message: 'The package’s name is reserved[: {actual}].',
    fix: 'Choose another name.',
  },
  VERSION_INVALID: {
    message: 'The package’s version is not a semantic version[: {actual}].',
    fix: 'Write metadata.version as three numbers without leading zeros, such as "1.4.2" or "2.0.0-rc.1", in quotes, at most 64 characters, without build metadata (+…).',
  },
  VERSION_FIELDS_DISAGREE: {
    message: 'The manifest has two different versions[: {actual}][ and {expected}].',
    fix: 'Give version and metadata.version the same value, or leave one of the two out.',
  },
  METADATA_MISMATCH: {
    message:
      'The package’s own description contradicts agent.yaml[: {field}][: {actual}][ where agent.yaml has {expected}].',
    fix: 'Build again, so that .pixell/package.json is written from this agent.yaml.',
  },
  SECRETS_FOUND: {
    message: 'The package carries secrets, or what looks like one[: {entry}][, {field}][, line {line}][: {problem}].',
    fix: 'Take the value out, put a placeholder in its place, and give the secret to the agent when it starts. Whoever may read the package could read it: replace the secret too.',
  },
} as const satisfies Readonly<Record<string, Words>>;
