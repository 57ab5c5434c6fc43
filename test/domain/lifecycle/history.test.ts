import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CURSOR_PATTERN,
  cursorOf,
  HISTORY_LENGTH,
  pageOf,
  withNewer,
  type History,
} from '#shared/domain/lifecycle/history.ts';
import { decided, type Passage } from '#shared/domain/lifecycle/trail.ts';
import { aRecord } from '../../support/builders.ts';
import { MINUTE, T0 } from '../../support/virtual-clock.ts';

const aPassage = (revision: number, more: Partial<Passage> = {}): Passage => ({
  did: 'woken',
  at: T0 + revision,
  revision,
  generation: 4,
  from: 'asleep',
  to: 'awake',
  by: 'ada',
  reason: 'woken by ada',
  boot: null,
  ...more,
});

const historyOf = (...revisions: readonly number[]): History => ({
  passages: revisions.map((revision) => aPassage(revision)),
});
const revisionsOf = ({ passages }: { readonly passages: readonly Passage[] }): readonly number[] =>
  passages.map(({ revision }) => revision);

describe('a history', () => {
  it('takes over what the trail tells, and what both know once', () => {
    const record = aRecord({ revision: 5, trail: [aPassage(3), aPassage(4), aPassage(5)] });
    expect(revisionsOf(withNewer(historyOf(1, 2, 3), record))).toEqual([1, 2, 3, 4, 5]);
    expect(revisionsOf(withNewer(undefined, record))).toEqual([3, 4, 5]);
    expect(revisionsOf(withNewer(historyOf(1), aRecord({ revision: 5 })))).toEqual([1]);
  });

  it('has decisions after the change under which they were made, whatever the clocks say', () => {
    const record = aRecord({ revision: 5, trail: [aPassage(5, { at: T0 + MINUTE })] });
    const early = decided(record, 'leased', T0);
    const late = decided(record, 'active', T0 + 1);
    const { passages } = withNewer({ passages: [early] }, record, [late]);
    expect(passages.map(({ reason }) => reason)).toEqual(['woken by ada', 'leased', 'active']);
  });

  it('begins anew with a record that was lost', () => {
    const record = aRecord({ revision: 2, trail: [aPassage(1), aPassage(2)] });
    expect(revisionsOf(withNewer(historyOf(7, 8, 9), record))).toEqual([1, 2]);
  });

  it('keeps the last hundred', () => {
    const all = historyOf(...Array.from({ length: HISTORY_LENGTH }, (_, index) => index + 1));
    const next = aPassage(HISTORY_LENGTH + 1);
    const { passages } = withNewer(all, aRecord({ revision: next.revision, trail: [next] }));
    expect(passages).toHaveLength(HISTORY_LENGTH);
    expect(revisionsOf({ passages }).slice(0, 1)).toEqual([2]);
    expect(passages.at(-1)).toEqual(next);
  });
});

describe('a page', () => {
  it('has the newest first', () => {
    expect(revisionsOf(pageOf(historyOf(1, 2, 3), { limit: 3, after: null }))).toEqual([3, 2, 1]);
  });

  it('goes on where the one before ended, even when more has happened since', () => {
    const first = pageOf(historyOf(1, 2, 3), { limit: 2, after: null });
    expect(revisionsOf(first)).toEqual([3, 2]);
    const second = pageOf(historyOf(1, 2, 3, 4), { limit: 2, after: first.next });
    expect(revisionsOf(second)).toEqual([1]);
    expect(second.next).toBeNull();
  });

  it('pages show everything once, whatever the size', () => {
    const passage = fc.record({
      revision: fc.integer({ min: 1, max: 20 }),
      isDecision: fc.boolean(),
      at: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(passage, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }), (drawn, limit) => {
        const trail = drawn.map(({ revision, isDecision, at }) =>
          aPassage(revision, { at, did: isDecision ? 'decided' : 'woken' }),
        );
        const history = withNewer(undefined, aRecord({ revision: 20, trail }));
        const seen: string[] = [];
        for (let after: string | null | undefined; after !== null;) {
          const page = pageOf(history, { limit, after: after ?? null });
          expect(page.passages.length).toBeLessThanOrEqual(limit);
          seen.push(...page.passages.map(cursorOf));
          after = page.next;
        }
        expect(seen.toReversed()).toEqual(history.passages.map(cursorOf));
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.every((cursor) => CURSOR_PATTERN.test(cursor))).toBe(true);
      }),
    );
  });
});
