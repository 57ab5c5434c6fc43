import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '#shared/domain/metrics.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const yaml = (file: string): any => parse(text(file), { logLevel: 'silent', maxAliasCount: -1 });

const page = text('docs/deploy.md');

/** The first two cells of each row below a heading, without their backticks. */
const rows = (heading: string): readonly (readonly [string, string])[] => {
  const section = page.split(/^##+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, name = '', value = '']) => [
    name,
    value === '(empty)' ? '' : value.replaceAll('`', ''),
  ]);
};

describe('the parameters in docs/deploy.md', () => {
  const { default: defaults } = yaml('serverless.yml').params;

  it('are those of serverless.yml, with their defaults, in its order', () => {
    expect(rows('Parameters')).toEqual(Object.entries(defaults).map(([name, value]) => [name, String(value)]));
  });
});

describe('the outputs in docs/deploy.md', () => {
  it('are all that the stack has', () => {
    const named = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| /gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    const outputs = Object.keys(yaml('infra/aws/outputs.yml').Outputs);
    expect(outputs.filter((name) => !named.includes(name))).toEqual([]);
  });
});

describe('the costs in docs/deploy.md', () => {
  const counted = (what: string): number => Number(new RegExp(`^\\| (\\d+) ${what} \\|`, 'm').exec(page)?.[1]);

  it('count every alarm and every metric', () => {
    const resources: readonly any[] = Object.values(yaml('infra/aws/alarms.yml').stack.Resources);
    expect(counted('alarms')).toBe(resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').length);
    expect(counted('metrics')).toBe(Object.keys(METRICS).length);
  });

  it('add up', () => {
    const section = page.split('### The control plane\n')[1]?.split('###')[0] ?? '';
    const amounts = [...section.matchAll(/^\| .* \| ([\d.]+) \| ([\d.]+) \|$/gm)].map(([, list, free]) => [list, free]);
    const sums = /^\| \*\*sum\*\* \| \| \*\*([\d.]+)\*\* \| \*\*([\d.]+)\*\* \|$/m.exec(section)?.slice(1);
    const total = (index: number): string => amounts.reduce((sum, row) => sum + Number(row[index]), 0).toFixed(2);
    expect(amounts.length).toBeGreaterThan(5);
    expect(sums).toEqual([total(0), total(1)]);
  });
});
