import * as z from 'zod/mini';
import { DEFAULT_LIMITS, LIMITS_FACTOR } from '#shared/domain/registry/limits.ts';
import { DEVELOPER_PATTERN, PACKAGE_NAME_PATTERN, UPLOAD_FILE_PATTERN } from '#shared/domain/registry/registry-keys.ts';
import { VERSION_LENGTH, VERSION_PATTERN } from '#shared/domain/registry/semver.ts';
import { numberInBody, text } from './fields.ts';

const DEVELOPER_RULE = 'a developer: 1 to 64 letters, digits and . _ @ + = , -, the first a letter or digit';
const NAME_RULE = 'a package name: 1 to 64 lower-case letters, digits and hyphens, the first a letter';
const VERSION_RULE = 'a semantic version such as 1.4.2, without build metadata';
const FILE_RULE = 'the name of a file: 1 to 128 letters, digits and . _ + -, the first a letter or digit';
const SHA256_RULE = 'a SHA-256 in 64 lower-case hexadecimal digits';
const AFTER_RULE = 'a developer and a package name with a slash between them';

const inner = ({ source }: RegExp): string => source.slice(1, -1);

export const developer = /* @__PURE__ */ text(DEVELOPER_PATTERN, DEVELOPER_RULE, 'Who publishes it.');
export const packageName = /* @__PURE__ */ text(PACKAGE_NAME_PATTERN, NAME_RULE, 'The name of a package.');

const aVersion = () =>
  text(VERSION_PATTERN, VERSION_RULE, 'A version of the package.').check(z.maxLength(VERSION_LENGTH, VERSION_RULE));
export const version = /* @__PURE__ */ aVersion();

export const file = /* @__PURE__ */ text(
  UPLOAD_FILE_PATTERN,
  FILE_RULE,
  'The name of the uploaded file, with or without `.apkg`.',
);

/** A limit of the developer's own may be another: the processor knows it, and has the last word. */
export const size = /* @__PURE__ */ numberInBody({
  min: 1,
  max: LIMITS_FACTOR * DEFAULT_LIMITS.fileBytes,
  description: 'How many bytes the package has.',
});
export const sha256 = /* @__PURE__ */ text(/^[0-9a-f]{64}$/, SHA256_RULE, 'Of the package, in hex.');

const afterPattern = () => new RegExp(`^${inner(DEVELOPER_PATTERN)}/${inner(PACKAGE_NAME_PATTERN)}$`);
const aCursor = () => text(afterPattern(), AFTER_RULE, 'The `next` of the page before.');
export const afterPackage = /* @__PURE__ */ aCursor();
