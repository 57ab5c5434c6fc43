import { HOLIDAY, type Schedule, type Window } from '#shared/domain/schedule/schedule.ts';
import { DAY_MS, isTimeZone } from '#shared/domain/schedule/wall-clock.ts';

/** What a tag says of windows: `Mon-Fri 08:00-12:00 13:00-18:30 Sat 09:00-13:00 Europe/Zurich`. */
export interface WindowsWord {
  readonly windows: readonly Window[];
  readonly timeZone: string | null;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const EVERY_DAY: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 6, HOLIDAY]);
const TIMES = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d(?=:)|2[0-3](?=:)|24(?=:00$)):([0-5]\d)$/;
/** More than a tag can hold is refused everywhere, so that what is tried locally works on AWS. */
const LONGEST = 256;
const HOLIDAYS_MAX = 366;
const MINUTE_MS = 60_000;

const wordsOf = (value: string): readonly string[] =>
  value.length > LONGEST ? [] : value.split(' ').filter((word) => word !== '');

/** `Mon`, `Mon-Fri`, `Sat-Mon` or `Hol`. */
const parseDays = (word: string): readonly number[] | undefined => {
  const name = word.toLowerCase();
  if (name === 'hol') return [HOLIDAY];
  const [first = '', last = first, ...more] = name.split('-');
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  if (from < 0 || to < 0 || more.length > 0) return undefined;
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => (from + index) % 7);
};

/** `08:00-18:30`, or past midnight `22:00-06:00`. */
const parseTimes = (word: string): Pick<Window, 'beginsMs' | 'endsMs'> | undefined => {
  const numbers = TIMES.exec(word)?.slice(1).map(Number);
  if (!numbers) return undefined;
  const [hour = 0, minute = 0, endHour = 0, endMinute = 0] = numbers;
  const [beginsMs, endsMs] = [(hour * 60 + minute) * MINUTE_MS, (endHour * 60 + endMinute) * MINUTE_MS];
  if (beginsMs === endsMs) return undefined;
  return { beginsMs, endsMs: endsMs > beginsMs ? endsMs : endsMs + DAY_MS };
};

/** Days hold for the times after them, up to the next days; times before any days are for every day, holidays too. */
const parseWindows = (words: readonly string[]): readonly Window[] | undefined => {
  const windows: Window[] = [];
  let days: readonly number[] = [];
  let isNamed = false;
  for (const word of words) {
    const named = parseDays(word);
    const times = parseTimes(word);
    if (named) days = isNamed ? [...days, ...named] : named;
    else if (times) windows.push({ days: days.length > 0 ? new Set(days) : EVERY_DAY, ...times });
    else return undefined;
    isNamed = named !== undefined;
  }
  return windows.length > 0 && !isNamed ? windows : undefined;
};

const parseTimeZone = (value: string): string | undefined => (isTimeZone(value) ? value : undefined);

/** `undefined` for anything else. */
const parseWindowsWord = (value: string): WindowsWord | undefined => {
  const words = wordsOf(value);
  const timeZone = parseTimeZone(words.at(-1) ?? '') ?? null;
  const windows = parseWindows(timeZone === null ? words : words.slice(0, -1));
  return windows && { windows, timeZone };
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A day since 1970; `undefined` for what no calendar has. */
const parseDate = (text: string): number | undefined => {
  const at = DATE.test(text) ? Date.parse(`${text}T00:00:00.000Z`) : NaN;
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? undefined : at / DAY_MS;
};

/** `2026-12-25`, or from one day to another `2026-12-24/2027-01-02`. */
const parseDates = (word: string): readonly number[] | undefined => {
  const [first = '', last = first, ...more] = word.split('/');
  const [from, to] = [parseDate(first), parseDate(last)];
  if (from === undefined || to === undefined || to < from || to - from >= HOLIDAYS_MAX || more.length > 0) {
    return undefined;
  }
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
};

/** Dates with spaces between them, at most a year of days; `undefined` for anything else. */
const parseHolidays = (value: string): ReadonlySet<number> | undefined => {
  const dates = wordsOf(value).map(parseDates);
  if (dates.length === 0 || dates.includes(undefined)) return undefined;
  const days = new Set(dates.flatMap((each) => each ?? []));
  return days.size <= HOLIDAYS_MAX ? days : undefined;
};

const windows = { expected: 'windows such as Mon-Fri 08:00-18:30 Europe/Zurich', read: parseWindowsWord };

/** How each word is read; `undefined`: it is not what was expected. */
export const SCHEDULE_READERS = {
  awake: windows,
  asleep: windows,
  holidays: { expected: 'dates such as 2026-12-25 or 2026-12-24/2027-01-02, up to 366 days', read: parseHolidays },
  'time-zone': { expected: 'an IANA time zone such as Europe/Zurich', read: parseTimeZone },
};

/** The words that together make a schedule. */
export interface ScheduleWords {
  readonly awake?: WindowsWord;
  readonly asleep?: WindowsWord;
  readonly holidays?: ReadonlySet<number>;
  readonly 'time-zone'?: string;
}

interface Contradiction {
  readonly tag: keyof ScheduleWords;
  readonly expected: string;
}

const zoneOf = (word: WindowsWord | undefined): string | null => word?.timeZone ?? null;

/** Two places at once: by whose clocks the day goes, nobody can say. */
const areApart = ({ awake, asleep }: ScheduleWords): boolean => {
  const zones = [zoneOf(awake), zoneOf(asleep)].filter((zone) => zone !== null);
  return new Set(zones).size > 1;
};

/** To windows of every day a holiday is a day like others. */
const nameDays = (word: WindowsWord | undefined): boolean =>
  word !== undefined && word.windows.some(({ days }) => days !== EVERY_DAY);

/** Words that are good each by itself, and bad together. */
export const scheduleContradictions = (words: ScheduleWords): readonly Contradiction[] => {
  const { awake, asleep, holidays } = words;
  const found: Contradiction[] = [];
  if (areApart(words)) found.push({ tag: 'asleep', expected: `the time zone of awake (${zoneOf(awake)}), or none` });
  if (holidays && !nameDays(awake) && !nameDays(asleep)) {
    found.push({ tag: 'holidays', expected: 'windows that name their days, such as Mon-Sun 08:00-18:00' });
  }
  return found;
};

const windowsOf = (word: WindowsWord | undefined): readonly Window[] => word?.windows ?? [];

/** The schedule that the words describe, by the clocks of the place that they name, or of `home`; null: there is none. */
export const toSchedule = (words: ScheduleWords, home: string): Schedule | null => {
  const { awake, holidays = new Set() } = words;
  const asleep = areApart(words) ? undefined : words.asleep;
  if (!awake && !asleep) return null;
  const timeZone = zoneOf(awake) ?? zoneOf(asleep) ?? words['time-zone'] ?? home;
  return { awake: windowsOf(awake), asleep: windowsOf(asleep), holidays, timeZone };
};
