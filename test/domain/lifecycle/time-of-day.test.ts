import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastTimeOfDay } from '#shared/domain/lifecycle/time-of-day.ts';
import { DAY, HOUR, MINUTE } from '../../support/virtual-clock.ts';

const last = (now: string, timeOfDayMs: number, timeZone = 'UTC'): string =>
  new Date(lastTimeOfDay(Date.parse(now), { timeOfDayMs, timeZone })).toISOString();

const ZONES = [
  'UTC',
  'Europe/Zurich',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
];

describe('the last time the clocks showed it', () => {
  it.each([
    ['2026-11-20T22:59:59.999Z', 23 * HOUR, '2026-11-19T23:00:00.000Z'],
    ['2026-11-20T23:00:00.000Z', 23 * HOUR, '2026-11-20T23:00:00.000Z'],
    ['2026-11-20T23:00:00.001Z', 23 * HOUR, '2026-11-20T23:00:00.000Z'],
    ['2026-11-21T00:00:00.000Z', 23 * HOUR, '2026-11-20T23:00:00.000Z'],
    ['2027-01-01T03:00:00.000Z', 23 * HOUR, '2026-12-31T23:00:00.000Z'],
    ['2026-11-20T00:00:00.000Z', 0, '2026-11-20T00:00:00.000Z'],
    ['2026-11-19T23:59:59.999Z', 0, '2026-11-19T00:00:00.000Z'],
    ['2026-03-29T02:30:00.000Z', 2.5 * HOUR, '2026-03-29T02:30:00.000Z'],
  ])('in UTC, seen from %s, %d ms after midnight: %s', (now, timeOfDayMs, expected) => {
    expect(last(now, timeOfDayMs)).toBe(expected);
  });

  it.each([
    ['summer', '2026-07-01T20:59:59.999Z', 'Europe/Zurich', '2026-06-30T21:00:00.000Z'],
    ['summer', '2026-07-01T21:00:00.000Z', 'Europe/Zurich', '2026-07-01T21:00:00.000Z'],
    ['winter', '2026-12-01T21:59:59.999Z', 'Europe/Zurich', '2026-11-30T22:00:00.000Z'],
    ['winter', '2026-12-01T22:00:00.000Z', 'Europe/Zurich', '2026-12-01T22:00:00.000Z'],
    [
      'the evening before the clocks go forward',
      '2026-03-28T23:00:00.000Z',
      'Europe/Zurich',
      '2026-03-28T22:00:00.000Z',
    ],
    ['the evening after', '2026-03-29T23:00:00.000Z', 'Europe/Zurich', '2026-03-29T21:00:00.000Z'],
    ['another day already', '2026-11-21T03:59:00.000Z', 'America/New_York', '2026-11-20T04:00:00.000Z'],
    ['a zone of quarter hours', '2026-11-20T17:15:00.000Z', 'Asia/Kathmandu', '2026-11-20T17:15:00.000Z'],
  ])('at 23:00 on the wall: %s, seen from %s in %s: %s', (_, now, zone, expected) => {
    expect(last(now, 23 * HOUR, zone)).toBe(expected);
  });

  it.each([
    ['skipped: when they jump over it', '2026-03-29T12:00:00.000Z', '2026-03-29T01:00:00.000Z'],
    ['skipped, a moment before', '2026-03-29T00:59:59.999Z', '2026-03-28T01:30:00.000Z'],
    ['shown twice: the first time', '2026-10-25T12:00:00.000Z', '2026-10-25T00:30:00.000Z'],
    ['shown twice, seen between the two', '2026-10-25T01:00:00.000Z', '2026-10-25T00:30:00.000Z'],
  ])('at 02:30 in Zurich when the clocks change, %s', (_, now, expected) => {
    expect(last(now, 2.5 * HOUR, 'Europe/Zurich')).toBe(expected);
  });

  it('refuses a zone that is none', () => {
    expect(() => last('2026-11-20T12:00:00Z', 0, 'Europe/Nowhere')).toThrow(RangeError);
  });
});

const nows = fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2040, 0) });
const times = fc.nat({ max: 24 * 60 - 1 }).map((minutes) => minutes * MINUTE);

describe.each(ZONES)('in %s', (timeZone) => {
  it('is never later than now, and about a day back at most', () => {
    fc.assert(
      fc.property(nows, times, (now, timeOfDayMs) => {
        const at = lastTimeOfDay(now, { timeOfDayMs, timeZone });
        expect(at).toBeLessThanOrEqual(now);
        expect(at).toBeGreaterThan(now - DAY - 2 * HOUR);
      }),
    );
  });

  it('goes forward with the time, and stays where it is until the next', () => {
    fc.assert(
      fc.property(nows, times, fc.nat({ max: DAY }), (now, timeOfDayMs, laterMs) => {
        const at = lastTimeOfDay(now, { timeOfDayMs, timeZone });
        expect(lastTimeOfDay(now + laterMs, { timeOfDayMs, timeZone })).toBeGreaterThanOrEqual(at);
        expect(lastTimeOfDay(at, { timeOfDayMs, timeZone })).toBe(at);
      }),
    );
  });
});
