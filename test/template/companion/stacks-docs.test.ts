import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, sourceOf, STACKS } from '../../support/cfn/companions.ts';

const page = readFileSync(path.join(root, 'docs/companion-stacks.md'), 'utf8');

/** What stands below the heading that names a template, up to the next one of its kind. */
const sectionOf = (stack: string): string =>
  page.split(/^## /m).find((part) => part.split('\n', 1)[0]?.includes(`${stack}.yml`)) ?? '';

/** The first cells of tables, each of which may name several. */
const named = (stack: string): readonly string[] =>
  [...sectionOf(stack).matchAll(/^\| (`[^|]*) \| *[^| ]/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );

/** The second cells of the table of parameters, by the names in the first. */
const saidDefaults = (stack: string): ReadonlyMap<string, string> =>
  new Map(
    [...sectionOf(stack).matchAll(/^\| (`[^|]*) \| ([^|]*) \| [^|\n]/gm)].flatMap(([, cell = '', said = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, said] as const),
    ),
  );

const defaultOf = (value: string | number | undefined): string => {
  if (value === undefined) return '(required)';
  return value === '' ? '(empty)' : `\`${value}\``;
};

describe.each(STACKS)('docs/companion-stacks.md on %s.yml', (stack) => {
  const { Parameters, Outputs } = sourceOf(stack);

  it('has a section', () => {
    expect(sectionOf(stack)).not.toBe('');
  });

  it('says something of every parameter', () => {
    expect(Object.keys(Parameters).filter((name) => !named(stack).includes(name))).toEqual([]);
  });

  it('gives the defaults that there are', () => {
    for (const [name, { Default }] of Object.entries(Parameters))
      expect(`${name} ${saidDefaults(stack).get(name)}`).toBe(`${name} ${defaultOf(Default)}`);
  });

  it('marks what is exported', () => {
    for (const [name, output] of Object.entries(Outputs)) {
      const [row = ''] = new RegExp(`^\\| \`${name}\` \\| [^|\n]* \\|$`, 'm').exec(sectionOf(stack)) ?? [];
      expect(`${name} ${row.includes('(e)')}`).toBe(`${name} ${'Export' in (output as object)}`);
    }
  });

  it('says something of every output', () => {
    expect(Object.keys(Outputs).filter((name) => !named(stack).includes(name))).toEqual([]);
  });

  it('says nothing of what is not there', () => {
    expect(named(stack).filter((name) => !(name in Parameters || name in Outputs))).toEqual([]);
  });
});

describe('docs/companion-stacks.md on deleting', () => {
  /** By what the page calls it. */
  const OUTLIVES: Readonly<Record<string, string>> = {
    'AWS::EFS::FileSystem': 'file systems',
    'AWS::ECR::Repository': 'repositories',
    'AWS::S3::Bucket': 'buckets',
    'AWS::IAM::OIDCProvider': 'identity provider',
    'AWS::CE::AnomalyMonitor': 'monitor',
  };

  it('names whatever outlives its stack', () => {
    const [, section = ''] = /^## Deleting\n([^]*?)^## /m.exec(page) ?? [];
    const kept = STACKS.flatMap((stack) => Object.values(sourceOf(stack).Resources))
      .filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'))
      .map(({ Type }) => Type);
    for (const type of new Set(kept)) expect(section).toContain(OUTLIVES[type] ?? type);
  });
});
