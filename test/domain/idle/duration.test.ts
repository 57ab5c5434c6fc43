import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '#shared/domain/idle/duration.ts';

describe('a duration', () => {
  it.each([
    ['0s', 0],
    ['1s', 1_000],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['007m', 420_000],
    ['9999999s', 9_999_999_000],
  ])('reads %s as %d ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each([
    '',
    's',
    '10',
    '10 m',
    ' 10m',
    '10m ',
    '10m\n',
    '-1s',
    '+1s',
    '1.5h',
    '1e3s',
    '10ms',
    '10M',
    '1w',
    '1h30m',
    '10000000s',
    '１m',
  ])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [0, '0s'],
    [1, '1s'],
    [1_000, '1s'],
    [1_001, '2s'],
    [59_999, '1m'],
    [60_000, '1m'],
    [90_000, '90s'],
    [3_599_000, '3599s'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
  ])('shows %d ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  it('is read back as it was shown, to the second above', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_000 }), (durationMs) => {
        expect(parseDuration(formatDuration(durationMs))).toBe(Math.ceil(durationMs / 1_000) * 1_000);
      }),
    );
  });

  it('is read from any text without a complaint', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const durationMs = parseDuration(text);
        expect(durationMs === undefined || durationMs >= 0).toBe(true);
      }),
    );
  });
});
