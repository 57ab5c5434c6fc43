import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '#shared/domain/idle/duration.ts';

export interface Options {
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly servicesFile: string;
  /** Where the commands of the services run. */
  readonly workingFolder: string;
  readonly tickMs: number;
  /** `undefined`: the data folder's own. */
  readonly apiKey: string | undefined;
  /** Which service `POST /wake` means, where there are several. */
  readonly defaultService: string | undefined;
}

const TICK_MAX_MS = 3_600_000;
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const DEMO_SERVICES = fileURLToPath(new URL('./services.yaml', import.meta.url));

/** The services that there are without a file of one's own: their file, and where its commands run. */
export interface Demo {
  readonly servicesFile: string;
  readonly workingFolder: string;
}

const port = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 (any free port) to 65535.');
};

const tick = (text: string): number => {
  const durationMs = parseDuration(text) ?? 0;
  if (durationMs >= 1_000 && durationMs <= TICK_MAX_MS) return durationMs;
  throw new InvalidArgumentError('It must be a duration from 1s to 1h, such as 2s.');
};

const apiKey = (text: string): string => {
  if (/^[\x21-\x7e]{1,256}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 256 visible ASCII characters without spaces.');
};

const notEmpty = (text: string): string => {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
};

/** What the command line says. */
export interface GivenOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly config?: string;
  readonly tick: number;
  readonly apiKey?: string;
  readonly defaultService?: string;
}

/** The options of whoever starts a server; besides them there is the key. */
export const localOptions = (): readonly Option[] => [
  new Option('--port <number>', '0 picks a free one').argParser(port).default(8787),
  new Option('--host <address>', 'where to listen').argParser(notEmpty).default('127.0.0.1'),
  new Option('--data <folder>', 'where everything is kept')
    .env('NIGHTPORTER_DATA')
    .argParser(notEmpty)
    .default('.nightporter'),
  new Option(
    '--config <file>',
    'the services, whose commands run in this folder; without it the demo services',
  ).argParser(notEmpty),
  new Option('--tick <duration>', 'how often to look after every service').argParser(tick).default(2_000, '2s'),
  new Option('--default-service <id>', 'which one POST /wake and /kill mean when they name none')
    .env('NIGHTPORTER_DEFAULT_SERVICE')
    .argParser(notEmpty),
];

const command = (): Command =>
  localOptions()
    .reduce(
      (made, option) => made.addOption(option),
      new Command('npm start --').description(
        'Nightporter on this machine: wakes services when somebody rings, and puts them to sleep again.',
      ),
    )
    .addOption(
      new Option('--api-key <key>', 'without it one is made and kept in the data folder')
        .env('NIGHTPORTER_API_KEY')
        .argParser(apiKey),
    )
    .allowExcessArguments(false)
    .showHelpAfterError('(--help shows every option)');

/** The commands of the demo services are written from their own folder; those of another file from where one stands. */
export const toOptions = (given: GivenOptions, demo: Demo): Options => ({
  port: given.port,
  host: given.host,
  dataFolder: resolve(given.data),
  servicesFile: given.config ?? demo.servicesFile,
  workingFolder: given.config === undefined ? demo.workingFolder : process.cwd(),
  tickMs: given.tick,
  apiKey: given.apiKey,
  defaultService: given.defaultService,
});

/** Reads the command line; ends the process with status 2, saying why, when it makes no sense. */
export const readOptions = (argv: readonly string[]): Options => {
  const given = command()
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(argv)
    .opts<GivenOptions>();
  return toOptions(given, { servicesFile: DEMO_SERVICES, workingFolder: REPOSITORY });
};
