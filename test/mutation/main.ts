import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { scoreTable, untested, type MutationReport } from './score-table.ts';

const USAGE = 'usage: npm run test:mutation -- [folder or file below shared/domain]…';
const DOMAIN = 'shared/domain';
const REPORT = '.mutation/report.json';

const patternOf = (name: string): string => {
  const path = join(DOMAIN, name);
  if (!path.startsWith(DOMAIN) || !existsSync(path)) throw new Error(`there is no ${path}`);
  return statSync(path).isDirectory() ? `${path}/**/*.ts` : path;
};

const main = async (): Promise<number> => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const mutate = (positionals.length > 0 ? positionals : ['.']).map(patternOf);
  await new Stryker({ configFile: 'stryker.config.ts', mutate }).runMutationTest();
  const report = JSON.parse(readFileSync(resolve(REPORT), 'utf8')) as MutationReport;
  console.log(scoreTable(report));
  const count = untested(report);
  if (count === 0) return 0;
  console.error(`${count} faults are said to survive that not all of their tests were run against`);
  return 1;
};

try {
  process.exitCode = await main();
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  console.error(USAGE);
  process.exitCode = 2;
}
