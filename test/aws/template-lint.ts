import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './support/command.ts';
import type { PythonTools } from './support/python-tools.ts';
import type { Outcome } from './support/report.ts';

/** Packages the stack as a deployment would, without credentials, and has it and what goes with it read by cfn-lint. */
export const lintTemplate = async (root: string, tools: PythonTools): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'nightporter-package-'));
  try {
    const serverless = join(root, 'node_modules', '.bin', 'serverless');
    const packaged = await runCommand(serverless, ['package', '--package', folder], { cwd: root });
    if (packaged.code !== 0)
      return { state: 'failed', because: `serverless package:\n${packaged.stdout}${packaged.stderr}` };
    const template = join(folder, 'cloudformation-template-update-stack.json');
    await access(template);
    const developer = join(root, 'infra', 'aws', 'developer.yml');
    const args = ['--include-checks', 'I', '--template', template, developer];
    const linted = await runCommand(tools.command('cfn-lint'), args, { cwd: root, inSight: true });
    return linted.code === 0 ? { state: 'passed' } : { state: 'failed', because: 'cfn-lint has findings (above)' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
