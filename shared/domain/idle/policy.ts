import { chooseSignal, SIGNAL_NEEDS } from '#shared/domain/idle/choose-signal.ts';
import { parseDuration } from '#shared/domain/idle/duration.ts';
import type { Signal } from '#shared/domain/idle/evidence.ts';
import { parseDimensions, parseMetricWord, parseNamespace } from '#shared/domain/idle/metric-words.ts';
import { parseEndpointWord } from '#shared/domain/lifecycle/endpoint-word.ts';
import type { Schedule } from '#shared/domain/schedule/schedule.ts';
import { SCHEDULE_READERS, scheduleContradictions, toSchedule } from '#shared/domain/schedule/schedule-words.ts';

/** How one service wants to be treated. Durations in milliseconds. */
export interface Policy {
  readonly leaseMs: number;
  readonly idleAfterMs: number;
  readonly confirmAfterMs: number;
  readonly graceAfterWakeMs: number;
  readonly unknownAfterMs: number;
  readonly silentConnectionCapMs: number;
  readonly readyAfterMs: number;
  readonly bootLimitMs: number;
  readonly wakeCount: number;
  readonly max: number;
  readonly nightlyKill: 'yes' | 'spare-leased' | 'no';
  readonly signal: Signal;
  /** null: none, everything is on demand. */
  readonly schedule: Schedule | null;
}

export interface PolicyProblem {
  /** The tag's word, without the `nightporter:` prefix. */
  readonly tag: string;
  readonly value: string;
  readonly expected: string;
}

export interface ParsedPolicy {
  readonly policy: Policy;
  /** A bad tag is reported by name, and its default holds. */
  readonly problems: readonly PolicyProblem[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
export const LEASE_MIN_MS = 10_000;
export const LEASE_MAX_MS = DAY_MS;

type Tags = Readonly<Record<string, string>>;
type Reader<T> = { readonly expected: string; readonly read: (value: string) => T | undefined };

const duration = (minMs: number, maxMs: number, range: string): Reader<number> => ({
  expected: `a duration such as 90s, 10m or 2h, ${range}`,
  read: (value) => {
    const durationMs = parseDuration(value);
    return durationMs !== undefined && durationMs >= minMs && durationMs <= maxMs ? durationMs : undefined;
  },
});

const wholeNumber = (min: number, max: number): Reader<number> => ({
  expected: `a whole number from ${min} to ${max}`,
  read: (value) =>
    /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined,
});

const oneOf = <T extends string>(...words: readonly T[]): Reader<T> => ({
  expected: `one of ${words.join(', ')}`,
  read: (value) => words.find((word) => word === value),
});

const fromASecond = duration(1_000, 30 * DAY_MS, '1s to 30d');
const fromZero = duration(0, 30 * DAY_MS, '0s to 30d');

const READERS = {
  lease: duration(LEASE_MIN_MS, LEASE_MAX_MS, '10s to 24h'),
  'idle-after': fromASecond,
  'confirm-after': fromASecond,
  'grace-after-wake': fromZero,
  'unknown-after': fromASecond,
  'silent-connection-cap': fromASecond,
  'ready-after': fromZero,
  'boot-limit': fromASecond,
  'wake-count': wholeNumber(1, 1_000),
  max: wholeNumber(1, 5_000),
  'nightly-kill': oneOf('yes', 'spare-leased', 'no'),
  signal: oneOf('connections', 'alb', 'nlb', 'metric', 'leases'),
  metric: { expected: 'Namespace/Name', read: parseMetricWord },
  'metric-idle-at-most': wholeNumber(0, 999_999_999),
  'metric-namespace': { expected: 'a CloudWatch namespace', read: parseNamespace },
  'metric-dimensions': { expected: 'Name=value pairs, with spaces between them', read: parseDimensions },
  // Read by the fleet; known here so that a bad one is reported like any other.
  endpoint: {
    expected: 'http(s)://host[:port][/path], host:port, public:PORT, private:PORT or none',
    read: parseEndpointWord,
  },
  ...SCHEDULE_READERS,
} satisfies Record<string, Reader<unknown>>;

type Word = keyof typeof READERS;
type Value<W extends Word> = NonNullable<ReturnType<(typeof READERS)[W]['read']>>;
/** Words without a default: absent means absent. */
type Optional =
  | ('max' | 'metric' | 'metric-namespace' | 'metric-dimensions' | 'endpoint')
  | keyof typeof SCHEDULE_READERS;
type Values = { readonly [W in Exclude<Word, Optional>]: Value<W> } & { readonly [W in Optional]?: Value<W> };

const DEFAULTS: Values = {
  lease: 10 * MINUTE_MS,
  'idle-after': 10 * MINUTE_MS,
  'confirm-after': 4 * MINUTE_MS,
  'grace-after-wake': 5 * MINUTE_MS,
  'unknown-after': 30 * MINUTE_MS,
  'silent-connection-cap': 60 * MINUTE_MS,
  'ready-after': 3_000,
  'boot-limit': 10 * MINUTE_MS,
  'wake-count': 1,
  'nightly-kill': 'yes',
  signal: 'connections',
  'metric-idle-at-most': 0,
};

export interface PolicyWord {
  readonly word: string;
  readonly expected: string;
  /** The value when it is absent, a duration in milliseconds; `undefined`: absent means absent. */
  readonly usual: string | number | undefined;
}

/** Every word that there is. */
export const POLICY_WORDS: readonly PolicyWord[] = /* @__PURE__ */ Object.entries(READERS).map(
  ([word, { expected }]) => ({
    word,
    expected,
    usual: (DEFAULTS as Readonly<Record<string, unknown>>)[word] as PolicyWord['usual'],
  }),
);

const isWord = (tag: string): tag is Word => Object.hasOwn(READERS, tag);

/** A signal that lacks what it needs falls back to the default, which `inconsistencies` reports. */
const toSignal = (values: Values): Signal => chooseSignal(values) ?? { kind: 'connections' };

const toPolicy = (values: Values, home: string): Policy => ({
  leaseMs: values.lease,
  idleAfterMs: values['idle-after'],
  confirmAfterMs: values['confirm-after'],
  graceAfterWakeMs: values['grace-after-wake'],
  unknownAfterMs: values['unknown-after'],
  silentConnectionCapMs: values['silent-connection-cap'],
  readyAfterMs: values['ready-after'],
  bootLimitMs: values['boot-limit'],
  wakeCount: values['wake-count'],
  max: Math.max(values['wake-count'], values.max ?? 0),
  nightlyKill: values['nightly-kill'],
  signal: toSignal(values),
  schedule: toSchedule(values, home),
});

export const DEFAULT_POLICY: Policy = /* @__PURE__ */ toPolicy(DEFAULTS, 'UTC');

/** Tags that are good each by itself and bad together. */
const inconsistencies = (values: Values, tags: Tags): readonly PolicyProblem[] => {
  const { max, signal, 'wake-count': wakeCount } = values;
  const found: PolicyProblem[] = [];
  if (max !== undefined && max < wakeCount) {
    found.push({ tag: 'max', value: String(max), expected: `at least wake-count (${wakeCount})` });
  }
  if (chooseSignal(values) === undefined) {
    found.push({ tag: 'signal', value: tags['signal'] ?? '', expected: SIGNAL_NEEDS[signal] });
  }
  for (const { tag, expected } of scheduleContradictions(values)) {
    found.push({ tag, value: tags[tag] ?? '', expected });
  }
  return found;
};

/** Reads a service's tags (prefix removed), at `home` in a time zone. Total: whatever they hold, there is a policy. */
export const parsePolicy = (tags: Tags, home = 'UTC'): ParsedPolicy => {
  const problems: PolicyProblem[] = [];
  const good = Object.entries(tags).flatMap(([tag, value]) => {
    if (tag === 'managed') return [];
    const parsed = isWord(tag) ? READERS[tag].read(value) : undefined;
    if (parsed !== undefined) return [[tag, parsed] as const];
    problems.push({ tag, value, expected: isWord(tag) ? READERS[tag].expected : 'a known policy word' });
    return [];
  });
  const values: Values = { ...DEFAULTS, ...(Object.fromEntries(good) as Partial<Values>) };
  return { policy: toPolicy(values, home), problems: [...problems, ...inconsistencies(values, tags)] };
};
