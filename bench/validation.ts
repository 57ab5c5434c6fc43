import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { largePackage } from './large-package.ts';

const ROUNDS = 5;
const MIB = 1_024 * 1_024;

export interface Taken {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface Validation {
  readonly entries: number;
  readonly packedMiB: number;
  readonly unpackedMiB: number;
  readonly ours: Taken;
  /** `unzip -t` and `sha256sum` together; `undefined` where one of them is missing. */
  readonly tools: Taken | undefined;
  readonly peakMiB: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

const medianOf = (takes: readonly Taken[]): Taken => ({
  cpuMs: median(takes.map(({ cpuMs }) => cpuMs)),
  wallMs: median(takes.map(({ wallMs }) => wallMs)),
});

/** The whole of a process, its start included; the shell alone tells what a child of it has used. */
const timed = (command: string, file: string): { readonly taken: Taken; readonly printed: string } => {
  const script = `TIMEFORMAT='%U %S %R'; { time ${command}; } 2>&1`;
  const output = execFileSync('bash', ['-c', script, 'bash', file], { encoding: 'utf8' }).trim();
  const [user = NaN, system = NaN, real = NaN] = (output.split('\n').at(-1) ?? '').split(' ').map(Number);
  return { taken: { cpuMs: (user + system) * 1_000, wallMs: real * 1_000 }, printed: output };
};

const isThere = (tool: string): boolean => {
  try {
    execFileSync('bash', ['-c', 'command -v "$1"', 'bash', tool]);
    return true;
  } catch {
    return false;
  }
};

const together = (one: Taken, other: Taken): Taken => ({
  cpuMs: one.cpuMs + other.cpuMs,
  wallMs: one.wallMs + other.wallMs,
});

/** Takes turns, so that what else the machine does meets both. */
const measureFile = (file: string): Pick<Validation, 'ours' | 'tools' | 'peakMiB'> => {
  const hasTools = ['unzip', 'sha256sum'].every(isThere);
  const child = join(import.meta.dirname, 'validate-package.ts');
  const ours: Taken[] = [];
  const tools: Taken[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { taken, printed } = timed(`'${process.execPath}' '${child}' "$1"`, file);
    ours.push(taken);
    peaks.push((JSON.parse(printed.split('\n')[0] ?? '') as { readonly peakMiB: number }).peakMiB);
    if (!hasTools) continue;
    tools.push(together(timed('unzip -tqq "$1"', file).taken, timed('sha256sum "$1"', file).taken));
  }
  return { ours: medianOf(ours), tools: hasTools ? medianOf(tools) : undefined, peakMiB: Math.max(...peaks) };
};

/** The largest package there may be: what its validation takes, beside the tools that look at the same bytes. */
export const measureValidation = (): Validation => {
  const folder = mkdtempSync(join(tmpdir(), 'nightporter-bench-'));
  try {
    const file = join(folder, 'large.apkg');
    const { bytes, entries, unpackedBytes } = largePackage();
    writeFileSync(file, bytes);
    return { entries, packedMiB: bytes.length / MIB, unpackedMiB: unpackedBytes / MIB, ...measureFile(file) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
