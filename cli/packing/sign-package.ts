import { writeFileSync } from 'node:fs';
import { isKeyId, signatureText } from '#shared/domain/registry/signature.ts';
import { EXITS } from '../exit-codes.ts';
import { aboutFile, Failure } from '../failure.ts';
import type { Output } from '../output.ts';
import { candidateAt, readTerms, verdictOf } from './candidate.ts';
import { readPrivateKey, signatureOf } from './signing.ts';
import { verdictText } from './verdict-text.ts';

export interface Signing {
  readonly file: string;
  readonly developer: string;
  readonly key: { readonly id: string; readonly file: string };
  readonly termsFile: string | undefined;
}

const requireKeyId = (id: string): void => {
  if (isKeyId(id)) return;
  const fix = 'give --key-id, as the operator has it';
  throw new Failure('usage', `${id} is no id of a key`, { code: 'key-id-invalid', fix });
};

export const signPackage = async (output: Output, signing: Signing): Promise<number> => {
  const { file, developer, key, termsFile } = signing;
  requireKeyId(key.id);
  const privateKey = readPrivateKey(key.file);
  const terms = readTerms(termsFile);
  // What is signed already is signed anew: whatever lies there is not looked at.
  const candidate = { ...candidateAt(file, developer, terms), signature: null };
  const verdict = await verdictOf(candidate, { ...terms, keys: [], signature: 'optional' });
  const { sha256, size } = verdict.upload;
  if (!verdict.package || verdict.verdict !== 'accepted' || sha256 === null || size === null) {
    output.answer({ file: null, ...verdict }, verdictText(output, verdict, 'not signed'));
    return EXITS.rejected.status;
  }
  const { name, version } = verdict.package;
  const value = signatureOf({ developer, name, version, sha256, size }, privateKey);
  const path = `${file}.sig`;
  try {
    writeFileSync(path, signatureText({ key: key.id, value }));
  } catch (cause) {
    throw aboutFile(path, cause);
  }
  const text = `signed ${name} ${version} of ${developer} by ${key.id}\n${path}`;
  output.answer({ file: path, developer, name, version, sha256, size, signature: { key: key.id, value } }, text);
  return EXITS.done.status;
};
