import { parseArgs } from 'node:util';
import { playAgain, playMany, type Result } from './game.ts';
import { isPlayground, PLAYGROUNDS } from './grounds.ts';
import { race, replay } from './race.ts';
import { registryGame } from './registry/race.ts';
import { isVariant as isRegistryVariant, VARIANTS as REGISTRY_VARIANTS } from './registry/variants.ts';
import { isVariant, VARIANTS } from './variants.ts';

const USAGE = `usage: npm run test:races -- [--of lifecycle|registry] [--runs N] [--seed S] [--on G] [--variant V] [--path P]
  grounds of the lifecycle: ${Object.keys(PLAYGROUNDS).join(' ')}
  variants of the lifecycle: ${Object.keys(VARIANTS).join(' ')}
  variants of the registry: ${Object.keys(REGISTRY_VARIANTS).join(' ')}`;

interface Wanted {
  readonly runs: number;
  readonly seed: number;
  readonly on: string;
  readonly variant: string;
  readonly path: string | undefined;
}

const wholeNumber = (name: string, text: string, least: number): number => {
  if (/^-?\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`--${name} takes a whole number from ${least}, not ${text}`);
};

const lifecycle = ({ runs, seed, on, variant, path }: Wanted): Promise<Result> => {
  if (!isVariant(variant)) throw new Error(`no variant ${variant}`);
  if (!isPlayground(on)) throw new Error(`no ground ${on}`);
  return path === undefined
    ? race(VARIANTS[variant], { runs, seed, on })
    : replay(VARIANTS[variant], { seed, path, on });
};

const registry = ({ runs, seed, on, variant, path }: Wanted): Promise<Result> => {
  if (!isRegistryVariant(variant)) throw new Error(`no variant ${variant}`);
  if (on !== 'ports') throw new Error(`no ground ${on} for the registry`);
  const game = registryGame(REGISTRY_VARIANTS[variant]);
  return path === undefined ? playMany(game, { runs, seed }) : playAgain(game, { seed, path });
};

const PROTOCOLS: Readonly<Record<string, (wanted: Wanted) => Promise<Result>>> = { lifecycle, registry };

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      of: { type: 'string', default: 'lifecycle' },
      runs: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      on: { type: 'string', default: 'ports' },
      variant: { type: 'string', default: 'design' },
      path: { type: 'string' },
    },
  });
  const runs = wholeNumber('runs', values.runs, 1);
  const seed = wholeNumber('seed', values.seed, -(2 ** 31));
  const { of, on, variant, path } = values;
  const play = Object.hasOwn(PROTOCOLS, of) ? PROTOCOLS[of] : undefined;
  if (!play) throw new Error(`no protocol ${of}`);
  const { broken, first } = await play({ runs, seed, on, variant, path });
  if (first) console.log(first);
  console.log(`races: ${path === undefined ? runs : 1} runs, seed ${seed}, ${broken} broken`);
  return broken === 0 ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  console.error(USAGE);
  process.exitCode = 2;
}
