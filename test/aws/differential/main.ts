import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installTools, TOOLS_FOLDER } from '../support/python-tools.ts';
import { differential } from './differential.ts';

const wholeNumber = (name: string, text: string): number => {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new Error(`--${name} takes a whole number from 1, not ${text}`);
};

const main = async (): Promise<number> => {
  const options = { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } } as const;
  const { values } = parseArgs({ options });
  const wanted = { runs: wholeNumber('runs', values.runs), seed: wholeNumber('seed', values.seed) };
  const requirementsFolder = resolve(import.meta.dirname, '..');
  const tools = await installTools({ requirementsFolder, toolsFolder: TOOLS_FOLDER, log: console.log });
  const outcome = await differential(tools.python, wanted);
  if (outcome.state === 'passed') return 0;
  console.error(outcome.because);
  return 1;
};

try {
  process.exitCode = await main();
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 2;
}
