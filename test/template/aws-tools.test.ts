import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { installTools, type PythonTools, ToolsMissing } from '../aws/support/python-tools.ts';
import { gapLines, type Outcome, reportOf } from '../aws/support/report.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface PythonOptions {
  readonly isNew?: boolean;
  /** How it ends when asked for an environment, or for an installation. */
  readonly venv?: number;
  readonly pip?: number;
}

/**
 * A Python that notes what it is asked for: `-c` tells whether it is new enough, `-m venv` puts a copy of itself into
 * the environment, and `-m pip` does nothing but end well or badly.
 */
const pythonScript = (log: string, { isNew = true, venv = 0, pip = 0 }: PythonOptions) => `#!/bin/sh
echo "$*" >> '${log}'
case "$1 $2" in
  '-c '*) exit ${isNew ? 0 : 1} ;;
  '-m venv') mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && exit ${venv} ;;
  '-m pip') echo 'no such index' >&2 && exit ${pip} ;;
esac
`;

let folder: string;
let log: string;
beforeEach(async () => {
  folder = await tempFolder();
  log = join(folder, 'log');
  for (const file of ['requirements.txt', 'constraints.txt', 'log']) await writeFile(join(folder, file), '');
});

const python = async (name: string, options: PythonOptions = {}): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, pythonScript(log, options));
  await chmod(path, 0o755);
  return path;
};

const install = (...interpreters: readonly string[]): Promise<PythonTools> =>
  installTools({
    requirementsFolder: folder,
    toolsFolder: join(folder, 'tools'),
    log: () => undefined,
    interpreters,
  });

/** How often pip was asked to install something. */
const installations = async (): Promise<number> => (await readFile(log, 'utf8')).split('-m pip install').length - 1;

describe('the Python tools', () => {
  it('are installed once, and used again as they are', async () => {
    const good = await python('good');
    const { command } = await install(good);
    await install(good);
    expect(await installations()).toBe(1);
    expect(command('cfn-lint')).toBe(join(folder, 'tools', 'venv', 'bin', 'cfn-lint'));
    expect(await readFile(log, 'utf8')).toContain('-r requirements.txt -c constraints.txt');
  });

  it.each(['requirements.txt', 'constraints.txt'])('are installed anew when %s has changed', async (file) => {
    const good = await python('good');
    await install(good);
    await writeFile(join(folder, file), 'another==1');
    await install(good);
    expect(await installations()).toBe(2);
  });

  it('are installed anew when they work no more', async () => {
    const good = await python('good');
    const { python: installed } = await install(good);
    await writeFile(installed, '#!/bin/sh\nexit 127\n');
    await install(good);
    expect(await installations()).toBe(2);
  });

  it('are installed with the first Python that is new enough', async () => {
    const old = await python('old', { isNew: false });
    await install(join(folder, 'nowhere'), old, await python('good'));
    expect(await installations()).toBe(1);
  });

  it('are missing, and what to do is said, when no Python is new enough', async () => {
    const old = await python('old', { isNew: false });
    const installing = install(join(folder, 'nowhere'), old);
    await expect(installing).rejects.toThrow(ToolsMissing);
    await expect(installing).rejects.toThrow(/no Python 3\.11 or newer.*Install it/);
  });

  it('are missing, and what to do is said, when Python has no virtual environments', async () => {
    await expect(install(await python('bare', { venv: 1 }))).rejects.toThrow(/python3-venv/);
  });

  it('are missing, with what pip said, when it cannot install them; and are not taken for whole later', async () => {
    const installing = install(await python('offline', { pip: 1 }));
    await expect(installing).rejects.toThrow(ToolsMissing);
    await expect(installing).rejects.toThrow(/no such index/);
    await install(await python('good'));
    expect(await installations()).toBe(2);
  });
});

describe('the report of a run', () => {
  const passed: Outcome = { state: 'passed' };
  const report = (...outcomes: readonly Outcome[]) =>
    reportOf(outcomes.map((outcome, index) => ({ part: `part ${index}`, outcome })));

  it('is a success when every part passed', () => {
    expect(report(passed, passed)).toEqual({
      lines: ['passed: part 0', 'passed: part 1', 'aws: all 2 parts passed'],
      exitCode: 0,
    });
  });

  it.each<[string, Outcome, string]>([
    ['failed', { state: 'failed', because: 'a bug' }, 'FAILED: part 1: a bug'],
    ['could not run', { state: 'could-not-run', because: 'no Python' }, 'could not run: part 1: no Python'],
  ])('is none when a part %s, and names it', (_, outcome, line) => {
    const { lines, exitCode } = report(passed, outcome);
    expect(lines).toEqual(['passed: part 0', line, 'aws: NOT PASSED: 1 of 2 parts passed']);
    expect(exitCode).toBe(1);
  });

  it('is none when nothing ran', () => {
    expect(report().exitCode).toBe(1);
  });

  it('says what it could not show, and of whom, each reason once', () => {
    const gaps = [{ one: 'no tasks', two: 'no tasks' }, { three: { unsteady: 'now and then' } }, {}];
    expect(gapLines({ theirs: gaps, ours: [] })).toEqual([
      'known gap, theirs, 2 cases: no tasks',
      'known gap, theirs, 1 case: now and then',
    ]);
  });
});
