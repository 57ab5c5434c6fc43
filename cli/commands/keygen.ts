import { Argument, Option } from 'commander';
import { command } from '../command.ts';
import { matching, notEmpty } from '../option-values.ts';
import { resolve } from 'node:path';

interface Given {
  readonly id: string;
  readonly out?: string;
}

const KEY_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const KEY_ID_RULE = '1 to 64 lower-case letters, digits and . _ -, the first a letter or digit';

export const keygenCommand = command<Given>({
  words: ['keygen'],
  summary: 'Make a key to sign packages with',
  about:
    'Ed25519. The private key goes into a file that only its owner can read, and never replaces one; the public key is for the operator of the registry, who adds it to the developer’s document.',
  arguments: [
    new Argument('<id>', 'what the key is called, never to be given to another').argParser(
      matching(KEY_ID, KEY_ID_RULE),
    ),
  ],
  options: [new Option('--out <file>', 'where the private key goes; without it {id}.pem, here').argParser(notEmpty)],
  examples: [{ line: 'nightporter keygen release-2026', does: 'writes release-2026.pem and shows the public key' }],
  run: async ({ output, workingFolder }, { id, out }) => {
    const { makeKey } = await import('../packing/signing.ts');
    const file = resolve(workingFolder, out ?? `${id}.pem`);
    const publicKey = makeKey(file);
    output.answer(
      { id, file, publicKey },
      `private key ${file}\npublic key  ${publicKey}\n${output.paint('dim', 'The operator adds the public key; the file stays with you.')}`,
    );
  },
});
