import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import {
  bytesOf,
  extraField,
  unixMode,
  type DirectoryLies,
  type EndLies,
  type HeaderLies,
  type ZipEntry,
  type ZipPlan,
} from './zip-writer.ts';

const GOOD_NAMES = ['a', 'b', 'a/', 'a/b', 'b/c/d', 'agent.yaml', 'A', 'B/c', 'é', 'ﬁ', 'fi', '日本/語'] as const;
const BAD_NAMES = [
  '',
  '/',
  '../a',
  'a/../b',
  'a//b',
  './a',
  'a\\b',
  'C:/a',
  'a\0b',
  'a\n',
  'a.',
  'e\u0301',
  '／a',
] as const;

/** Mostly names that are in order, or an archive would seldom be. */
const aName = fc.oneof(
  { weight: 12, arbitrary: fc.stringMatching(/^[a-d]{1,3}(\/[a-d]{1,3}){0,2}\/?$/) },
  { weight: 4, arbitrary: fc.constantFrom(...GOOD_NAMES, ...BAD_NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }) },
);

const aContent = fc.oneof(
  fc.constantFrom('', 'x', 'PK\u0003\u0004', 'PK\u0005\u0006'.padEnd(22, '\0')),
  fc.uint8Array({ maxLength: 200 }),
  fc.nat({ max: 5_000 }).map((length) => new Uint8Array(length)),
);

/** Small steps to either side, the ends of the field, and anything. */
const aNumber = fc.oneof(
  fc.nat({ max: 70 }),
  fc.constantFrom(8, 0x0800, 0xffff, 0x10000, 0xffffffff, 0x80000000),
  fc.integer({ min: 0, max: 0xffffffff }),
);

const EXTRA_IDS = [0x0001, 0x000a, 0x5455, 0x7875, 0x7075, 0x6375, 0xcafe] as const;

const anExtra = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom(...EXTRA_IDS), fc.uint8Array({ maxLength: 12 })), { maxLength: 2 })
    .map((fields) => Buffer.concat(fields.map(([id, payload]) => extraField(id, payload)))),
  fc.uint8Array({ maxLength: 8 }),
);

/** None of the fields, most of the time. */
const seldom = <T>(lies: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: lies });

const oneOf = <L extends object>(fields: { readonly [F in keyof L]-?: fc.Arbitrary<NonNullable<L[F]>> }) => {
  const names = Object.keys(fields) as (keyof L & string)[];
  return fc.constantFrom(...names).chain((name) => fields[name].map((value) => ({ [name]: value }) as L));
};

const headerFields = {
  signature: aNumber,
  versionNeeded: aNumber,
  flags: aNumber,
  method: aNumber,
  time: aNumber,
  date: aNumber,
  crc: aNumber,
  compressedSize: aNumber,
  size: aNumber,
  nameLength: aNumber,
  extraLength: aNumber,
  name: fc.oneof(aName).map(bytesOf),
  extra: anExtra,
};

const headerLies = oneOf<HeaderLies>(headerFields);
const directoryLies = oneOf<DirectoryLies>({
  ...headerFields,
  madeBy: aNumber,
  commentLength: aNumber,
  comment: fc.uint8Array({ maxLength: 4 }),
  disk: aNumber,
  internalAttributes: aNumber,
  attributes: aNumber,
  offset: aNumber,
});
const endLies = oneOf<EndLies>({
  signature: aNumber,
  disk: aNumber,
  directoryDisk: aNumber,
  entriesHere: aNumber,
  entries: aNumber,
  directorySize: aNumber,
  directoryAt: aNumber,
  commentLength: aNumber,
  comment: fc.uint8Array({ maxLength: 30 }),
});

const someBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 30 }),
  fc.constantFrom('504b0304', '504b0102', '504b0506', '504b0607', '504b0708').map((hex) => Buffer.from(hex, 'hex')),
);

/** What lies there in place of the content: it ends early, late, or is something else. */
const aPacking = aContent.chain((content) => {
  const packed = deflateRawSync(bytesOf(content));
  return fc.oneof(
    fc.constantFrom(packed, deflateRawSync(bytesOf(content), { level: 0 })),
    fc.nat({ max: packed.length }).map((length) => packed.subarray(0, length)),
    someBytes.map((more) => Buffer.concat([packed, more])),
    fc.uint8Array({ maxLength: 30 }),
  );
});

const MODES = [0o100644, 0o100755, 0o40775, 0o600, 0, 0o120777, 0o104755, 0o020644].map(unixMode);

const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

const anEntry: fc.Arbitrary<ZipEntry> = fc
  .record({
    name: aName,
    content: aContent,
    method: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(0, 8) }, { weight: 1, arbitrary: fc.nat({ max: 99 }) }),
    attributes: seldom(fc.constantFrom(...MODES)),
    packed: seldom(aPacking),
    both: seldom(headerLies),
    local: seldom(headerLies),
    directory: seldom(directoryLies),
    before: seldom(someBytes),
    after: seldom(someBytes),
  })
  .map((entry) => (String(entry.name).endsWith('/') ? { ...entry, content: '' } : entry))
  .map((entry) => present(entry) as ZipEntry);

/** Archives with a few things wrong, or nothing. Any plan can be written. */
export const aZipPlan: fc.Arbitrary<ZipPlan> = fc
  .record({
    entries: fc.array(anEntry, { maxLength: 4 }),
    prefix: seldom(someBytes),
    beforeDirectory: seldom(someBytes),
    beforeEnd: seldom(someBytes),
    suffix: seldom(someBytes),
    listed: seldom(fc.array(fc.nat({ max: 4 }), { maxLength: 5 })),
    end: seldom(endLies),
  })
  .map((plan) => present(plan) as ZipPlan);

/** Archives with nothing wrong. */
export const aProperPlan: fc.Arbitrary<ZipPlan> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 999 }), aContent, fc.constantFrom(0, 8)), {
    selector: ([at]) => at,
    maxLength: 5,
  })
  .map((files) => ({ entries: files.map(([at, content, method]) => ({ name: `f${at % 3}/${at}`, content, method })) }));
