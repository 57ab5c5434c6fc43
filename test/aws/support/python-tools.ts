import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommand } from './command.ts';

/** Ignored by git; what is in it was installed by `npm run test:aws`. */
export const TOOLS_FOLDER = resolve(import.meta.dirname, '../../../.aws-tools');

const REQUIREMENTS = ['requirements.txt', 'constraints.txt'];
const INTERPRETERS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];
const IS_NEW_ENOUGH = 'import sys; sys.exit(sys.version_info < (3, 11))';

/** Something that this machine lacks, with what to do about it. */
export class ToolsMissing extends Error {
  override readonly name = 'ToolsMissing';
}

export interface PythonTools {
  /** The interpreter that has the tools. */
  readonly python: string;
  /** The path of a tool by its command's name. */
  readonly command: (name: string) => string;
}

export interface ToolsSource {
  /** Where requirements.txt and constraints.txt are. */
  readonly requirementsFolder: string;
  /** Belongs to the tools alone: what else is in it may be deleted. */
  readonly toolsFolder: string;
  readonly log: (line: string) => void;
  /** The interpreters to try, the first that will do is taken. */
  readonly interpreters?: readonly string[];
}

/** The tools where they are, whether they are installed or not. */
export const toolsIn = (toolsFolder: string): PythonTools => {
  const command = (name: string): string => join(toolsFolder, 'venv', 'bin', name);
  return { python: command('python'), command };
};

/** Installs the Python tools into a folder of their own, unless just these are there already. */
export const installTools = async (source: ToolsSource): Promise<PythonTools> => {
  const { requirementsFolder, toolsFolder, log, interpreters = INTERPRETERS } = source;
  const tools = toolsIn(toolsFolder);
  const stampFile = join(toolsFolder, 'installed');
  const stamp = await stampOf(requirementsFolder, toolsFolder);
  if ((await textOf(stampFile)) === stamp && (await works(tools.python, toolsFolder))) return tools;

  const interpreter = await findInterpreter(interpreters, requirementsFolder);
  log(`installing the Python tools into ${toolsFolder}, with ${interpreter}`);
  // The stamp goes first and comes last: what is half installed is never taken for whole.
  await rm(toolsFolder, { recursive: true, force: true });
  await mkdir(toolsFolder, { recursive: true });
  const folders = { cwd: requirementsFolder };
  const venv = await runCommand(interpreter, ['-m', 'venv', join(toolsFolder, 'venv')], folders);
  if (venv.code !== 0)
    throw new ToolsMissing(
      `${interpreter} cannot make a virtual environment (on Debian: apt-get install python3-venv)\n${venv.stderr}${venv.stdout}`,
    );
  const wanted = ['-r', 'requirements.txt', '-c', 'constraints.txt'];
  const pip = await runCommand(tools.python, ['-m', 'pip', 'install', '--quiet', '--no-input', ...wanted], folders);
  if (pip.code !== 0)
    throw new ToolsMissing(`pip cannot install the tools; it needs its package index or a mirror of it\n${pip.stderr}`);
  await writeFile(stampFile, stamp);
  return tools;
};

const findInterpreter = async (interpreters: readonly string[], cwd: string): Promise<string> => {
  for (const interpreter of interpreters) {
    const { code } = await runCommand(interpreter, ['-c', IS_NEW_ENOUGH], { cwd });
    if (code === 0) return interpreter;
  }
  throw new ToolsMissing(
    `no Python 3.11 or newer: none of ${interpreters.join(', ')} is one. Install it and have it on the PATH.`,
  );
};

const works = async (python: string, cwd: string): Promise<boolean> =>
  (await runCommand(python, ['-c', IS_NEW_ENOUGH], { cwd })).code === 0;

/** The folder is part of it: a virtual environment that was moved is broken. */
const stampOf = async (requirementsFolder: string, toolsFolder: string): Promise<string> => {
  const hash = createHash('sha256').update(toolsFolder);
  for (const file of REQUIREMENTS) hash.update(await readFile(join(requirementsFolder, file)));
  return hash.digest('hex');
};

const textOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
