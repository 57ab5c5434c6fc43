import { join, resolve } from 'node:path';
import { differential } from './differential/differential.ts';
import { KNOWN_GAPS } from './known-gaps.ts';
import { runCommand } from './support/command.ts';
import { installTools, type PythonTools, TOOLS_FOLDER, ToolsMissing } from './support/python-tools.ts';
import { gapLines, type Outcome, type PartReport, reportOf } from './support/report.ts';
import { lintCompanions, lintTemplate } from './template-lint.ts';

type Part = (tools: PythonTools) => Promise<Outcome>;

const root = resolve(import.meta.dirname, '../..');

const tests: Part = async () => {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.aws.config.ts'];
  const { code } = await runCommand(process.execPath, args, { cwd: root, inSight: true });
  return code === 0 ? { state: 'passed' } : { state: 'failed', because: `vitest ended with ${code} (above)` };
};

const PARTS: Readonly<Record<string, Part>> = {
  'adapters, packaged stack, companion stacks and HTTP API': tests,
  'packaged template': (tools) => lintTemplate(root, tools),
  'companion templates': (tools) => lintCompanions(root, tools),
  'packages as Python reads them': ({ python }) => differential(python, { runs: 20_000, seed: 1 }),
};

const install = async (): Promise<PythonTools | Outcome> => {
  try {
    return await installTools({ requirementsFolder: import.meta.dirname, toolsFolder: TOOLS_FOLDER, log: console.log });
  } catch (cause) {
    if (!(cause instanceof ToolsMissing)) throw cause;
    return { state: 'could-not-run', because: cause.message };
  }
};

const attempt = async (part: Part, tools: PythonTools): Promise<Outcome> => {
  try {
    return await part(tools);
  } catch (cause) {
    console.error(cause);
    return { state: 'failed', because: 'it broke (above)' };
  }
};

const tools = await install();
const reports: PartReport[] = [];
for (const [name, part] of Object.entries(PARTS)) {
  console.log(`\n── ${name}`);
  reports.push({ part: name, outcome: 'state' in tools ? tools : await attempt(part, tools) });
}
const { lines, exitCode } = reportOf(reports);
console.log(`\n${[...gapLines(KNOWN_GAPS), ...lines].join('\n')}`);
process.exitCode = exitCode;
