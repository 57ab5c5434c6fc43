import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, parsePolicy } from '#shared/domain/idle/policy.ts';
import { HOLIDAY } from '#shared/domain/schedule/schedule.ts';
import { aSchedule } from '../../support/schedules.ts';
import { DAY, HOUR } from '../../support/virtual-clock.ts';

const days = (...numbers: readonly number[]): ReadonlySet<number> => new Set(numbers);
const WORKDAYS = days(0, 1, 2, 3, 4);
const EVERY_DAY = days(0, 1, 2, 3, 4, 5, 6, HOLIDAY);

describe('windows', () => {
  it.each([
    ['Mon-Fri 08:00-18:30', [{ days: WORKDAYS, beginsMs: 8 * HOUR, endsMs: 18.5 * HOUR }]],
    ['mon-FRI 08:00-18:30', [{ days: WORKDAYS, beginsMs: 8 * HOUR, endsMs: 18.5 * HOUR }]],
    ['08:00-18:30', [{ days: EVERY_DAY, beginsMs: 8 * HOUR, endsMs: 18.5 * HOUR }]],
    ['Sat 00:00-24:00', [{ days: days(5), beginsMs: 0, endsMs: DAY }]],
    ['Sat 00:00-00:01', [{ days: days(5), beginsMs: 0, endsMs: 60_000 }]],
    ['Sat 22:00-00:00', [{ days: days(5), beginsMs: 22 * HOUR, endsMs: DAY }]],
    ['Sat 22:00-06:00', [{ days: days(5), beginsMs: 22 * HOUR, endsMs: DAY + 6 * HOUR }]],
    ['Sat-Mon 10:00-11:00', [{ days: days(5, 6, 0), beginsMs: 10 * HOUR, endsMs: 11 * HOUR }]],
    ['Mon-Mon 10:00-11:00', [{ days: days(0), beginsMs: 10 * HOUR, endsMs: 11 * HOUR }]],
    ['Mon Wed-Thu Hol 10:00-11:00', [{ days: days(0, 2, 3, HOLIDAY), beginsMs: 10 * HOUR, endsMs: 11 * HOUR }]],
    [
      '  01:00-02:00  Mon-Fri 08:00-12:00 13:00-18:00  Sat 09:00-13:00 ',
      [
        { days: EVERY_DAY, beginsMs: HOUR, endsMs: 2 * HOUR },
        { days: WORKDAYS, beginsMs: 8 * HOUR, endsMs: 12 * HOUR },
        { days: WORKDAYS, beginsMs: 13 * HOUR, endsMs: 18 * HOUR },
        { days: days(5), beginsMs: 9 * HOUR, endsMs: 13 * HOUR },
      ],
    ],
  ])('are read from %j', (awake, windows) => {
    expect(aSchedule({ awake })).toMatchObject({ awake: windows, asleep: [], timeZone: 'UTC' });
    expect(aSchedule({ asleep: awake })).toMatchObject({ awake: [], asleep: windows });
  });

  it.each([
    '',
    ' ',
    'always',
    'Mon-Fri',
    'Europe/Zurich',
    'Mon-Fri 08:00',
    'Mon-Fri 8:00-18:00',
    'Mon-Fri 08:00-18:60',
    'Mon-Fri 24:00-06:00',
    'Mon-Fri 08:00-24:01',
    'Mon-Fri 08:00-25:00',
    'Mon-Fri 08:00-08:00',
    'Mon-Fri 00:00-00:00',
    'Mon-Fri 08:00 - 18:00',
    'Mon-Fri 08:00-18:00 Sat',
    'Mon-Fri-Sun 08:00-18:00',
    'Mo-Fr 08:00-18:00',
    'Mon,Tue 08:00-18:00',
    'Mon-Hol 08:00-18:00',
    'Mon-Fri 08:00-18:00 Mars/Olympus',
    'Mon-Fri 08:00-18:00 +01:00',
    'Europe/Zurich Mon-Fri 08:00-18:00',
    'Mon-Fri 08:00-18:00 Europe/Zurich UTC',
    'Mon-Fri\t08:00-18:00',
    '٠٨:00-18:00',
    `${'Mon '.repeat(62)}10:00-11:00`,
  ])('that are none are reported by name, and none are on: %j', (value) => {
    for (const tag of ['awake', 'asleep']) {
      expect(parsePolicy({ [tag]: value })).toEqual({
        policy: DEFAULT_POLICY,
        problems: [{ tag, value, expected: 'windows such as Mon-Fri 08:00-18:30 Europe/Zurich' }],
      });
    }
  });

  it('may be as long as a tag may be, and no longer', () => {
    const long = (length: number): string => `${' '.repeat(length - 11)}10:00-11:00`;
    expect(parsePolicy({ awake: long(256) }).problems).toEqual([]);
    expect(parsePolicy({ awake: long(257) }).problems).toMatchObject([{ tag: 'awake' }]);
  });

  it('that are bad take nothing else with them', () => {
    const { policy, problems } = parsePolicy({ awake: 'Mon-Fri 08:00-18:00', asleep: 'nights' });
    expect(problems).toMatchObject([{ tag: 'asleep', value: 'nights' }]);
    expect(policy.schedule?.awake).toHaveLength(1);
    expect(policy.schedule?.asleep).toEqual([]);
  });

  it('use no character that a tag cannot hold', () => {
    const shown = 'Mon-Fri Hol 08:00-12:00 13:00-18:30 Sat 22:00-06:00 America/Port-au-Prince 2026-12-24/2027-01-02';
    expect(shown).toMatch(/^[A-Za-z0-9 +\-=._:/@]+$/);
  });
});

describe('the place', () => {
  const home = 'Asia/Kathmandu';
  it.each([
    ['of the deployment, where nothing is said', { awake: '08:00-09:00' }, home],
    ['of the tag', { awake: '08:00-09:00', 'time-zone': 'America/New_York' }, 'America/New_York'],
    ['of the windows', { awake: '08:00-09:00 Europe/Zurich' }, 'Europe/Zurich'],
    [
      'of the windows rather than of the tag',
      { awake: '08:00-09:00 Europe/Zurich', 'time-zone': 'America/New_York' },
      'Europe/Zurich',
    ],
    ['of the other windows', { awake: '08:00-09:00', asleep: '20:00-24:00 Europe/Zurich' }, 'Europe/Zurich'],
    ['that both name', { awake: '08:00-09:00 Europe/Zurich', asleep: '20:00-24:00 Europe/Zurich' }, 'Europe/Zurich'],
  ])('is that %s', (_, tags, expected) => {
    const { policy, problems } = parsePolicy(tags, home);
    expect(problems).toEqual([]);
    expect(policy.schedule?.timeZone).toBe(expected);
  });

  it('cannot be two: then the windows asleep are reported, and do not count', () => {
    const tags = { awake: '08:00-09:00 Europe/Zurich', asleep: '20:00-24:00 UTC' };
    const { policy, problems } = parsePolicy(tags, home);
    expect(problems).toEqual([
      { tag: 'asleep', value: tags.asleep, expected: 'the time zone of awake (Europe/Zurich), or none' },
    ]);
    expect(policy.schedule).toMatchObject({ asleep: [], timeZone: 'Europe/Zurich' });
  });

  it.each(['', 'Mars/Olympus', '+01:00', 'Europe', '08:00-09:00'])('that is none is reported by name: %j', (value) => {
    const { policy, problems } = parsePolicy({ awake: '08:00-09:00', 'time-zone': value }, home);
    expect(problems).toEqual([{ tag: 'time-zone', value, expected: 'an IANA time zone such as Europe/Zurich' }]);
    expect(policy.schedule?.timeZone).toBe(home);
  });

  it('alone makes no schedule', () => {
    expect(parsePolicy({ 'time-zone': 'Europe/Zurich' })).toEqual({ policy: DEFAULT_POLICY, problems: [] });
  });
});

describe('holidays', () => {
  const awake = 'Mon-Fri 08:00-18:00';
  const dayOf = (date: string): number => Date.parse(date) / DAY;

  it.each([
    ['2026-12-25', ['2026-12-25']],
    ['2026-12-25 2027-01-01', ['2026-12-25', '2027-01-01']],
    ['2026-12-31/2027-01-02', ['2026-12-31', '2027-01-01', '2027-01-02']],
    ['2028-02-29', ['2028-02-29']],
    ['2026-12-25/2026-12-25 2026-12-25', ['2026-12-25']],
  ])('are read from %j', (holidays, dates) => {
    expect(aSchedule({ awake, holidays }).holidays).toEqual(new Set(dates.map(dayOf)));
  });

  it.each([
    '',
    'christmas',
    '2026-12-32',
    '2026-02-29',
    '2026-2-9',
    '25.12.2026',
    '12-25',
    '2026-12-25/2026-12-24',
    '2026-01-01/2027-01-02',
    '2026-01-01/2026-12-31 2027-01-01/2027-01-02',
    '2026-12-25/2026-12-26/2026-12-27',
    '2026-12-25 Hol',
    '0000-00-00',
  ])('that no calendar has, or too many, are reported by name, and there are none: %j', (holidays) => {
    const { policy, problems } = parsePolicy({ awake, holidays });
    expect(problems).toEqual([
      {
        tag: 'holidays',
        value: holidays,
        expected: 'dates such as 2026-12-25 or 2026-12-24/2027-01-02, up to 366 days',
      },
    ]);
    expect(policy.schedule?.holidays).toEqual(new Set());
  });

  it('may be a year, leap years too', () => {
    expect(aSchedule({ awake, holidays: '2028-01-01/2028-12-31' }).holidays.size).toBe(366);
  });

  it.each([{}, { awake: '08:00-18:00' }, { asleep: '22:00-06:00' }])(
    'without windows that name their days mean nothing, and that is reported: %j',
    (windows) => {
      expect(parsePolicy({ ...windows, holidays: '2026-12-25' }).problems).toEqual([
        {
          tag: 'holidays',
          value: '2026-12-25',
          expected: 'windows that name their days, such as Mon-Sun 08:00-18:00',
        },
      ]);
    },
  );
});

it('whatever the words hold, there is a schedule or none, and nothing is thrown', () => {
  const word = fc.oneof(
    fc.constantFrom('Mon', 'Mon-Fri', 'Hol', 'Sat-Sun', 'UTC', 'Europe/Zurich', '24:00', '2026-12-25', '-', '/'),
    fc.stringMatching(/^\d\d:\d\d-\d\d:\d\d$/),
    fc.string({ maxLength: 8 }),
  );
  const value = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
  const tags = fc.record({ awake: value, asleep: value, holidays: value, 'time-zone': value }, { requiredKeys: [] });
  fc.assert(
    fc.property(tags, (given) => {
      const { policy, problems } = parsePolicy(given);
      const windows = [...(policy.schedule?.awake ?? []), ...(policy.schedule?.asleep ?? [])];
      for (const { beginsMs, endsMs } of windows) {
        expect(beginsMs).toBeGreaterThanOrEqual(0);
        expect(beginsMs).toBeLessThan(DAY);
        expect(endsMs).toBeGreaterThan(beginsMs);
        expect(endsMs - beginsMs).toBeLessThanOrEqual(DAY);
      }
      expect(policy.schedule === null).toBe(windows.length === 0);
      for (const { tag } of problems) expect(Object.keys(given)).toContain(tag);
    }),
    { numRuns: 500 },
  );
});
