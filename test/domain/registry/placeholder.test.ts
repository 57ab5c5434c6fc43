import { describe, expect, it } from 'vitest';
import { isPlaceholder, looksRandom } from '#shared/domain/registry/placeholder.ts';

/** Nobody made it up, and it opens nothing. */
const ODD = 'q7Wm2Zr9';

describe('a placeholder', () => {
  it.each(['', `<${ODD}>`, `[${ODD}]`, `{{${ODD}}}`, `\${${ODD}}`, `$${ODD}`, `%${ODD}%`, 'zzzzzzzzzzzz'])(
    'stands in for a value: %s',
    (value) => {
      expect(isPlaceholder(value)).toBe(true);
    },
  );

  it.each([
    ODD,
    `<${ODD}`,
    `${ODD}>`,
    `-<${ODD}>`,
    `[${ODD}`,
    `{${ODD}}`,
    `{{${ODD}}`,
    `$${ODD}+`,
    `%${ODD}`,
    `${ODD}%`,
  ])('is not %s', (value) => {
    expect(isPlaceholder(value)).toBe(false);
  });

  const spoken = [
    ['your', 'example', 'sample', 'change', 'replace', 'placeholder', 'insert', 'dummy', 'fake', 'mock', 'todo'],
    ['fixme', 'redacted', 'hidden', 'here', 'test', 'demo', 'local', 'develop', 'default', 'password', 'passwd'],
    ['passw0rd', 'letmein', 'admin', 'postgres', 'guest', 'none', 'null', 'undefined', 'foobar', 'secret', 'token'],
    ['xxxx', '000000', '***', '...', '123456', 'abcdef', 'qwerty', 'Your', 'CHANGE'],
  ].flat();

  it.each(spoken)('has what people write where a secret will be: %s', (word) => {
    expect(isPlaceholder(`${ODD}${word}${ODD}`)).toBe(true);
  });

  it.each(['xxx', '00000', '**', '..', '12345', 'abcde', 'us'])('may have %s in it and be none', (piece) => {
    expect(isPlaceholder(`${ODD}${piece}${ODD}`)).toBe(false);
  });

  it('has fewer than five different characters', () => {
    expect(isPlaceholder('q7Wmq7Wmq7Wm')).toBe(true);
    expect(isPlaceholder('q7Wm2q7Wm2')).toBe(false);
  });
});

describe('what nobody made up', () => {
  const LETTERS = 'zyxwvuts';

  it.each(
    [
      [ODD, `${LETTERS}r12`, `${LETTERS}123`, `${LETTERS}12kk`, `${LETTERS}12K`, `${LETTERS}+rqp`, `-${LETTERS}rq`],
      [`${LETTERS}rq-`, `${LETTERS}--rq`, `1a${LETTERS}`, `rq-${LETTERS}123`, `rq-1a${LETTERS}`],
    ].flat(),
  )('is %s', (value) => {
    expect(looksRandom(value)).toBe(true);
  });

  it.each(
    [
      [`${LETTERS}rqp`, '9876543210', `${LETTERS}12k`, `${LETTERS}12`, `${LETTERS}1`, `${LETTERS.toUpperCase()}1k`],
      [`${LETTERS}-9876543210`, '98-76-54-32-10-zy', 'zyx_wvu.tsr:qpo/nml-kji', `rq-${LETTERS}12k`, `rq-${LETTERS}12`],
      [`${ODD} ${ODD}`, `${ODD}\t${ODD}`, 'q7Wm2Zr', '<q7Wm2Zr9>'],
    ].flat(),
  )('is not %j', (value) => {
    expect(looksRandom(value)).toBe(false);
  });
});
