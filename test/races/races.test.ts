import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAYGROUNDS } from './grounds.ts';
import { race, replay, runsUntilBroken } from './race.ts';
import { play } from './run.ts';
import { scenarios } from './scenario.ts';
import { VARIANTS, type VariantName } from './variants.ts';

const SEED = 20_261_120;
const RUNS = 50_000;
const RUNS_TO_CATCH = 20_000;
const MINUTES = 60_000;

const variants = Object.keys(VARIANTS).filter((name) => name !== 'design') as VariantName[];

describe('races', () => {
  it(`keeps every promise in ${RUNS} interleavings`, { timeout: 10 * MINUTES }, async () => {
    const { broken, first } = await race(VARIANTS.design, { runs: RUNS, seed: SEED });
    expect(first).toBeUndefined();
    expect(broken).toBe(0);
  });

  it.each(variants)('catches the protocol that is broken by %s', { timeout: 10 * MINUTES }, async (name) => {
    expect(await runsUntilBroken(VARIANTS[name], { runs: RUNS_TO_CATCH, seed: SEED })).toBeLessThanOrEqual(
      RUNS_TO_CATCH,
    );
  });

  it('plays the same scenario the same way twice', async () => {
    for (const { make, calls } of Object.values(PLAYGROUNDS)) {
      for (const scenario of fc.sample(scenarios(calls), { numRuns: 200, seed: SEED })) {
        const first = await play(scenario, VARIANTS.design, make);
        expect(await play(scenario, VARIANTS.design, make)).toEqual(first);
      }
    }
  });

  it('replays a failing run by the path that it printed', { timeout: MINUTES }, async () => {
    const { first } = await race(VARIANTS.incumbent, { runs: 50, seed: SEED });
    const [, seed, path] = /replay with --seed (\S+) --path (\S+)/.exec(first ?? '') ?? [];
    const again = await replay(VARIANTS.incumbent, { seed: Number(seed), path: path ?? '' });
    expect(again.broken).toBe(1);
    expect(again.first?.split('\n')[0]).toBe(first?.split('\n')[0]);
  });
});

describe('npm run test:races', () => {
  const command = async (...options: string[]): Promise<{ code: number; lastLine: string; stderr: string }> => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const { stdout, stderr, code } = await promisify(execFile)(process.execPath, [main, ...options])
      .then((output) => ({ ...output, code: 0 }))
      .catch((cause: { stdout: string; stderr: string; code: number }) => cause);
    return { code, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', stderr };
  };

  it('ends with what it found, and with success when that is nothing', async () => {
    const { code, lastLine } = await command('--runs', '100', '--seed', '3');
    expect(lastLine).toBe('races: 100 runs, seed 3, 0 broken');
    expect(code).toBe(0);
  });

  it('plays on the AWS adapters when told to', async () => {
    const { code, lastLine } = await command('--runs', '50', '--seed', '3', '--on', 'aws');
    expect(lastLine).toBe('races: 50 runs, seed 3, 0 broken');
    expect(code).toBe(0);
  });

  it('fails when a promise was broken', async () => {
    const { code, lastLine } = await command('--runs', '100', '--seed', '3', '--variant', 'incumbent');
    expect(lastLine).toMatch(/^races: 100 runs, seed 3, [1-9]\d* broken$/);
    expect(code).toBe(1);
  });

  it.each([
    [['--runs', 'many'], /--runs takes a whole number/],
    [['--runs', '0'], /--runs takes a whole number/],
    [['--variant', 'better'], /no variant better/],
    [['--on', 'ice'], /no ground ice/],
    [['--fast'], /--fast/],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await command(...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
