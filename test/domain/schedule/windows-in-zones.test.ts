import { describe, expect, it } from 'vitest';
import { intentAt, scheduleAt } from '#shared/domain/schedule/schedule.ts';
import { aSchedule } from '../../support/schedules.ts';
import { DAY } from '../../support/virtual-clock.ts';

/** Zone, what happens there, window, and the instants at which it begins and ends. */
type Row = readonly [zone: string, day: string, window: string, begins: string, ends: string];

const ROWS: readonly Row[] = [
  ['UTC', 'a day like others', 'Fri 08:00-18:30', '2026-11-20T08:00Z', '2026-11-20T18:30Z'],
  ['UTC', 'over midnight', 'Fri 22:00-06:00', '2026-11-20T22:00Z', '2026-11-21T06:00Z'],
  ['UTC', 'up to midnight', 'Fri 18:00-24:00', '2026-11-20T18:00Z', '2026-11-21T00:00Z'],
  ['UTC', 'from midnight on', 'Fri 00:00-06:00', '2026-11-20T00:00Z', '2026-11-20T06:00Z'],
  ['UTC', 'almost around the clock', 'Fri 08:01-08:00', '2026-11-20T08:01Z', '2026-11-21T08:00Z'],

  ['Europe/Zurich', 'in winter', 'Fri 08:00-18:30', '2026-11-20T07:00Z', '2026-11-20T17:30Z'],
  ['Europe/Zurich', 'in summer', 'Wed 08:00-18:30', '2026-07-01T06:00Z', '2026-07-01T16:30Z'],
  ['Europe/Zurich', 'forward: the start is skipped', 'Sun 02:30-04:00', '2026-03-29T01:00Z', '2026-03-29T02:00Z'],
  ['Europe/Zurich', 'forward: the end is skipped', 'Sat 22:00-02:30', '2026-03-28T21:00Z', '2026-03-29T01:00Z'],
  ['Europe/Zurich', 'forward: over the hour', 'Sun 01:00-04:00', '2026-03-29T00:00Z', '2026-03-29T02:00Z'],
  ['Europe/Zurich', 'back: the start comes twice', 'Sun 02:30-04:00', '2026-10-25T00:30Z', '2026-10-25T03:00Z'],
  ['Europe/Zurich', 'back: the end comes twice', 'Sat 22:00-02:30', '2026-10-24T20:00Z', '2026-10-25T00:30Z'],
  ['Europe/Zurich', 'back: all of it comes twice', 'Sun 02:10-02:50', '2026-10-25T00:10Z', '2026-10-25T00:50Z'],
  ['Europe/Zurich', 'back: up to the end of the hour', 'Sun 01:00-03:00', '2026-10-24T23:00Z', '2026-10-25T02:00Z'],
  ['Europe/Zurich', 'back: a night of 9 hours', 'Sat 22:00-06:00', '2026-10-24T20:00Z', '2026-10-25T05:00Z'],

  ['America/New_York', 'over midnight in UTC', 'Fri 15:00-22:00', '2026-11-20T20:00Z', '2026-11-21T03:00Z'],
  ['America/New_York', 'forward', 'Sun 02:15-05:00', '2026-03-08T07:00Z', '2026-03-08T09:00Z'],
  ['America/New_York', 'back', 'Sun 01:30-05:00', '2026-11-01T05:30Z', '2026-11-01T10:00Z'],

  ['America/St_Johns', 'a zone of half hours', 'Fri 08:00-18:30', '2026-11-20T11:30Z', '2026-11-20T22:00Z'],
  ['America/St_Johns', 'forward', 'Sun 02:15-03:30', '2026-03-08T05:30Z', '2026-03-08T06:00Z'],
  ['America/St_Johns', 'back', 'Sun 01:30-02:30', '2026-11-01T04:00Z', '2026-11-01T06:00Z'],
  ['America/St_Johns', 'back over midnight, 2010', 'Sun 00:00-04:00', '2010-11-07T02:30Z', '2010-11-07T07:30Z'],

  ['Australia/Lord_Howe', 'half an hour back', 'Sun 01:45-02:15', '2026-04-04T14:45Z', '2026-04-04T15:45Z'],
  ['Australia/Lord_Howe', 'half an hour forward', 'Sun 02:10-03:00', '2026-10-03T15:30Z', '2026-10-03T16:00Z'],

  ['Pacific/Auckland', 'back', 'Sun 02:30-03:30', '2026-04-04T13:30Z', '2026-04-04T15:30Z'],
  ['Pacific/Auckland', 'forward', 'Sun 02:30-03:30', '2026-09-26T14:00Z', '2026-09-26T14:30Z'],

  ['America/Santiago', 'midnight comes late', 'Sun 00:00-01:00', '2026-04-05T04:00Z', '2026-04-05T05:00Z'],
  ['America/Santiago', 'the last hour comes twice', 'Sat 22:30-23:30', '2026-04-05T01:30Z', '2026-04-05T02:30Z'],
  ['America/Santiago', 'midnight is skipped', 'Sun 00:30-02:00', '2026-09-06T04:00Z', '2026-09-06T05:00Z'],
  ['America/Santiago', 'a night that ends there', 'Sat 20:00-24:00', '2026-09-06T00:00Z', '2026-09-06T04:00Z'],

  ['Africa/Casablanca', 'back for Ramadan', 'Sun 02:30-04:00', '2025-02-23T01:30Z', '2025-02-23T04:00Z'],
  ['Africa/Casablanca', 'forward after it', 'Sun 02:30-04:00', '2025-04-06T02:00Z', '2025-04-06T03:00Z'],
  ['Africa/Casablanca', 'in Ramadan', 'Mon 09:00-15:00', '2025-03-10T09:00Z', '2025-03-10T15:00Z'],

  ['Asia/Kathmandu', 'a zone of quarters', 'Fri 08:00-18:30', '2026-11-20T02:15Z', '2026-11-20T12:45Z'],
  ['Pacific/Kiritimati', 'fourteen hours ahead', 'Fri 08:00-18:30', '2026-11-19T18:00Z', '2026-11-20T04:30Z'],
  ['Pacific/Kiritimati', 'a day is skipped', 'Fri 22:00-06:00', '1994-12-31T08:00Z', '1994-12-31T10:00Z'],
  ['Pacific/Apia', 'a day is skipped', 'Thu 22:00-06:00', '2011-12-30T08:00Z', '2011-12-30T10:00Z'],
  ['Pacific/Apia', 'the skipped day’s night goes on', 'Fri 22:00-06:00', '2011-12-30T10:00Z', '2011-12-30T16:00Z'],
  ['Pacific/Apia', 'the day after', 'Sat 08:00-18:30', '2011-12-30T18:00Z', '2011-12-31T04:30Z'],
];

describe.each(ROWS)('in %s, %s: %s', (timeZone, _, window, begins, ends) => {
  const [from, to] = [Date.parse(begins), Date.parse(ends)];

  it.each([
    [begins, 'a moment before it begins', from - 1, null],
    [begins, 'as it begins', from, 'on'],
    [ends, 'a moment before it ends', to - 1, 'on'],
    [ends, 'as it ends', to, null],
  ])('is at %s, %s', (_at, _when, at, expected) => {
    for (const intent of ['awake', 'asleep'] as const) {
      const schedule = aSchedule({ [intent]: window, 'time-zone': timeZone });
      expect(intentAt(schedule, at)).toBe(expected && intent);
    }
  });

  it('tells what comes next, from both sides', () => {
    const schedule = aSchedule({ awake: `${window} ${timeZone}` });
    expect(scheduleAt(schedule, from - 1)).toEqual({ now: null, next: { at: from, intent: 'awake' } });
    expect(scheduleAt(schedule, from)).toEqual({ now: 'awake', next: { at: to, intent: null } });
    expect(scheduleAt(schedule, to - 1)).toEqual({ now: 'awake', next: { at: to, intent: null } });
    const { now, next } = scheduleAt(schedule, to);
    expect(now).toBeNull();
    expect(next?.intent).toBe('awake');
    expect(next?.at).toBeGreaterThan(to + 5 * DAY);
  });
});

describe('what the clocks skip altogether', () => {
  it.each([
    ['an hour', 'Sun 02:10-02:50 Europe/Zurich', '2026-03-28T12:00Z', '2026-04-05T00:10Z'],
    ['half an hour', 'Sun 02:05-02:25 Australia/Lord_Howe', '2026-10-03T12:00Z', '2026-10-10T15:05Z'],
    ['an hour at midnight', 'Sun 00:10-00:50 America/Santiago', '2026-09-05T12:00Z', '2026-09-13T03:10Z'],
    ['a day', 'Fri 08:00-18:00 Pacific/Apia', '2011-12-29T12:00Z', '2012-01-05T18:00Z'],
    ['a day', 'Sat 08:00-18:00 Pacific/Kiritimati', '1994-12-30T12:00Z', '1995-01-06T18:00Z'],
  ])('is left out that day: %s', (_, awake, now, next) => {
    expect(scheduleAt(aSchedule({ awake }), Date.parse(now))).toEqual({
      now: null,
      next: { at: Date.parse(next), intent: 'awake' },
    });
  });
});
