import { describe, expect, it } from 'vitest';
import { scoreTable, untested } from './score-table.ts';
import { shouldIgnore } from './texts-for-people.ts';

const mutants = (...statuses: readonly string[]) => ({ mutants: statuses.map((status) => ({ status })) });

describe('the table of planted faults', () => {
  it('counts them by folder, those that were not reached as survivors, and rounds no score up', () => {
    const files = {
      'shared/domain/b/x.ts': mutants('Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored'),
      'shared/domain/b/y.ts': mutants('Killed', 'Killed'),
      'shared/domain/a.ts': mutants('Ignored'),
    };
    expect(scoreTable({ files }).split('\n').slice(2)).toEqual([
      '| `shared/domain` | 0 | 0 | 0 | - |',
      '| `shared/domain/b` | 6 | 4 | 2 | 66.6 % |',
      '| all | 6 | 4 | 2 | 66.6 % |',
    ]);
  });

  it('says nothing of faults that not all of their tests were run against', () => {
    const survivor = { status: 'Survived', coveredBy: ['a test'] };
    const files = {
      'a.ts': {
        mutants: [
          { ...survivor, testsCompleted: 0 },
          { ...survivor, testsCompleted: 1 },
          { ...survivor, coveredBy: ['a test', 'another'], testsCompleted: 1 },
          { ...survivor, coveredBy: ['a test'] },
          { status: 'Survived', coveredBy: [] },
          { ...survivor, status: 'Killed' },
        ],
      },
    };
    expect(untested({ files })).toBe(3);
  });
});

describe('a text that is no part of the planting', () => {
  const literal = (value: string) => ({ node: { type: 'StringLiteral', value } });
  const template = (...raw: readonly string[]) => ({
    node: { type: 'TemplateLiteral', quasis: raw.map((each) => ({ value: { raw: each } })) },
  });

  it.each([literal('it is empty'), literal('{actual} bytes follow'), template('no text, ', ' bytes long')])(
    'has words with a blank between them: %j',
    (path) => {
      expect(shouldIgnore(path)).toMatch(/\w/);
    },
  );

  it.each([literal(''), literal(' '), literal('package.apkg'), literal('upload-key'), template('packages/', '/')])(
    'is not one without: %j',
    (path) => {
      expect(shouldIgnore(path)).toBeUndefined();
    },
  );

  it('is a text', () => {
    expect(shouldIgnore({ node: { type: 'RegExpLiteral' } })).toBeUndefined();
  });
});
