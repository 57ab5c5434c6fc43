// Run by a test of its own, in a run that is meant to fail: what becomes of gaps that are no longer true.
import { describe, expect, it } from 'vitest';
import { withKnownGaps } from './with-known-gaps.ts';

const example = (): void => {
  describe('writing', () => {
    it('holds', () => expect(1).toBe(1));
    it.each(['one', 'two'])('does not hold: %s', () => expect(1).toBe(2));
  });
};

const one = 'writing > does not hold: one';
const two = 'writing > does not hold: two';

withKnownGaps('true gaps', { [one]: 'because', [two]: 'because' }, example);
withKnownGaps('an unsteady gap', { [one]: { unsteady: 'because' }, [two]: 'because' }, example);
withKnownGaps('no gaps', {}, example);
withKnownGaps('a gap that closed', { [one]: 'because', [two]: 'because', 'writing > holds': 'because' }, example);
withKnownGaps('a gap of no case', { [one]: 'because', [two]: 'because', 'writing > vanished': 'because' }, example);
