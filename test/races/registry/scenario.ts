import fc from 'fast-check';
import type { Fault, FaultKind } from '../world.ts';

/** What a package holds: two that claim the same version with different bytes, a later version, and none at all. */
export const CONTENTS = ['one', 'other-one', 'two', 'broken'] as const;
export type Content = (typeof CONTENTS)[number];

/** Where the checksum comes from. */
export type Checksum = 'sidecar' | 'metadata' | 'wrong-sidecar' | 'none';

export interface Uploading {
  readonly file: 'a' | 'b' | 'c';
  readonly content: Content;
  readonly checksum: Checksum;
  /** Somebody who may not upload for this developer. */
  readonly byStranger: boolean;
  /** In parts: it was begun that long before it is there, and its date says so. */
  readonly tookMs: number;
}

export type Doing =
  | { readonly do: 'process'; readonly atOnce: number }
  | { readonly do: 'sweep' | 'rebuild' }
  | { readonly do: 'yank' | 'unyank'; readonly version: string }
  /** Not a program: somebody damages what runtimes read. */
  | { readonly do: 'index-breaks'; readonly key: string }
  | { readonly do: 'time-passes'; readonly byMs: number };

export interface Scenario {
  /** In whatever order the world likes. */
  readonly uploads: readonly Uploading[];
  readonly doings: readonly Doing[];
  /** Whether the developer has a key, and every package waits for a signature that never comes. */
  readonly hasKey: boolean;
  readonly faults: readonly Fault[];
  readonly skewMs: number;
  readonly choices: Uint8Array;
}

const FAULTS: readonly FaultKind[] = [
  'crash-before',
  'crash-before',
  'crash-after',
  'crash-after',
  'refused',
  'answer-lost',
  'lands-late',
  'in-flight',
];

/** How many a run is likely to make: so far faults are spread. */
const CALLS = 200;
const CHOICES = 256;

const uploading = (files: readonly Uploading['file'][], contents: readonly Content[]): fc.Arbitrary<Uploading> =>
  fc.record({
    file: fc.constantFrom(...files),
    content: fc.constantFrom(...contents),
    checksum: fc.constantFrom<Checksum[]>('sidecar', 'sidecar', 'metadata', 'metadata', 'wrong-sidecar', 'none'),
    byStranger: fc.constantFrom(false, false, false, false, false, false, false, true),
    tookMs: fc.constantFrom(0, 0, 0, 120_000),
  });

const versions = fc.constantFrom('1.0.0', '1.1.0');

const doing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('process' as const), atOnce: fc.constantFrom(1, 2, 10) }) },
  { weight: 2, arbitrary: fc.constantFrom<Doing[]>({ do: 'sweep' }, { do: 'sweep' }, { do: 'rebuild' }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom<('yank' | 'unyank')[]>('yank', 'unyank'), version: versions }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('index-breaks' as const),
      key: fc.constantFrom(
        'index/registry.json',
        'index/developers.json',
        'packages/ada/hello/index.json',
        'packages/ada/hello/latest',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('time-passes' as const), byMs: fc.constantFrom(1_000, 61_000, 900_000) }),
  },
);

const faults = (calls: number): fc.Arbitrary<readonly Fault[]> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    {
      weight: 3,
      arbitrary: fc.array(fc.record({ at: fc.integer({ min: 1, max: calls }), kind: fc.constantFrom(...FAULTS) }), {
        minLength: 1,
        maxLength: 4,
      }),
    },
  );

const choices = fc.uint8Array({ minLength: CHOICES, maxLength: CHOICES, size: 'max' });
const hasKey = fc.constantFrom(false, false, false, true);
const skewMs = fc.constantFrom(0, 2_000);
const process = fc.constantFrom<Doing[]>({ do: 'process', atOnce: 10 }, { do: 'process', atOnce: 1 });

/** Anybody does anything. */
const crowds: fc.Arbitrary<Scenario> = fc.record({
  uploads: fc.array(uploading(['a', 'b', 'c'], CONTENTS), { minLength: 1, maxLength: 4 }),
  doings: fc.array(doing, { minLength: 2, maxLength: 6 }),
  hasKey,
  faults: faults(CALLS),
  skewMs,
  choices,
});

/** Several uploads of one key, and few who see to them: so few orders are missed. */
const replacements: fc.Arbitrary<Scenario> = fc.record({
  uploads: fc.array(uploading(['a'], ['one', 'other-one', 'two']), { minLength: 2, maxLength: 3 }),
  doings: fc.array(process, { minLength: 2, maxLength: 3 }),
  hasKey,
  faults: faults(CALLS / 2),
  skewMs,
  choices,
});

const complete = (file: Uploading['file'], content: Content): fc.Arbitrary<Uploading> =>
  fc.constant({ file, content, checksum: 'metadata', byStranger: false, tookMs: 0 });

/** One version claimed by different bytes at once, or two versions of one package. */
const encounters: fc.Arbitrary<Scenario> = fc.record({
  uploads: fc.tuple(complete('a', 'one'), fc.oneof(complete('b', 'other-one'), complete('b', 'two'))),
  doings: fc.tuple(process, process, doing),
  hasKey: fc.constant(false),
  faults: faults(CALLS / 2),
  skewMs,
  choices,
});

export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 3, arbitrary: crowds },
  { weight: 2, arbitrary: replacements },
  { weight: 2, arbitrary: encounters },
);
