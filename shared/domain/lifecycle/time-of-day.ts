import { DAY_MS, instantOf, timeReached } from '#shared/domain/schedule/wall-clock.ts';

/** A time of day in a place: when the clocks on the wall there show it. */
export interface TimeOfDay {
  /** Milliseconds after midnight, by the clocks of the place. */
  readonly timeOfDayMs: number;
  /** An IANA name such as `Europe/Zurich`, or `UTC`. */
  readonly timeZone: string;
}

/** The last instant at or before `now` at which the clocks of the place came to that time: once a day, whatever they do. */
export const lastTimeOfDay = (now: number, { timeOfDayMs, timeZone }: TimeOfDay): number => {
  const reached = timeReached(now, timeZone);
  const today = Math.floor(reached / DAY_MS) * DAY_MS + timeOfDayMs;
  return instantOf(today <= reached ? today : today - DAY_MS, timeZone);
};

/** The first one after `now`. */
export const nextTimeOfDay = (now: number, { timeOfDayMs, timeZone }: TimeOfDay): number => {
  const reached = timeReached(now, timeZone);
  const today = Math.floor(reached / DAY_MS) * DAY_MS + timeOfDayMs;
  return instantOf(today > reached ? today : today + DAY_MS, timeZone);
};
