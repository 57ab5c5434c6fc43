import { decodeBase64 } from './base64.ts';
import { passed, refused } from './checked.ts';
import type { ReleaseId } from './registry-keys.ts';
import { instant } from './shape.ts';
import { isWeakKey } from './small-order.ts';
import type { Checked } from './verdict.ts';

/** No signature file is longer. Longer ones need not be read. */
export const LONGEST_SIGNATURE = 1024;

const SIGNATURE_BYTES = 64;
const PUBLIC_KEY_BYTES = 32;
const KEY_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** One of a developer's keys. It is good for what was uploaded from `notBefore` on and before `notAfter`. */
export interface SigningKey {
  /** Chosen by the operator; never given to another key of the same developer. */
  readonly id: string;
  /** The 32 raw bytes, in base64. */
  readonly publicKey: string;
  readonly notBefore: number;
  readonly notAfter: number | null;
}

/** A signature as it is kept: which key, and its 64 bytes in base64. */
export interface DetachedSignature {
  readonly key: string;
  readonly value: string;
}

/** What a signature is on: not the bytes, but everything that they are published as. */
export interface Signed extends ReleaseId {
  readonly sha256: string;
  readonly size: number;
}

export const isKeyId = (text: string): boolean => KEY_ID.test(text);

/** The raw bytes of a public key; `undefined` for what is not one, or one that proves nothing. */
export const readPublicKey = (text: string): Uint8Array | undefined => {
  const bytes = decodeBase64(text, PUBLIC_KEY_BYTES);
  return bytes && !isWeakKey(bytes) ? bytes : undefined;
};

/**
 * The text that is signed. The first line keeps it apart from whatever else the key signs; no value can hold a line
 * break, so no two releases have the same text.
 */
export const statement = ({ developer, name, version, sha256, size }: Signed): Uint8Array =>
  new TextEncoder().encode(
    [
      'nightporter package statement 1',
      `developer ${developer}`,
      `name ${name}`,
      `version ${version}`,
      `sha256 ${sha256}`,
      `size ${size}`,
      '',
    ].join('\n'),
  );

export const signatureText = ({ key, value }: DetachedSignature): string => `key ${key}\ned25519 ${value}\n`;

const SIGNATURE = /^key ([^\r\n]+)\r?\ned25519 ([^\r\n]+)(?:\r?\n)?$/;

const malformed = (problem: string): Checked<DetachedSignature> => refused('SIGNATURE_MALFORMED', { problem });

export const parseSignature = (bytes: Uint8Array): Checked<DetachedSignature> => {
  if (bytes.length > LONGEST_SIGNATURE) return malformed(`it is longer than ${LONGEST_SIGNATURE} bytes`);
  const match = SIGNATURE.exec(new TextDecoder().decode(bytes));
  if (!match) return malformed('it is not the two lines of a signature');
  const [, key = '', value = ''] = match;
  if (!isKeyId(key)) return malformed('what stands after “key” is no key’s id');
  if (!decodeBase64(value, SIGNATURE_BYTES)) return malformed(`“ed25519” is not ${SIGNATURE_BYTES} bytes in base64`);
  return passed({ key, value });
};

const windowProblem = ({ notBefore, notAfter }: SigningKey, uploadedAt: number): string | undefined => {
  if (uploadedAt < notBefore) return `which is valid from ${instant(notBefore)}`;
  return notAfter !== null && uploadedAt >= notAfter ? `which was valid until ${instant(notAfter)}` : undefined;
};

/** Ed25519, from outside: over raw keys. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export interface Proving {
  readonly keys: readonly SigningKey[];
  /** Not the time of looking: a key that ends later does not undo what was uploaded while it was good. */
  readonly uploadedAt: number;
  readonly verify: VerifyEd25519;
}

/** Whether one of the developer's keys signed exactly this. Fails closed, where signatures are optional too. */
export const checkSignature = (
  signature: DetachedSignature,
  signed: Signed,
  { keys, uploadedAt, verify }: Proving,
): Checked<DetachedSignature> => {
  const key = keys.find(({ id }) => id === signature.key);
  if (!key) return refused('SIGNATURE_UNKNOWN_KEY', { actual: signature.key });
  const problem = windowProblem(key, uploadedAt);
  if (problem !== undefined) return refused('SIGNATURE_KEY_EXPIRED', { actual: key.id, problem });
  const publicKey = readPublicKey(key.publicKey);
  const value = decodeBase64(signature.value, SIGNATURE_BYTES);
  const isGood = publicKey && value && verify(publicKey, statement(signed), value);
  return isGood ? passed(signature) : refused('SIGNATURE_INVALID', { actual: key.id });
};
