import { DAY_MS, instantOf, timeReached } from '#shared/domain/schedule/wall-clock.ts';

export type ScheduledIntent = 'awake' | 'asleep';

/** Times of day, from one up to another, on some days. */
export interface Window {
  /** Monday is 0; `HOLIDAY` stands for all holidays, whatever day of the week they are. */
  readonly days: ReadonlySet<number>;
  readonly beginsMs: number;
  /** Beyond 24 hours: on the day after the one on which it begins. */
  readonly endsMs: number;
}

/** When a service must be awake and may be asleep, by the wall clocks of one place. Where both hold, it is awake. */
export interface Schedule {
  readonly awake: readonly Window[];
  readonly asleep: readonly Window[];
  /** Days since 1970, by the calendar of the place. */
  readonly holidays: ReadonlySet<number>;
  readonly timeZone: string;
}

export interface ScheduleChange {
  readonly at: number;
  /** null: nothing is scheduled from then on. */
  readonly intent: ScheduledIntent | null;
}

/** What is on, and what comes next. */
export interface ScheduleNow {
  readonly now: ScheduledIntent | null;
  /** null: it stays like that. */
  readonly next: ScheduleChange | null;
}

export const HOLIDAY = 7;
const THURSDAY = 3;

const dayKind = (day: number, { holidays }: Schedule): number =>
  holidays.has(day) ? HOLIDAY : (((day + THURSDAY) % 7) + 7) % 7;

/** Yesterday's windows may go on past midnight. */
const isOn = (windows: readonly Window[], schedule: Schedule, reached: number): boolean => {
  const today = Math.floor(reached / DAY_MS);
  return [today, today - 1].some((day) => {
    const kind = dayKind(day, schedule);
    const sinceMidnightMs = reached - day * DAY_MS;
    return windows.some(
      ({ days, beginsMs, endsMs }) => days.has(kind) && beginsMs <= sinceMidnightMs && sinceMidnightMs < endsMs,
    );
  });
};

/**
 * What the schedule says at an instant: a window is on when the latest time that the clocks have shown lies in it. So
 * each begins and ends once, however the clocks are set; one that lies within an hour that they skip is left out.
 */
export const intentAt = (schedule: Schedule, at: number): ScheduledIntent | null => {
  const reached = timeReached(at, schedule.timeZone);
  if (isOn(schedule.awake, schedule, reached)) return 'awake';
  return isOn(schedule.asleep, schedule, reached) ? 'asleep' : null;
};

/** From the day before, whose windows may go on, over two weeks: what falls out in one, for the clocks skip it, comes in the other. */
const OFFSETS = Array.from({ length: 17 }, (_, index) => index - 1);

/** Where the next change must lie: what changes neither in two weeks nor about a holiday never does. */
const daysAhead = ({ holidays }: Schedule, today: number): readonly number[] => {
  const starts = [today, ...[...holidays].filter((day) => day > today)];
  const days = new Set(starts.flatMap((start) => OFFSETS.map((offset) => start + offset)));
  return [...days].toSorted((a, b) => a - b);
};

/** Every time after `reached` at which a window begins or ends, in order. */
const boundariesAfter = (schedule: Schedule, reached: number): readonly number[] => {
  const windows = [...schedule.awake, ...schedule.asleep];
  const walls = daysAhead(schedule, Math.floor(reached / DAY_MS)).flatMap((day) => {
    const kind = dayKind(day, schedule);
    return windows
      .filter(({ days }) => days.has(kind))
      .flatMap(({ beginsMs, endsMs }) => [day * DAY_MS + beginsMs, day * DAY_MS + endsMs]);
  });
  return [...new Set(walls.filter((wall) => wall > reached))].toSorted((a, b) => a - b);
};

const changeAfter = (schedule: Schedule, at: number): ScheduleChange | null => {
  const present = intentAt(schedule, at);
  for (const wall of boundariesAfter(schedule, timeReached(at, schedule.timeZone))) {
    const change = { at: instantOf(wall, schedule.timeZone) };
    const intent = intentAt(schedule, change.at);
    if (intent !== present) return { ...change, intent };
  }
  return null;
};

/** The changes after an instant, in order, without an end: most weeks are like the last. */
export function* changesAfter(schedule: Schedule, at: number): Generator<ScheduleChange, void, undefined> {
  for (let next = changeAfter(schedule, at); next; next = changeAfter(schedule, next.at)) yield next;
}

export const scheduleAt = (schedule: Schedule, at: number): ScheduleNow => ({
  now: intentAt(schedule, at),
  next: changeAfter(schedule, at),
});

/** Whether it came to say something else in the meantime. */
export const hasChanged = (schedule: Schedule, since: number, now: number): boolean =>
  (changeAfter(schedule, since)?.at ?? Infinity) <= now;
