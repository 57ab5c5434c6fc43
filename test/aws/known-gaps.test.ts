import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from './support/command.ts';

const root = resolve(import.meta.dirname, '../..');

interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** A run of vitest of its own, over the examples. */
const runExamples = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightporter-gaps-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const report = join(folder, 'report.json');
  const test = { include: ['test/aws/support/gaps-example.ts'], reporters: ['default', 'json'], outputFile: report };
  await writeFile(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify({ root, test })};`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--config', join(folder, 'vitest.config.mjs')];
  const { code, stderr } = await runCommand(process.execPath, args, { cwd: root });
  const { testResults }: JsonReport = JSON.parse(await readFile(report, 'utf8'));
  return { code, stderr, cases: testResults.flatMap(({ assertionResults }) => assertionResults) };
};

describe('a known gap', () => {
  it('lets its case fail, and nothing else: not one that closed, nor one of a case that does not exist', async () => {
    const { code, stderr, cases } = await runExamples();
    const withStatus = (wanted: string): readonly string[] =>
      cases.filter(({ status }) => status === wanted).map(({ fullName }) => fullName);
    expect(cases).toHaveLength(15);
    expect(withStatus('skipped')).toEqual(['an unsteady gap writing does not hold: one']);
    expect(withStatus('failed')).toEqual([
      'no gaps writing does not hold: one',
      'no gaps writing does not hold: two',
      'a gap that closed writing holds',
    ]);
    expect(stderr).toContain('known gaps of cases that do not exist: writing > vanished');
    expect(code).toBe(1);
  });
});
