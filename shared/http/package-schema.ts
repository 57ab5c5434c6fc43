import * as z from 'zod/mini';

const instant = z.iso.datetime();
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/), z.describe('In lower-case hex.'));
const orNull = <T extends z.ZodMiniType>(schema: T, description: string) =>
  z.nullable(schema).check(z.describe(description));

const releaseId = { developer: z.string(), name: z.string(), version: z.string() };

const versionSchema = z.strictObject({
  version: z.string(),
  sha256,
  size: z.int(),
  key: z.string().check(z.describe('Where it lies in the bucket.')),
  publishedAt: instant,
  yanked: z.boolean(),
});

export const packageSchema = z.strictObject({
  developer: z.string(),
  name: z.string(),
  revision: z.int().check(z.describe('Grows with every release, yank and unyank.')),
  latest: orNull(z.string(), 'The highest version that is offered, a stable one before a prerelease; null: none is.'),
  versions: z.array(versionSchema).check(z.describe('The highest first.')),
});

export const packagePageSchema = z.strictObject({
  packages: z.array(packageSchema),
  next: orNull(z.string(), 'Pass as `after` for the next page; null on the last.'),
});

export const releaseSchema = z.strictObject({
  ...releaseId,
  sha256,
  size: z.int(),
  key: z.string(),
  publishedAt: instant,
  signature: orNull(
    z.strictObject({ key: z.string(), value: z.string() }),
    'The id of the key that signed it, and the signature; null: it is not signed.',
  ),
  upload: z.strictObject({ key: z.string(), versionId: z.string() }).check(z.describe('What it was made of.')),
  validator: z.string().check(z.describe('Which edition of the checks let it pass.')),
  yanked: z.boolean(),
  status: orNull(
    z.strictObject({ reason: z.string(), by: z.string(), at: instant }),
    'Why it was yanked or offered again, the last time; null: never.',
  ),
});

export const downloadSchema = z.strictObject({
  url: z.string().check(z.describe('Needs no key.')),
  expiresAt: instant,
  sha256,
  size: z.int(),
});

const signedUpload = z.strictObject({
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()).check(z.describe('To be sent as they are.')),
});

export const uploadTicketsSchema = z.strictObject({
  expiresAt: instant,
  package: signedUpload,
  checksum: signedUpload,
  signature: signedUpload,
});

const textOrNumber = z.union([z.string(), z.number()]);

/** What the uploader is told: the same object in the bucket, here and in the message. */
export const verdictSchema = z.strictObject({
  verdict: z.enum(['accepted', 'rejected', 'waiting', 'superseded']),
  code: z.string().check(z.describe('Stable; docs/verdicts.md lists them all.')),
  message: z.string(),
  fix: z.string().check(z.describe('What to do about it.')),
  details: z.strictObject({
    entry: z.optional(z.string()),
    field: z.optional(z.string()),
    limit: z.optional(z.number()),
    actual: z.optional(textOrNumber),
    expected: z.optional(textOrNumber),
    line: z.optional(z.number()),
    offset: z.optional(z.number()),
    problem: z.optional(z.string()),
  }),
  warnings: z.array(z.string()).check(z.describe('What was let pass, and should not be there the next time.')),
  upload: z.strictObject({
    key: z.string(),
    versionId: z.nullable(z.string()),
    sha256: z.nullable(z.string()),
    size: z.nullable(z.int()),
  }),
  package: orNull(z.strictObject(releaseId), 'As far as it is known which package it is.'),
  validator: z.string(),
  at: instant,
});
