import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLater, type Moment } from '#shared/domain/registry/upload-order.ts';

const moment = (uploadedAt: number, sequencer: string | null = null): Moment => ({ uploadedAt, sequencer });

describe('of two uploads of one key', () => {
  it.each<[string, Moment, Moment, boolean]>([
    ['the later one', moment(2), moment(1), true],
    ['the earlier one', moment(1), moment(2), false],
    ['nobody knows of one second', moment(1), moment(1), false],
    ['the greater sequencer, whatever the clock says', moment(1, '0B'), moment(2, '0A'), true],
    ['the same sequencer', moment(2, '0A'), moment(1, '0A'), false],
    ['a longer sequencer with the same beginning', moment(1, '0A1'), moment(1, '0A'), true],
    ['a longer sequencer that is smaller', moment(1, '0A9'), moment(1, '0B'), false],
    ['the same with zeros behind it', moment(1, '0A00'), moment(1, '0A'), false],
    ['small and capital digits alike', moment(1, '0b'), moment(1, '0A'), true],
    ['the clock, where the first has no sequencer', moment(2), moment(1, 'FF'), true],
    ['nobody knows where only the second has none, whatever the clock says', moment(2, 'FF'), moment(1), false],
  ])('is later: %s', (_, a, b, expected) => {
    expect(isLater(a, b)).toBe(expected);
  });

  it('never both are later', () => {
    const sequencer = fc.stringMatching(/^[0-9A-F]{1,20}$/);
    const moments = fc.record({ uploadedAt: fc.integer({ min: 0, max: 3 }), sequencer });
    fc.assert(fc.property(moments, moments, (a, b) => !(isLater(a, b) && isLater(b, a))));
  });
});
