import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, root, sourceOf } from '../../support/cfn/companions.ts';
import { isThere, testsIn } from '../named-tests.ts';

const page = readFileSync(path.join(root, 'docs/examples.md'), 'utf8');

/** Of the table below a heading, without its head. */
const rows = (heading: string): readonly (readonly string[])[] => {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (.*) \|$/gm)]
    .map(([, cells = '']) => cells.split(' | '))
    .filter(([first = '']) => first !== 'it carries' && !first.startsWith('---'));
};

/** What each of the four was asked to carry. */
const REQUIRED: Readonly<Record<string, readonly RegExp[]>> = {
  Fluidity: [
    /256 CPU.*512/,
    /8443/,
    /public subnets/,
    /ingress/,
    /no task at first/,
    /\/fluidity\/server.*14 days/,
    /namespace `Fluidity`/,
    /parameter names/,
    /a life/,
  ],
  'Pixell runtime': [
    /1024 CPU.*2048/,
    /private subnets/,
    /8080.*3000/,
    /50051.*30\/10\/2\/3/,
    /\/health.*30\/5\/2\/3/,
    /without curl.*60/,
    /35 seconds/,
    /EFS/,
    /Secrets Manager/,
    /REGISTRY_URL/,
    /packages.*index/,
    /ECS.*service discovery.*DynamoDB.*IAM/,
    /2 to 10.*75/,
    /FARGATE.*base 1.*weight 4/,
    /a life/,
  ],
  'Model registry': [
    /behind the application load balancer/,
    /2 to 10.*70.*80/,
    /5xx and latency/,
    /15 minutes.*3 attempts/,
    /not root/,
    /release\.json/,
    /SNS/,
    /a life/,
  ],
  PixTools: [
    /API and a worker/,
    /digest/,
    /on a list/,
    /SSM/,
    /GitHub/,
    /previous digest/,
    /worker.*queue/,
    /two lives/,
  ],
};

describe.each(Object.keys(REQUIRED))('the table of %s', (heading) => {
  it('has a line for everything that it was asked to carry, and for nothing else', () => {
    const [carried, required] = [rows(heading).map(([first = '']) => first), REQUIRED[heading] ?? []];
    expect(carried).toHaveLength(required.length);
    expect(carried.filter((line, index) => !required[index]?.test(line))).toEqual([]);
  });

  it('has no empty cell', () => {
    expect(rows(heading).filter((cells) => cells.length !== 3 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
  });

  it('names tests that there are', () => {
    const named = rows(heading).map(([, , cell = '']) => testsIn(cell));
    expect(named.filter((tests) => tests.length === 0)).toEqual([]);
    expect(named.flat().filter((test) => !isThere(test))).toEqual([]);
  });

  it('names parameters that there are', () => {
    const names = EXAMPLES.flatMap(({ of }) => Object.keys(sourceOf(of).Parameters));
    const named = rows(heading).flatMap(([, by = '']) => [...by.matchAll(/`([A-Z]\w*)(…?)`/g)]);
    const isParameter = (name: string, isBeginning: boolean): boolean =>
      names.some((each) => (isBeginning ? each.startsWith(name) : each === name));
    expect(named.filter(([, name = '', more]) => !isParameter(name, more === '…')).map(([whole]) => whole)).toEqual([]);
  });
});

describe('docs/examples.md', () => {
  it('names every parameter file', () => {
    const missing = EXAMPLES.filter(({ file, of }) => file !== of && of !== 'observability').filter(
      ({ file }) => !page.includes(`\`${file}.json\``),
    );
    expect(missing.map(({ file }) => file)).toEqual([]);
  });

  it('would not take a missing test for one that is there', () => {
    expect(isThere(['test/template/companion/examples.test.ts', ['has 257', 'CPU units'].join(' ')])).toBe(false);
  });
});
