import { describe, expect, it } from 'vitest';
import { listsAll } from '#shared/domain/registry/developers-listed.ts';

const text = JSON.stringify({
  schema: 1,
  developers: [
    { id: 'ada', packages: ['hello', 'other'], keys: [] },
    { id: 'bob', packages: [], keys: [] },
  ],
});
const hello = { developer: 'ada', name: 'hello' };

describe('developers.json', () => {
  it.each([
    ['lists what is there', [hello, { developer: 'ada', name: 'other' }], true],
    ['lists nothing when nothing is asked for', [], true],
    ['does not list another package', [hello, { developer: 'ada', name: 'third' }], false],
    ['does not list another’s package', [{ developer: 'bob', name: 'hello' }], false],
  ])('%s', (_, packages, expected) => {
    expect(listsAll(text, packages)).toBe(expected);
  });

  it.each(['', '{"half":', '[]', '{}', '{"developers":{}}', '{"developers":[null,{"id":"ada"}]}'])(
    'lists nothing when it cannot be read: %j',
    (broken) => {
      expect(listsAll(broken, [hello])).toBe(false);
    },
  );
});
