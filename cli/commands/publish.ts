import { resolve } from 'node:path';
import { Option } from 'commander';
import { command } from '../command.ts';
import { Failure } from '../failure.ts';
import { notEmpty } from '../option-values.ts';
import { developerOption, packageArgument } from '../packing/package-options.ts';
import { timeoutOption } from '../service-options.ts';
import type { ServerOptions } from '../settings.ts';

interface Given extends ServerOptions {
  readonly package: string;
  readonly developer?: string;
  readonly as?: string;
  readonly timeout: number;
}

export const publishCommand = command<Given>({
  words: ['publish'],
  summary: 'Upload a package, and show the verdict on it',
  about:
    'A signature that lies beside the package, as .sig, goes with it. The same package may be published again: that changes nothing, and heals what a crash has left.',
  arguments: [packageArgument()],
  options: [
    developerOption(),
    new Option('--as <file>', 'the name to upload it under; without it its own').argParser(notEmpty),
    timeoutOption('how long to wait for the verdict', '10m'),
  ],
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter publish hello-1.0.0.apkg --developer acme', does: 'publishes it, or says what to mend' },
  ],
  run: async (context, given) => {
    const { developer, timeout: timeoutMs, as } = given;
    if (developer === undefined) {
      const fix = 'give --developer, or set NIGHTPORTER_DEVELOPER';
      throw new Failure('usage', 'a package is published by a developer, and none is named', {
        code: 'no-developer',
        fix,
      });
    }
    const { publishPackage } = await import('../publish-package.ts');
    const file = resolve(context.workingFolder, given.package);
    return publishPackage(context, given, { file, as, developer, timeoutMs });
  },
});
