import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { statement, type Signed } from '#shared/domain/registry/signature.ts';
import { aboutFile, Failure } from '../failure.ts';

/** Makes a key, writes its private half and gives back the public one, as developers' documents have it. */
export const makeKey = (file: string): string => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  try {
    // Never over another: a private key that is gone is gone.
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw aboutFile(file, cause);
  }
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('base64');
};

const unusable = (file: string, problem: string): Failure =>
  new Failure('usage', `${file}: ${problem}`, {
    code: 'key-unusable',
    fix: 'it must be a private Ed25519 key in PEM, without a passphrase: nightporter keygen makes one',
  });

const keyIn = (file: string, text: string): KeyObject => {
  try {
    return createPrivateKey(text);
  } catch {
    // What OpenSSL says of it is of no use to anybody, and might quote it.
    throw unusable(file, 'no private key');
  }
};

export const readPrivateKey = (file: string): KeyObject => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw aboutFile(file, cause);
  }
  const key = keyIn(file, text);
  if (key.asymmetricKeyType !== 'ed25519') throw unusable(file, `a key for ${key.asymmetricKeyType}`);
  return key;
};

/** In base64. */
export const signatureOf = (signed: Signed, key: KeyObject): string =>
  sign(null, statement(signed), key).toString('base64');
