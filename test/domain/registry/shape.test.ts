import { expect, it } from 'vitest';
import { readInstant } from '#shared/domain/registry/shape.ts';

it.each([
  ['2026-11-20T10:00:00Z', Date.UTC(2026, 10, 20, 10)],
  ['2026-11-20T10:00:00.5Z', Date.UTC(2026, 10, 20, 10, 0, 0, 500)],
  ['2026-11-20T10:00:00.123Z', Date.UTC(2026, 10, 20, 10, 0, 0, 123)],
  ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
])('%s is an instant', (text, at) => {
  expect(readInstant(text)).toBe(at);
});

it.each(
  [
    ['2026-11-20', '2026-11-20T10:00:00', '2026-11-20T10:00:00+00:00', '2026-11-20 10:00:00Z', '2026-02-30T00:00:00Z'],
    ['2026-11-20T24:00:00Z', '2026-11-20T10:00:00.1234Z', '2026-11-20T10:00:00Z (noon)', '+002026-11-20T10:00:00Z'],
    ['', 7, null, undefined],
  ].flat(),
)('%j is none', (text) => {
  expect(readInstant(text)).toBeUndefined();
});
