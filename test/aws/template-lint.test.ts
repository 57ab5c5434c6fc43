import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOOLS_FOLDER, toolsIn } from './support/python-tools.ts';
import { lintDeployments, lintTemplates, type Reading } from './template-lint.ts';

const LOGS = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Days: {Type: Number, Default: 14}
  Keep: {Type: String, Default: ''}
Conditions:
  IsKept: !Equals [!Ref Keep, 'true']
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      RetentionInDays: !Ref Days
`;

let reading: Reading;
let template: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightporter-lint-'));
  reading = { tools: toolsIn(TOOLS_FOLDER), root: folder, folder };
  template = join(folder, 'logs.yml');
});
afterAll(() => rm(reading.folder, { recursive: true, force: true }));

const read = async (text: string) => {
  await writeFile(template, text);
  const { code, stdout } = await lintTemplates(reading, [template]);
  return { isClean: code === 0, rules: stdout.match(/^[A-Z]\d{4}/gm) ?? [] };
};

const readWith = async (...given: readonly Readonly<Record<string, string>>[]) => {
  await writeFile(template, LOGS.replace('  Logs:\n', '  Logs:\n    Condition: IsKept\n'));
  const deployments = given.map((parameters, index) => ({ name: `example-${index}`, template, parameters }));
  const { code, stdout } = await lintDeployments(reading, deployments);
  return { isClean: code === 0, stdout };
};

describe('cfn-lint', () => {
  it.each<[fault: string, rule: string, text: string]>([
    ['a property that there is not', 'E3002', LOGS.replace('RetentionInDays:', 'RetentionDays:')],
    ['a reference to nothing', 'E1020', LOGS.replace('!Ref Days', '!Ref Nobody')],
    ['a parameter that nothing reads', 'W2001', LOGS.replace('Parameters:', 'Parameters:\n  Spare: {Type: String}')],
    ['what is only of use to know', 'I3011', LOGS.replace('    DeletionPolicy: Delete\n', '')],
  ])('finds %s', async (_, rule, text) => {
    const { isClean, rules } = await read(text);
    expect(isClean).toBe(false);
    expect(rules).toContain(rule);
  });

  it('finds what is wrong only with the values of one example, and names it', async () => {
    const { isClean, stdout } = await readWith({ Keep: 'true', Days: '30' }, { Keep: 'true', Days: '31' });
    expect(isClean).toBe(false);
    expect(stdout).toContain('example-1.json');
    expect(stdout).not.toContain('example-0.json');
  });

  it('finds a parameter that a template does not have', async () => {
    const { isClean, stdout } = await readWith({ Keep: 'true' }, { Nobody: 'x' });
    expect(isClean).toBe(false);
    expect(stdout).toMatch(/E2900.*Nobody/);
  });

  it('finds nothing where there is nothing', async () => {
    expect(await readWith({ Keep: 'true' }, { Days: '30' })).toEqual({ isClean: true, stdout: '' });
  });
});
