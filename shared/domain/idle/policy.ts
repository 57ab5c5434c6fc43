import { parseDuration } from '#shared/domain/idle/duration.ts';
import type { Signal } from '#shared/domain/idle/evidence.ts';

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

export const DEFAULT_POLICY: Policy = {
  leaseMs: 10 * MINUTE_MS,
  idleAfterMs: 10 * MINUTE_MS,
  confirmAfterMs: 4 * MINUTE_MS,
  graceAfterWakeMs: 5 * MINUTE_MS,
  unknownAfterMs: 30 * MINUTE_MS,
  silentConnectionCapMs: 60 * MINUTE_MS,
  readyAfterMs: 3_000,
  bootLimitMs: 10 * MINUTE_MS,
  wakeCount: 1,
  max: 1,
  nightlyKill: 'yes',
  signal: { kind: 'connections' },
};

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
  metric: { expected: 'Namespace/Name', read: (value) => (/^.+\/[^/]+$/.test(value) ? value : undefined) },
  'metric-idle-at-most': wholeNumber(0, 999_999_999),
} satisfies Record<string, Reader<string | number>>;

type Word = keyof typeof READERS;
type Value<W extends Word> = NonNullable<ReturnType<(typeof READERS)[W]['read']>>;

const isWord = (tag: string): tag is Word => Object.hasOwn(READERS, tag);

const readSignal = (
  kind: Signal['kind'] | undefined,
  metric: string | undefined,
  idleAtMost: number | undefined,
): Signal | undefined => {
  if (kind !== 'metric') return { kind: kind ?? 'connections' };
  if (metric === undefined) return undefined;
  const slash = metric.lastIndexOf('/');
  return { kind, namespace: metric.slice(0, slash), name: metric.slice(slash + 1), idleAtMost: idleAtMost ?? 0 };
};

/** Reads a service's tags (prefix removed). Total: whatever they hold, there is a policy. */
export const parsePolicy = (tags: Tags): ParsedPolicy => {
  const problems: PolicyProblem[] = [];
  const report = (tag: string, expected: string): void => {
    problems.push({ tag, value: tags[tag] ?? '', expected });
  };
  const read = <W extends Word>(word: W): Value<W> | undefined => {
    const value = tags[word];
    if (value === undefined) return undefined;
    const parsed = READERS[word].read(value) as Value<W> | undefined;
    if (parsed === undefined) report(word, READERS[word].expected);
    return parsed;
  };

  for (const tag of Object.keys(tags)) if (!isWord(tag) && tag !== 'managed') report(tag, 'a known policy word');
  const wakeCount = read('wake-count') ?? DEFAULT_POLICY.wakeCount;
  const max = read('max') ?? wakeCount;
  if (max < wakeCount) report('max', `at least wake-count (${wakeCount})`);
  const signal = readSignal(read('signal'), read('metric'), read('metric-idle-at-most'));
  if (!signal) report('signal', 'with metric: the tag metric as Namespace/Name');

  const policy: Policy = {
    leaseMs: read('lease') ?? DEFAULT_POLICY.leaseMs,
    idleAfterMs: read('idle-after') ?? DEFAULT_POLICY.idleAfterMs,
    confirmAfterMs: read('confirm-after') ?? DEFAULT_POLICY.confirmAfterMs,
    graceAfterWakeMs: read('grace-after-wake') ?? DEFAULT_POLICY.graceAfterWakeMs,
    unknownAfterMs: read('unknown-after') ?? DEFAULT_POLICY.unknownAfterMs,
    silentConnectionCapMs: read('silent-connection-cap') ?? DEFAULT_POLICY.silentConnectionCapMs,
    readyAfterMs: read('ready-after') ?? DEFAULT_POLICY.readyAfterMs,
    bootLimitMs: read('boot-limit') ?? DEFAULT_POLICY.bootLimitMs,
    wakeCount,
    max: Math.max(max, wakeCount),
    nightlyKill: read('nightly-kill') ?? DEFAULT_POLICY.nightlyKill,
    signal: signal ?? DEFAULT_POLICY.signal,
  };
  return { policy, problems };
};
