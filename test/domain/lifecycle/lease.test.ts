import { describe, expect, it } from 'vitest';
import { defaultHolder, HOLDER_PATTERN, standing } from '#shared/domain/lifecycle/lease.ts';
import { aLease } from '../../support/builders.ts';
import { T0 } from '../../support/virtual-clock.ts';

describe('a lease', () => {
  it.each([
    ['long before its end', 4, 3, T0 - 60_000, 'live'],
    ['at its end, for clocks differ', 4, 3, T0, 'live'],
    ['just before its end is past on every clock', 4, 3, T0 + 4_999, 'live'],
    ['five seconds after its end', 4, 3, T0 + 5_000, 'expired'],
    ['of the generation that was voided last', 4, 4, T0, 'live'],
    ['of an older generation than was voided', 4, 5, T0 - 60_000, 'void'],
    ['that ended and was voided too', 4, 5, T0 + 60_000, 'void'],
    ['of a newer generation that ended', 6, 5, T0 + 5_000, 'expired'],
  ] as const)('%s (generation %d, voided %d)', (_, generation, voided, now, expected) => {
    expect(standing(aLease({ generation, expiresAt: T0 }), voided, now)).toBe(expected);
  });
});

describe('a holder', () => {
  it.each(['a', 'Z9', '0', 'laptop-1', 'ada@example.com', 'a._@-', 'x'.repeat(64)])('may be called %s', (name) => {
    expect(name).toMatch(HOLDER_PATTERN);
  });

  it.each(['', '-a', '.a', '@a', '_a', 'a b', 'a/b', 'a~b', 'ä', 'a\n', 'x'.repeat(65)])(
    'may not be called %j',
    (name) => {
      expect(name).not.toMatch(HOLDER_PATTERN);
    },
  );

  it('is named after subject and address when it gives no name', () => {
    expect(defaultHolder('key1', '192.0.2.1')).toBe('key1@192.0.2.1');
    expect(defaultHolder('key1', '192.0.2.2')).not.toBe(defaultHolder('key1', '192.0.2.1'));
  });

  it('is given a name that callers may give', () => {
    expect(defaultHolder('key1', '2001:db8::1')).toBe('key1@2001-db8--1');
    expect(defaultHolder('key1', '2001:db8::1')).toMatch(HOLDER_PATTERN);
    expect(defaultHolder('arn:aws:iam::1:role/x y', '::1')).toBe('arn-aws-iam--1-role-x-y@--1');
  });
});
