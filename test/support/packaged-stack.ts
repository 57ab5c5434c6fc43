import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from '../template/rules/template.ts';

const root = resolve(import.meta.dirname, '../..');
const NEEDED = ['functions', 'infra', 'shared', 'package.json', 'serverless.yml', 'tsconfig.json'];

export interface Packaged {
  /** Holds the zips, `<function>.zip`, and the template. */
  readonly folder: string;
  readonly template: Template;
}

const emptyHandlers = async (folder: string): Promise<void> => {
  const names = await readdir(join(folder, 'functions'));
  const write = (name: string) => writeFile(join(folder, 'functions', name, 'handler.ts'), 'export const handler = 1;');
  await Promise.all(names.map(write));
};

const packageCopy = async (args: readonly string[], prepare: (copy: string) => Promise<void>): Promise<Packaged> => {
  const copy = await mkdtemp(join(tmpdir(), 'nightporter-stack-'));
  try {
    await Promise.all(NEEDED.map((name) => cp(join(root, name), join(copy, name), { recursive: true })));
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await prepare(copy);
    const serverless = join(root, 'node_modules/serverless/bin/serverless.js');
    const folder = join(copy, 'packaged');
    const env = { HOME: copy, PATH: dirname(process.execPath) };
    await promisify(execFile)(process.execPath, [serverless, 'package', '--package', folder, ...args], {
      cwd: copy,
      env,
    });
    const template = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
    return { folder, template: JSON.parse(template) };
  } catch (cause) {
    await rm(copy, { recursive: true, force: true });
    throw cause;
  }
};

/**
 * What `serverless package` makes of the project as it is, with neither credentials nor a home: in a copy, so that
 * nothing is left behind and several can run at once. Hand it back to `discard`.
 */
export const packageStack = (...args: readonly string[]): Promise<Packaged> => packageCopy(args, async () => {});

/** The same template around empty functions: bundling ours takes longer than all the rest. */
export const packageHollowStack = (...args: readonly string[]): Promise<Packaged> => packageCopy(args, emptyHandlers);

export const discard = ({ folder }: Packaged): Promise<void> => rm(dirname(folder), { recursive: true, force: true });
