import fc from 'fast-check';
import { yamlMutant, plainWord } from '../../support/registry/yaml-snippets.ts';
import { aProperPlan, aZipPlan } from '../../support/registry/zip-plans.ts';
import { asBuilt, writeZip, type ZipPlan } from '../../support/registry/zip-writer.ts';

const GOOD_NAMES = ['hello', 'weather-agent', '"a1"', "'a-1'"];
const ODD_NAMES = ['no', 'a--b', 'Hello', '../../x', 'nul', '7up', '"no"', 'on-call', '"a\\nb"'];
const GOOD_VERSIONS = ['1.0.0', '1.4.2', '"2.0.0-rc.1"', '0.0.1'];
const ODD_VERSIONS = ['1.0', '01.2.3', '1.0.0+b', 'v1.0.0', '1.2.3-01', '1.2.3-1e3', '1'];

const mostly = (good: readonly string[], odd: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
    { weight: 1, arbitrary: plainWord },
  );

const aName = mostly(GOOD_NAMES, ODD_NAMES);
const aVersion = mostly(GOOD_VERSIONS, ODD_VERSIONS);

/** Under a key of its own it takes no other key's place. */
const nested = (text: string): string => `more:\n${text.replace(/^(?=.)/gm, '  ')}`;

/** A name and a version somewhere, and whatever else people write into manifests or readers stumble over. */
const aManifest: fc.Arbitrary<string> = fc
  .record({
    name: aName,
    version: aVersion,
    top: fc.option(mostly(['"1.0"', '1.0'], GOOD_VERSIONS)),
    more: fc.option(fc.oneof(yamlMutant, yamlMutant.map(nested))),
  })
  .chain(({ name, version, top, more }) => {
    const parts = [`name: ${name}\n`, `metadata:\n  version: ${version}\n`];
    if (top !== null) parts.push(`version: ${top}\n`);
    if (more !== null) parts.push(more.endsWith('\n') ? more : `${more}\n`);
    return fc.shuffledSubarray(parts, { minLength: parts.length }).map((shuffled) => shuffled.join(''));
  });

/** Not a double: of those almost all are next to nothing, and every change would be made at the beginning. */
const place = fc.nat({ max: 9_999 }).map((part) => part / 10_000);

const marks = fc.string({
  unit: fc.constantFrom(...'\'"-:?#&*!|>%@[]{},\n ~=<01.'.split('')),
  minLength: 1,
  maxLength: 4,
});

/** A manifest with something put into it, anywhere. */
const anEditedManifest = fc.tuple(aManifest, place, fc.oneof(plainWord, marks)).map(([text, where, piece]) => {
  const cut = Math.floor(where * text.length);
  return text.slice(0, cut) + piece + text.slice(cut);
});

const aPackage: fc.Arbitrary<ZipPlan> = fc
  .record({
    manifest: fc.oneof(
      { weight: 3, arbitrary: aManifest },
      { weight: 2, arbitrary: anEditedManifest },
      { weight: 1, arbitrary: yamlMutant },
    ),
    method: fc.constantFrom(0, 8),
    isBuilt: fc.boolean(),
  })
  .map(({ manifest, method, isBuilt }) => ({
    entries: isBuilt
      ? asBuilt({ 'src/main.py': 'def handler(event):\n    return "hello"\n', 'agent.yaml': manifest })
      : [{ name: 'agent.yaml', content: manifest, method }],
  }));

/** What is wrong with one archive, in another with more in it. */
const merged = ([one, other]: readonly [ZipPlan, ZipPlan]): ZipPlan => ({
  ...other,
  entries: [...one.entries, ...other.entries],
});

const LIES = ['both', 'local', 'directory', 'before', 'after', 'attributes'] as const;

/** One thing that is wrong in an archive, in a proper one instead: where nothing else is, nothing hides it. */
const withOneLie = ([proper, wrong]: readonly [ZipPlan, ZipPlan]): ZipPlan => {
  const lies = wrong.entries.flatMap((entry) =>
    LIES.filter((lie) => entry[lie] !== undefined).map((lie) => ({ [lie]: entry[lie] })),
  );
  const liar = proper.entries.at(-1);
  return liar ? { entries: [...proper.entries.slice(0, -1), { ...liar, ...lies[0] }] } : proper;
};

type Change = (bytes: Uint8Array) => Uint8Array;

const at = (bytes: Uint8Array, where: number): number => Math.floor(where * bytes.length);

/** What happens to bytes on their way, or is done to them. */
const aChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
    ([where, change]): Change =>
      (bytes) =>
        bytes.map((byte, index) => (index === at(bytes, where) ? byte ^ change : byte)),
  ),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(
    ([where, more]): Change =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where))]),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 60 })).map(
    ([where, length]): Change =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), bytes.subarray(at(bytes, where) + length)]),
  ),
);

const aChangedOne = fc
  .tuple(fc.oneof(aPackage, aProperPlan), fc.array(aChange, { minLength: 1, maxLength: 2 }))
  .map(([plan, changes]) => changes.reduce((bytes, change) => change(bytes), writeZip(plan)));

/** Packages as bytes: proper ones, ones with a lie or several in their fields, and ones that were changed afterwards. */
export const packages: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: aPackage.map(writeZip) },
  { weight: 2, arbitrary: aZipPlan.map(writeZip) },
  { weight: 2, arbitrary: fc.tuple(fc.oneof(aPackage, aProperPlan), aZipPlan).map(withOneLie).map(writeZip) },
  { weight: 1, arbitrary: fc.tuple(aPackage, aZipPlan).map(merged).map(writeZip) },
  { weight: 2, arbitrary: aChangedOne },
);
