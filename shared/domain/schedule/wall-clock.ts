export const DAY_MS = 86_400_000;

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

/** Offsets such as +01:00 are zones to JavaScript, but not to the schedules of AWS, which are told the same one. */
export const isTimeZone = (timeZone: string): boolean => {
  if (timeZone === 'UTC') return true;
  try {
    return /^[A-Za-z]/.test(timeZone) && formatterOf(timeZone) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
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

const offsetAt = (at: number, timeZone: string): number => wallTime(at, timeZone) - at;

/** The first instant in (`from`, `to`] of which it holds, when from there on it holds of all. */
const firstOf = (from: number, to: number, holds: (at: number) => boolean): number => {
  let [before, found] = [from, to];
  while (found - before > 1) {
    const middle = Math.floor((before + found) / 2);
    if (holds(middle)) found = middle;
    else before = middle;
  }
  return found;
};

/**
 * The latest time that the wall clocks have shown so far. It never goes back: while clocks that were set back show
 * again what they have shown before, it stands still.
 */
export const timeReached = (at: number, timeZone: string): number => {
  const shown = wallTime(at, timeZone);
  const before = offsetAt(at - DAY_MS, timeZone);
  if (before <= shown - at) return shown;
  const setBackAt = firstOf(at - DAY_MS, at, (between) => offsetAt(between, timeZone) !== before);
  return Math.max(shown, wallTime(setBackAt - 1, timeZone));
};

/** The first instant at which they show a time; where they skip it, the one at which they have gone past it. */
export const instantOf = (wall: number, timeZone: string): number => {
  // Clocks are not set twice within two days: one of the two offsets is the right one.
  const [byOld, byNew] = [wall - offsetAt(wall - DAY_MS, timeZone), wall - offsetAt(wall + DAY_MS, timeZone)];
  if (byOld === byNew) return byOld;
  const shown = [byOld, byNew].filter((at) => wallTime(at, timeZone) === wall);
  if (shown.length > 0) return Math.min(...shown);
  return firstOf(byNew, byOld, (at) => wallTime(at, timeZone) >= wall);
};
