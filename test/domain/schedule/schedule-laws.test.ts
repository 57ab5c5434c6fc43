import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastTimeOfDay, nextTimeOfDay } from '#shared/domain/lifecycle/time-of-day.ts';
import {
  changesAfter,
  hasChanged,
  intentAt,
  scheduleAt,
  type ScheduledIntent,
} from '#shared/domain/schedule/schedule.ts';
import { aSchedule } from '../../support/schedules.ts';
import { DAY, MINUTE } from '../../support/virtual-clock.ts';

/** A place, and a day on which its clocks are set, where they are. */
const PLACES: readonly (readonly [timeZone: string, day: string])[] = [
  ['UTC', '2026-11-20'],
  ['Europe/Zurich', '2026-03-29'],
  ['Europe/Zurich', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['America/St_Johns', '2010-03-14'],
  ['America/St_Johns', '2010-11-07'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Pacific/Auckland', '2026-04-05'],
  ['Pacific/Auckland', '2026-09-27'],
  ['America/Santiago', '2026-04-05'],
  ['America/Santiago', '2026-09-06'],
  ['Africa/Casablanca', '2025-02-23'],
  ['Africa/Casablanca', '2025-04-06'],
  ['Asia/Kathmandu', '2026-03-29'],
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Kiritimati', '1994-12-31'],
];

const BEFORE_DAYS = 4;
const AFTER_DAYS = 20;

interface Minute {
  readonly at: number;
  /** The latest that the clocks have shown, and its parts. */
  readonly latest: string;
  readonly date: string;
  readonly dateBefore: string;
  readonly minute: number;
}

/** Every minute about a day, with what the clocks of the place have come to: read off them one after the other. */
const minutesAbout = (timeZone: string, day: string): readonly Minute[] => {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const start = Date.parse(`${day}T00:00Z`) - BEFORE_DAYS * DAY;
  let latest = '';
  return Array.from({ length: ((BEFORE_DAYS + AFTER_DAYS) * DAY) / MINUTE }, (_, index) => {
    const at = start + index * MINUTE;
    const shown = clock.format(at);
    if (shown > latest) latest = shown;
    const [date = '', time = ''] = latest.split(' ');
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const dateBefore = new Date(Date.parse(date) - DAY).toISOString().slice(0, 10);
    return { at, latest, date, dateBefore, minute: hours * 60 + minutes };
  });
};

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'Hol'];

interface Times {
  /** null: every day. */
  readonly days: readonly string[] | null;
  readonly from: number;
  readonly to: number;
}

const minuteOfDay = fc.oneof(
  fc.nat({ max: 24 * 60 - 1 }),
  // Where clocks are set, mostly.
  fc.nat({ max: 24 }).map((tens) => (tens * 10) % (24 * 60)),
  fc.constantFrom(0, 60, 120, 150, 180, 23 * 60),
);
const times: fc.Arbitrary<Times> = fc
  .record({
    days: fc.oneof(fc.constant(null), fc.subarray(NAMES, { minLength: 1 })),
    from: minuteOfDay,
    to: fc.oneof(minuteOfDay, fc.constant(24 * 60)),
  })
  .filter(({ from, to }) => from !== to);

const clockTime = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');

/** In this order days are never taken for those of the times before. */
const wordOf = (windows: readonly Times[]): string =>
  windows
    .toSorted((a, b) => Number(a.days !== null) - Number(b.days !== null))
    .map(({ days, from, to }) => `${days === null ? '' : `${days.join(' ')} `}${clockTime(from)}-${clockTime(to)}`)
    .join(' ');

const nameOf = (date: string, holidays: readonly string[]): string =>
  holidays.includes(date) ? 'Hol' : (NAMES[(new Date(date).getUTCDay() + 6) % 7] ?? '');

const isOn = (
  windows: readonly Times[],
  holidays: readonly string[],
  { date, dateBefore, minute }: Minute,
): boolean => {
  const isOf = ({ days }: Times, day: string): boolean => days === null || days.includes(nameOf(day, holidays));
  return windows.some(({ from, to, ...which }) => {
    if (to > from) return isOf({ from, to, ...which }, date) && from <= minute && minute < to;
    return (
      (isOf({ from, to, ...which }, date) && from <= minute) ||
      (isOf({ from, to, ...which }, dateBefore) && minute < to)
    );
  });
};

const someWindows = fc.array(times, { minLength: 1, maxLength: 4 });
const dayOffset = fc.integer({ min: -2, max: 4 });

describe.each(PLACES)('in %s about %s', (timeZone, day) => {
  const minutes = minutesAbout(timeZone, day);
  const first = minutes[DAY / MINUTE]?.at ?? NaN;
  const start = minutes[0]?.at ?? NaN;
  const aNow = fc.nat({ max: 4 * DAY }).map((ms) => first + DAY + ms);
  const whatever = fc.record({
    awake: someWindows,
    asleep: fc.oneof(fc.constant([]), someWindows),
    offsets: fc.uniqueArray(dayOffset, { maxLength: 3 }),
    now: aNow,
  });

  it('any windows say by the rule what they say by reading the clocks, and tell the first change', () => {
    fc.assert(
      fc.property(whatever, ({ awake, asleep, offsets, now }) => {
        const holidays = offsets.map((days) => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10));
        const namesDays = [...awake, ...asleep].some(({ days }) => days !== null);
        const schedule = aSchedule({
          awake: wordOf(awake),
          ...(asleep.length > 0 && { asleep: wordOf(asleep) }),
          ...(holidays.length > 0 && namesDays && { holidays: holidays.join(' ') }),
          'time-zone': timeZone,
        });
        const read = (minute: Minute): ScheduledIntent | null => {
          if (isOn(awake, holidays, minute)) return 'awake';
          return isOn(asleep, holidays, minute) ? 'asleep' : null;
        };
        const rest = minutes.slice(Math.floor((now - start) / MINUTE));
        const present = read(rest[0] as Minute);
        const change = rest.find((minute) => read(minute) !== present);
        const told = scheduleAt(schedule, now);
        expect(told.now).toBe(present);
        if (change) expect(told.next).toEqual({ at: change.at, intent: read(change) });
        else expect(told.next).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it('every change changes something, in order, and nothing changes in between', () => {
    fc.assert(
      fc.property(whatever, fc.double({ min: 0, max: 1, noNaN: true }), ({ awake, asleep, now }, part) => {
        const schedule = aSchedule({
          awake: wordOf(awake),
          ...(asleep.length > 0 && { asleep: wordOf(asleep) }),
          'time-zone': timeZone,
        });
        let before = { at: now, intent: intentAt(schedule, now) };
        let left = 6;
        for (const change of changesAfter(schedule, now)) {
          if ((left -= 1) < 0) break;
          expect(change.at).toBeGreaterThan(before.at);
          expect(change.intent).not.toBe(before.intent);
          expect(intentAt(schedule, change.at)).toBe(change.intent);
          expect(intentAt(schedule, change.at - 1)).toBe(before.intent);
          const between = before.at + Math.floor((change.at - before.at) * part);
          if (between < change.at) expect(intentAt(schedule, between)).toBe(before.intent);
          expect(hasChanged(schedule, before.at, change.at)).toBe(true);
          expect(hasChanged(schedule, before.at, change.at - 1)).toBe(false);
          before = change;
        }
      }),
      { numRuns: 12 },
    );
  });

  it('a time of day comes once a day, when the clocks have come to it', () => {
    fc.assert(
      fc.property(aNow, fc.nat({ max: 24 * 60 - 1 }), (now, minute) => {
        const time = { timeOfDayMs: minute * MINUTE, timeZone };
        const last = lastTimeOfDay(now, time);
        const next = nextTimeOfDay(now, time);
        const arrivals = [-2, -1, 0, 1, 2].flatMap((days) => {
          const date = new Date(now + days * DAY).toISOString().slice(0, 10);
          return minutes.find(({ latest }) => latest >= `${date} ${clockTime(minute)}`) ?? [];
        });
        expect(arrivals.findLast(({ at }) => at <= now)?.at).toBe(last);
        expect(arrivals.find(({ at }) => at > now)?.at).toBe(next);
      }),
      { numRuns: 12 },
    );
  });
});

describe('what lies far ahead', () => {
  it.each([
    ['an hour', 'Sun 02:10-02:50 Europe/Zurich', '2026-03-22T02:00Z', '2026-04-05T00:10Z'],
    ['a day', 'Fri 08:00-18:00 Pacific/Apia', '2011-12-24T06:00Z', '2012-01-05T18:00Z'],
  ])('is found behind what the clocks skip: %s', (_, awake, now, next) => {
    expect(scheduleAt(aSchedule({ awake }), Date.parse(now)).next).toEqual({ at: Date.parse(next), intent: 'awake' });
  });

  it('is found: a holiday in the next year is what a service that is always awake has to expect', () => {
    const schedule = aSchedule({ awake: 'Mon-Sun 00:00-24:00 Europe/Zurich', holidays: '2027-08-01' });
    expect(scheduleAt(schedule, Date.parse('2026-11-20T10:00Z'))).toEqual({
      now: 'awake',
      next: { at: Date.parse('2027-07-31T22:00Z'), intent: null },
    });
    expect(scheduleAt(schedule, Date.parse('2027-07-31T22:00Z')).next).toEqual({
      at: Date.parse('2027-08-01T22:00Z'),
      intent: 'awake',
    });
  });

  it('is found behind weeks of holidays', () => {
    const schedule = aSchedule({ awake: 'Fri 08:00-12:00', holidays: '2026-11-21/2027-03-05' });
    expect(scheduleAt(schedule, Date.parse('2026-11-20T12:00Z')).next).toEqual({
      at: Date.parse('2027-03-12T08:00Z'),
      intent: 'awake',
    });
  });

  it('is nothing, where it stays like that for ever', () => {
    expect(scheduleAt(aSchedule({ awake: '00:00-24:00' }), Date.parse('2026-11-20T12:00Z'))).toEqual({
      now: 'awake',
      next: null,
    });
    const past = aSchedule({ asleep: 'Hol 00:00-24:00', holidays: '2026-11-19' });
    expect(scheduleAt(past, Date.parse('2026-11-20T12:00Z'))).toEqual({ now: null, next: null });
  });
});
