import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { playAgain, playMany, playUntilBroken } from '../game.ts';
import { registryGame } from './race.ts';
import { play } from './run.ts';
import { scenarios } from './scenario.ts';
import { VARIANTS, type VariantName } from './variants.ts';

const SEED = 20_261_120;
const RUNS = 8_000;
const RUNS_TO_CATCH = 4_000;
const MINUTES = 60_000;

const variants = Object.keys(VARIANTS).filter((name) => name !== 'design') as VariantName[];

describe('races of the registry', () => {
  it(`keeps every promise in ${RUNS} interleavings`, { timeout: 10 * MINUTES }, async () => {
    const { broken, first } = await playMany(registryGame(VARIANTS.design), { runs: RUNS, seed: SEED });
    expect(first).toBeUndefined();
    expect(broken).toBe(0);
  });

  it.each(variants)('catches the protocol that is broken by %s', { timeout: 10 * MINUTES }, async (name) => {
    const game = registryGame(VARIANTS[name]);
    expect(await playUntilBroken(game, { runs: RUNS_TO_CATCH, seed: SEED })).toBeLessThanOrEqual(RUNS_TO_CATCH);
  });

  it('plays the same scenario the same way twice', { timeout: MINUTES }, async () => {
    // Versions and sequencers count on from run to run.
    const told = (trace: readonly string[]): readonly string[] => trace.map((line) => line.replaceAll(/\bv\d+/g, 'v'));
    for (const scenario of fc.sample(scenarios, { numRuns: 100, seed: SEED })) {
      const first = await play(scenario, VARIANTS.design);
      expect(told((await play(scenario, VARIANTS.design)).trace)).toEqual(told(first.trace));
    }
  });

  it('replays a failing run by the path that it printed', { timeout: MINUTES }, async () => {
    const game = registryGame(VARIANTS['release-first']);
    const { first } = await playMany(game, { runs: 10, seed: SEED });
    const [, seed, path] = /replay with --of registry --seed (\S+) --path (\S+)/.exec(first ?? '') ?? [];
    const again = await playAgain(game, { seed: Number(seed), path: path ?? '' });
    expect(again.broken).toBe(1);
    expect(again.first?.split('\n')[0]).toBe(first?.split('\n')[0]);
  });
});

describe('npm run test:races -- --of registry', () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const command = async (...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [main, '--of', 'registry', ...options])
      .then((output) => ({ ...output, code: 0 }))
      .catch((cause: { stdout: string; stderr: string; code: number }) => cause);

  it('ends with what it found, and with success when that is nothing', async () => {
    const { code, stdout } = await command('--runs', '50', '--seed', '3');
    expect(stdout).toBe('races: 50 runs, seed 3, 0 broken\n');
    expect(code).toBe(0);
  });

  it('fails when a promise was broken', async () => {
    const { code, stdout } = await command('--runs', '10', '--seed', '3', '--variant', 'announce-first');
    expect(stdout).toMatch(/\nraces: 10 runs, seed 3, [1-9]\d* broken\n$/);
    expect(code).toBe(1);
  });

  it.each([
    [['--variant', 'incumbent'], /no variant incumbent/],
    [['--on', 'aws'], /no ground aws/],
    [['--of', 'chess'], /no protocol chess/],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await command(...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
