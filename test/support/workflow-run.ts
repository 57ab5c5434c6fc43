import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface WorkflowRun {
  /** What the steps called, a line each. */
  readonly calls: readonly string[];
  readonly succeeded: boolean;
  /** Of each step that has an id. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface WorkflowScene {
  /** An empty one, which what the steps leave behind goes into. */
  readonly folder: string;
  /** `vars`, `inputs` and `github`, without their steps. */
  readonly given: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Programs in place of those that the steps call, by name; each gets `log`, which notes how it was called. */
  readonly programs: Readonly<Record<string, string>>;
  /** Files that the steps find, by their path in the repository. */
  readonly files?: Readonly<Record<string, string>>;
}

const write = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
};

const LOG = `log() { printf '%s\\n' "$*" >>"$STUB_FOLDER/calls"; }`;

const linesOf = async (file: string): Promise<readonly string[]> =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);

type Outputs = Record<string, Record<string, string>>;

/** Only lookups are known, such as `vars.STACKS` and `steps.image.outputs.digest`. */
const filledIn = (text: string, given: WorkflowScene['given'], outputs: Outputs): string =>
  text.replaceAll(/\$\{\{ *([\w.-]+) *\}\}/g, (expression, path: string) => {
    const [root = '', name = '', , output = ''] = path.split('.');
    // What a step did not say is empty.
    const value = root === 'steps' ? (outputs[name]?.[output] ?? '') : given[root]?.[name];
    if (value === undefined) throw new Error(`nobody knows ${expression}`);
    return value;
  });

/** Runs what the steps of a job have the shell do, as a runner would: what follows a failure is left out, but for what asks for it. */
export const runSteps = async (steps: readonly Step[], scene: WorkflowScene): Promise<WorkflowRun> => {
  const { folder, given, programs, files = {} } = scene;
  for (const [name, script] of Object.entries(programs))
    await write(join(folder, 'bin', name), `#!/bin/sh\nset -eu\n${LOG}\n${script}\n`);
  for (const [file, text] of Object.entries(files)) await write(join(folder, file), text);
  const outputs: Outputs = {};
  const begun = new Set<string>();
  let succeeded = true;
  for (const { run, id, env = {}, if: condition = 'success()' } of steps) {
    const [, awaited] = /steps\.(\w+)\.outcome/.exec(condition) ?? [];
    if (run === undefined || condition.includes('failure()') === succeeded) continue;
    if (awaited !== undefined && !begun.has(awaited)) continue;
    if (id !== undefined) begun.add(id);
    const output = join(folder, `output-of-${id ?? 'nobody'}`);
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filledIn(value, given, outputs)]));
    const all = {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      STUB_FOLDER: folder,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      GITHUB_SHA: given['github']?.['sha'],
      ...given['job'],
      ...own,
    };
    const isDone = promisify(execFile)('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
      cwd: folder,
      env: all,
    });
    succeeded = await isDone.then(
      () => succeeded,
      () => false,
    );
    const pairs = (await linesOf(output)).map((line) => [line.split('=')[0], line.replace(/^[^=]*=/, '')]);
    if (id !== undefined) outputs[id] = Object.fromEntries(pairs);
  }
  return { calls: await linesOf(join(folder, 'calls')), succeeded, outputs };
};
