import { strykerPlugins as published } from '@stryker-mutator/vitest-runner';

/**
 * The published runner, with two things mended. It picks tests by their full names with a blank between the parts, and
 * Vitest 5 puts ` > ` there: no test would be picked, and every fault would survive. And it counts failed tests only:
 * a fault with which a module does not even load would survive as well.
 */

interface Project {
  readonly config: { testNamePattern: RegExp | undefined };
}

interface Outcome {
  readonly status: string;
  readonly nrOfTests?: number;
}

interface Runner {
  init(): Promise<void>;
  mutantRun(options: unknown): Promise<Outcome>;
  readonly ctx: {
    readonly projects: readonly Project[];
    readonly state: { getFiles(): readonly { readonly result?: { readonly state: string } }[] };
  };
}

type Factory = ((injector: unknown) => Runner) & { readonly inject: readonly string[] };

const eitherWay = (pattern: RegExp | undefined): RegExp | undefined =>
  pattern && new RegExp(pattern.source.replaceAll(' ', '(?: > | )'));

const readEitherWay = ({ config }: Project): void => {
  let pattern: RegExp | undefined;
  Object.defineProperty(config, 'testNamePattern', {
    get: () => pattern,
    set: (given: RegExp | undefined) => {
      pattern = eitherWay(given);
    },
  });
};

const mended = (runner: Runner): Runner => {
  const init = runner.init.bind(runner);
  const mutantRun = runner.mutantRun.bind(runner);
  return Object.assign(runner, {
    init: async () => {
      await init();
      runner.ctx.projects.forEach(readEitherWay);
    },
    mutantRun: async (options: unknown): Promise<Outcome> => {
      const outcome = await mutantRun(options);
      const isBroken = runner.ctx.state.getFiles().some(({ result }) => result?.state === 'fail');
      if (outcome.status !== 'survived' || !isBroken) return outcome;
      return Object.assign(outcome, {
        status: 'killed',
        killedBy: [],
        failureMessage: 'a file of tests does not load',
      });
    },
  });
};

const factoryOf = (original: Factory): Factory =>
  Object.assign((injector: unknown) => mended(original(injector)), { inject: original.inject });

export const strykerPlugins = published.map(({ kind, factory }) => ({
  kind,
  name: 'vitest-5',
  factory: factoryOf(factory as unknown as Factory),
}));
