import { parseArgs } from 'node:util';
import { isPlayground, PLAYGROUNDS } from './grounds.ts';
import { race, replay } from './race.ts';
import { isVariant, VARIANTS } from './variants.ts';

const USAGE = `usage: npm run test:races -- [--runs N] [--seed S] [--on G] [--variant V] [--path P]
  grounds: ${Object.keys(PLAYGROUNDS).join(' ')}
  variants: ${Object.keys(VARIANTS).join(' ')}`;

const wholeNumber = (name: string, text: string, least: number): number => {
  if (/^-?\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`--${name} takes a whole number from ${least}, not ${text}`);
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      on: { type: 'string', default: 'ports' },
      variant: { type: 'string', default: 'design' },
      path: { type: 'string' },
    },
  });
  const runs = wholeNumber('runs', values.runs, 1);
  const seed = wholeNumber('seed', values.seed, -(2 ** 31));
  if (!isVariant(values.variant)) throw new Error(`no variant ${values.variant}`);
  const { on } = values;
  if (!isPlayground(on)) throw new Error(`no ground ${on}`);
  const variant = VARIANTS[values.variant];
  const { broken, first } = values.path
    ? await replay(variant, { seed, path: values.path, on })
    : await race(variant, { runs, seed, on });
  if (first) console.log(first);
  console.log(`races: ${values.path ? 1 : runs} runs, seed ${seed}, ${broken} broken`);
  return broken === 0 ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  console.error(USAGE);
  process.exitCode = 2;
}
