import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../bench/bundle.ts';
import { parsePolicy } from '#shared/domain/idle/policy.ts';

const WORD = /(?:nightporter:|`)(awake|asleep|holidays)(?:`? += +`|`? \| `|: | +)([^`|\n]+)/g;

/** Every window and every list of holidays that a page shows. */
const shownIn = (page: string): readonly (readonly [page: string, tag: string, value: string])[] =>
  [...readFileSync(path.join(ROOT, 'docs', page), 'utf8').matchAll(WORD)].flatMap(([, tag = '', value = '']) =>
    /\d/.test(value) ? [[page, tag, value.trim()] as const] : [],
  );

const SHOWN = ['lifecycle.md', 'managing-services.md', 'local-mode.md'].flatMap(shownIn);

describe('the windows that the docs show', () => {
  it('are found', () => {
    expect(SHOWN.map(([page]) => page)).toEqual(
      expect.arrayContaining(['lifecycle.md', 'managing-services.md', 'local-mode.md']),
    );
    expect(SHOWN.length).toBeGreaterThanOrEqual(12);
  });

  it.each(SHOWN)('are read as they are written, %s: %s = %s', (_, tag, value) => {
    const besides = tag === 'holidays' ? { awake: 'Mon-Fri 08:00-18:00' } : {};
    expect(parsePolicy({ ...besides, [tag]: value }).problems).toEqual([]);
  });
});
