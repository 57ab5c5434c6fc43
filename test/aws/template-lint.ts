import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXAMPLES, STACKS } from '../support/cfn/companions.ts';
import type { Given } from '../support/cfn/parameters.ts';
import { type Ended, runCommand } from './support/command.ts';
import type { PythonTools } from './support/python-tools.ts';
import type { Outcome } from './support/report.ts';

/** A template with the values that somebody deploys it with. */
export interface Deployment {
  readonly name: string;
  readonly template: string;
  readonly parameters: Given;
}

export interface Reading {
  readonly tools: PythonTools;
  readonly root: string;
  /** Of one's own: for what cfn-lint is told. */
  readonly folder: string;
  readonly inSight?: boolean;
}

/** Has templates read by cfn-lint as they are, whatever they may be given. */
export const lintTemplates = ({ tools, root, inSight = false }: Reading, templates: readonly string[]) =>
  runCommand(tools.command('cfn-lint'), ['--include-checks', 'I', '--template', ...templates], { cwd: root, inSight });

/** Has templates read with what they are given, all by one process; a finding names the deployment. */
export const lintDeployments = async (reading: Reading, deployments: readonly Deployment[]): Promise<Ended> => {
  const { tools, root, folder, inSight = false } = reading;
  const files = deployments.map(({ name }) => join(folder, `${name}.json`));
  await mkdir(folder, { recursive: true });
  await Promise.all(
    deployments.map(({ template, parameters }, index) =>
      writeFile(files[index]!, JSON.stringify({ 'template-file-path': template, parameters })),
    ),
  );
  const args = ['--include-checks', 'I', '--deployment-files', ...files];
  return runCommand(tools.command('cfn-lint'), args, { cwd: root, inSight });
};

const FINDINGS: Outcome = { state: 'failed', because: 'cfn-lint has findings (above)' };

const stackFile = (root: string, stack: string): string => join(root, 'infra', 'stacks', `${stack}.yml`);

/** The companion stacks, without parameters and with those of every example. */
export const lintCompanions = async (root: string, tools: PythonTools): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'nightporter-examples-'));
  const reading = { tools, root, folder, inSight: true };
  const deployments = EXAMPLES.map(({ file, of, parameters }) => ({
    name: file,
    template: stackFile(root, of),
    parameters,
  }));
  try {
    const plain = await lintTemplates(
      reading,
      STACKS.map((stack) => stackFile(root, stack)),
    );
    const given = await lintDeployments(reading, deployments);
    return plain.code === 0 && given.code === 0 ? { state: 'passed' } : FINDINGS;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Packages the stack as a deployment would, without credentials, and has it read by cfn-lint. */
export const lintTemplate = async (root: string, tools: PythonTools): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'nightporter-package-'));
  try {
    const serverless = join(root, 'node_modules', '.bin', 'serverless');
    const packaged = await runCommand(serverless, ['package', '--package', folder], { cwd: root });
    if (packaged.code !== 0)
      return { state: 'failed', because: `serverless package:\n${packaged.stdout}${packaged.stderr}` };
    const template = join(folder, 'cloudformation-template-update-stack.json');
    await access(template);
    const linted = await lintTemplates({ tools, root, folder, inSight: true }, [template]);
    return linted.code === 0 ? { state: 'passed' } : FINDINGS;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
