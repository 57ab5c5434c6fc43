const DAY_MS = 86_400_000;

/** A time of day in a place: when the clocks on the wall there show it. */
export interface TimeOfDay {
  /** Milliseconds after midnight, by the clocks of the place. */
  readonly timeOfDayMs: number;
  /** An IANA name such as `Europe/Zurich`, or `UTC`. */
  readonly timeZone: string;
}

/** One formatter per zone: making one costs more than all that it is asked afterwards. */
const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known) return known;
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', second: 'numeric', ...parts });
  formatters.set(timeZone, made);
  return made;
};

/** What the wall clocks of the zone show at an instant, written as if it were UTC. Throws for a zone that is none. */
const wallTime = (at: number, timeZone: string): number => {
  if (timeZone === 'UTC') return at;
  const shown = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>>;
  const { year, month, day, hour, minute, second } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1_000) + 1_000) % 1_000);
};

/** The first instant at which the wall clocks show it; where they skip it, as much later as they skip. */
const instantOf = (wall: number, timeZone: string): number => {
  // Clocks change by hours and not twice within two days: one of the two offsets is the right one.
  const candidates = [wall - DAY_MS, wall + DAY_MS].map((near) => wall - (wallTime(near, timeZone) - near));
  const shown = candidates.filter((at) => wallTime(at, timeZone) === wall);
  return shown.length > 0 ? Math.min(...shown) : (candidates[0] as number);
};

/** The last instant at or before `now` at which the clocks of the place showed that time. */
export const lastTimeOfDay = (now: number, { timeOfDayMs, timeZone }: TimeOfDay): number => {
  const today = Math.floor(wallTime(now, timeZone) / DAY_MS) * DAY_MS;
  // Tomorrow's can lie before now only where the clocks jump over midnight; then it is today's.
  const instants = [0, 1].map((daysAgo) => instantOf(today - daysAgo * DAY_MS + timeOfDayMs, timeZone));
  return instants.find((at) => at <= now) ?? instantOf(today - 2 * DAY_MS + timeOfDayMs, timeZone);
};
