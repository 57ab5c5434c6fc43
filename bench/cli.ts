/**
 * How long a person waits for `nightporter --help`, beside the least that any command on Node takes: `node -e 0`. Both
 * in turns, each a process of its own. `npm run bench:cli`; fails when the ratio of the medians is above 3.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleCli } from '../infra/cli/bundle.ts';

const ROUNDS = 31;
const MOST = 3;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

const tookMs = (args: readonly string[]): number => {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return performance.now() - startedAt;
};

const folder = mkdtempSync(join(tmpdir(), 'nightporter-bench-'));
try {
  await bundleCli(folder);
  const help: number[] = [];
  const nothing: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    nothing.push(tookMs(['-e', '0']));
    help.push(tookMs([join(folder, 'cli/nightporter.js'), '--help']));
  }
  const ratio = median(help) / median(nothing);
  console.log(`node -e 0           ${median(nothing).toFixed(0)} ms`);
  console.log(`nightporter --help  ${median(help).toFixed(0)} ms   ${ratio.toFixed(2)} times as long`);
  if (ratio > MOST) throw new Error(`more than ${MOST} times as long`);
} finally {
  rmSync(folder, { recursive: true });
}
