import fc from 'fast-check';
import type { Fault, FaultKind } from './world.ts';

export const SERVICE = 'echo';
/** Stands by while the other one's documents cannot be read. */
export const NEIGHBOUR = 'neighbour';
export const SUBJECT = 'agents';
export const LEASE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** Noon, long after the last nightly kill. */
export const NOON = Date.UTC(2026, 10, 20, 12);

export const HOLDERS = ['a', 'b', 'c'] as const;
export type HolderName = (typeof HOLDERS)[number];

/** What the schedule of the service says about noon: each ends an hour after it, and one begins a minute after. */
export const WINDOWS = {
  none: {},
  awake: { awake: '11:00-13:00' },
  'awake-soon': { awake: '12:01-13:00' },
  asleep: { asleep: '11:00-13:00' },
} as const;

/** What somebody sets out to do. */
export type Doing =
  | { readonly do: 'wake' | 'heartbeat' | 'kill'; readonly holder: HolderName }
  | { readonly do: 'force' | 'tick' | 'hold-asleep' | 'hold-awake' | 'unhold' | 'status' | 'event' | 'nightly-kill' }
  /** Not a program: the world moves. */
  | { readonly do: 'task-moves' | 'task-crashes' | 'scaler-acts' }
  | { readonly do: 'time-passes'; readonly byMs: number };

export interface Scenario {
  readonly start: 'asleep' | 'awake' | 'draining';
  /** Who holds a lease at the start, and who once held one and never said goodbye. */
  readonly holding: readonly HolderName[];
  readonly expired: readonly HolderName[];
  readonly activity: 'idle' | 'active' | 'unknown';
  readonly window: keyof typeof WINDOWS;
  readonly autoscaled: boolean;
  /** Whether the nightly kill spares who holds a lease. */
  readonly sparesLeased: boolean;
  /** Whether ticks fail to read this service's record, while a neighbour waits to be put to sleep. */
  readonly poisoned: boolean;
  /** Whether the fleet's reads may show the past. */
  readonly stale: boolean;
  /** How far apart the actors' clocks are. */
  readonly skewMs: number;
  readonly doings: readonly Doing[];
  readonly faults: readonly Fault[];
  readonly choices: Uint8Array;
}

/** Mostly the same one: a holder's own calls race each other when it retries. */
const holder = fc.constantFrom<HolderName>('a', 'a', 'a', 'b', 'c');
const FAULTS: readonly FaultKind[] = [
  'crash-before',
  'crash-after',
  'refused',
  'answer-lost',
  'lands-late',
  'in-flight',
];

type Alone = Exclude<Doing, { readonly holder: HolderName } | { readonly byMs: number }>;
const alone = (...what: Alone['do'][]): fc.Arbitrary<Doing> => fc.constantFrom(...what).map((it) => ({ do: it }));

const doing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wake' as const), holder }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('kill' as const), holder }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('heartbeat' as const), holder }) },
  { weight: 5, arbitrary: alone('tick') },
  { weight: 1, arbitrary: alone('force', 'hold-asleep', 'hold-awake', 'unhold', 'nightly-kill') },
  { weight: 1, arbitrary: alone('status', 'event') },
  { weight: 2, arbitrary: alone('task-moves', 'task-moves', 'task-crashes', 'scaler-acts') },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('time-passes' as const),
      byMs: fc.constantFrom(2_000, 11_000, 59_000, 70_000),
    }),
  },
);

const CHOICES = 192;

const faultOf = (kinds: readonly FaultKind[], calls: number): fc.Arbitrary<Fault> =>
  fc.record({ at: fc.integer({ min: 1, max: calls }), kind: fc.constantFrom(...kinds) });

const choices = fc.uint8Array({ minLength: CHOICES, maxLength: CHOICES, size: 'max' });
const start = fc.constantFrom<Scenario['start'][]>('asleep', 'awake', 'draining');

/** Anybody does anything, and much may go wrong. */
const crowds = (calls: number): fc.Arbitrary<Scenario> =>
  fc.record({
    start,
    holding: fc.subarray([...HOLDERS]),
    expired: fc.subarray([...HOLDERS], { maxLength: 1 }),
    activity: fc.constantFrom<Scenario['activity'][]>('idle', 'idle', 'active', 'unknown'),
    window: fc.constantFrom<Scenario['window'][]>('none', 'none', 'none', 'awake', 'awake-soon', 'asleep'),
    autoscaled: fc.boolean(),
    sparesLeased: fc.boolean(),
    stale: fc.boolean(),
    poisoned: fc.constant(false),
    skewMs: fc.constantFrom(0, 2_000),
    doings: fc.array(doing, { minLength: 2, maxLength: 6 }),
    faults: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(faultOf(FAULTS, calls), { minLength: 1, maxLength: 3 }) },
    ),
    choices,
  });

const asking = fc.record({
  do: fc.constantFrom<('wake' | 'heartbeat')[]>('wake', 'heartbeat'),
  holder: fc.constant<HolderName>('a'),
});
const ending = fc.constantFrom<Doing[]>(
  { do: 'force' },
  { do: 'tick' },
  { do: 'kill', holder: 'b' },
  { do: 'nightly-kill' },
);

/** One holder's own calls race each other while somebody ends the session: few calls, so that few orders are missed. */
const duels = (calls: number): fc.Arbitrary<Scenario> =>
  fc.record({
    start,
    holding: fc.subarray<HolderName>(['a', 'b']),
    expired: fc.constant([]),
    activity: fc.constant('idle'),
    window: fc.constant('none'),
    autoscaled: fc.constant(false),
    sparesLeased: fc.constant(true),
    stale: fc.constant(false),
    poisoned: fc.constant(false),
    skewMs: fc.constant(0),
    doings: fc.tuple(asking, asking, ending),
    faults: fc.array(faultOf(['crash-before'], Math.floor(calls / 3)), { maxLength: 1 }),
    choices,
  });

/** A tick that cannot read one service's record, among others at work. */
const poisonings = (calls: number): fc.Arbitrary<Scenario> =>
  fc
    .tuple(crowds(calls), doing)
    .map(([crowd, other]) => ({ ...crowd, poisoned: true, faults: [], doings: [{ do: 'tick' }, other] }));

/** `calls`: how many a run is likely to make. */
export const scenarios = (calls: number): fc.Arbitrary<Scenario> =>
  fc.oneof(
    { weight: 12, arbitrary: crowds(calls) },
    { weight: 6, arbitrary: duels(calls) },
    { weight: 1, arbitrary: poisonings(calls) },
  );
