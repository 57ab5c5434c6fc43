import { basename, resolve } from 'node:path';
import { Option } from 'commander';
import { command } from '../command.ts';
import { Failure } from '../failure.ts';
import { notEmpty } from '../option-values.ts';
import { developerOption, packageArgument, termsOption } from '../packing/package-options.ts';

interface Given {
  readonly package: string;
  readonly developer?: string;
  readonly key: string;
  readonly keyId?: string;
  readonly terms?: string;
}

export const signCommand = command<Given>({
  words: ['sign'],
  summary: 'Sign a package',
  about:
    'Writes the signature beside the package, as .sig: over developer, name, version, digest and size. What the registry would refuse is not signed.',
  arguments: [packageArgument()],
  options: [
    developerOption(),
    new Option('--key <file>', 'the private key, as keygen writes it').argParser(notEmpty).makeOptionMandatory(),
    new Option('--key-id <id>', 'what the operator calls the key; without it the name of its file').argParser(notEmpty),
    termsOption(),
  ],
  examples: [
    {
      line: 'nightporter sign hello-1.0.0.apkg --developer acme --key release-2026.pem',
      does: 'writes hello-1.0.0.apkg.sig by the key release-2026',
    },
  ],
  run: async ({ output, workingFolder }, given) => {
    const { developer, keyId = basename(given.key).replace(/\.pem$/, ''), terms } = given;
    if (developer === undefined) {
      const fix = 'give --developer, or set NIGHTPORTER_DEVELOPER';
      throw new Failure('usage', 'a signature is for one developer, and none is named', { code: 'no-developer', fix });
    }
    const { signPackage } = await import('../packing/sign-package.ts');
    const file = resolve(workingFolder, given.package);
    const key = { id: keyId, file: resolve(workingFolder, given.key) };
    return signPackage(output, { file, developer, key, termsFile: terms });
  },
});
