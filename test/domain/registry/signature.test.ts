import { createPublicKey, generateKeyPairSync, sign as cryptoSign, verify as cryptoVerify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkSignature,
  isKeyId,
  parseSignature,
  readPublicKey,
  signatureText,
  statement,
  type Signed,
  type SigningKey,
} from '#shared/domain/registry/signature.ts';
import { isWeakKey } from '#shared/domain/registry/small-order.ts';

const signed: Signed = {
  developer: 'acme',
  name: 'weather',
  version: '1.4.2',
  sha256: 'ab'.repeat(32),
  size: 1234,
};

const DER_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

const verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  cryptoVerify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([DER_HEAD, publicKey]), format: 'der', type: 'spki' }),
    signature,
  );

const newPair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(DER_HEAD.length).toString('base64'),
    sign: (message: Uint8Array): string => cryptoSign(null, message, privateKey).toString('base64'),
  };
};

const pair = newPair();
const from = Date.UTC(2026, 0, 1);
const until = Date.UTC(2027, 0, 1);
const laptop: SigningKey = { id: 'laptop', publicKey: pair.publicKey, notBefore: from, notAfter: until };
const good = { key: 'laptop', value: pair.sign(statement(signed)) };
const keyring = { keys: [laptop], uploadedAt: from, verify };

describe('the statement that is signed', () => {
  it('is a text that says what is published', () => {
    expect(Buffer.from(statement(signed)).toString()).toBe(
      `nightporter package statement 1\ndeveloper acme\nname weather\nversion 1.4.2\nsha256 ${'ab'.repeat(32)}\nsize 1234\n`,
    );
  });

  it('is another one for every other release', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9 .-]{0,12}$/);
    const release = fc.record({ developer: word, name: word, version: word, sha256: word, size: fc.nat() });
    fc.assert(
      fc.property(release, release, (a, b) => {
        const isSame = Object.keys(a).every((field) => a[field as keyof Signed] === b[field as keyof Signed]);
        expect(Buffer.from(statement(a)).equals(statement(b))).toBe(isSame);
      }),
    );
  });
});

describe('a signature file', () => {
  const text = signatureText(good);

  it('is two lines', () => {
    expect(text).toBe(`key laptop\ned25519 ${good.value}\n`);
  });

  it.each([
    ['as the registry writes it', text],
    ['without the last line’s end', text.trimEnd()],
    ['as Windows ends lines', text.replaceAll('\n', '\r\n')],
    ['after a byte order mark', `\ufeff${text}`],
  ])('is read: %s', (_, form) => {
    expect(parseSignature(Buffer.from(form))).toEqual({ ok: true, value: good });
  });

  const noLines = 'it is not the two lines of a signature';
  const noBytes = '“ed25519” is not 64 bytes in base64';
  it.each([
    ['', noLines],
    [good.value, noLines],
    [`${text}\n`, noLines],
    [`${text}${text}`, noLines],
    [`ed25519 ${good.value}\nkey laptop\n`, noLines],
    [`key laptop\nrsa ${good.value}\n`, noLines],
    [`key  laptop\ned25519 ${good.value}\n`, 'what stands after “key” is no key’s id'],
    [`key Laptop\ned25519 ${good.value}\n`, 'what stands after “key” is no key’s id'],
    [`key ../laptop\ned25519 ${good.value}\n`, 'what stands after “key” is no key’s id'],
    [`key ${'a'.repeat(65)}\ned25519 ${good.value}\n`, 'what stands after “key” is no key’s id'],
    ['key laptop\ned25519 AAAA\n', noBytes],
    [`key laptop\ned25519 ${good.value.slice(0, -2)}\n`, noBytes],
    [`key laptop\ned25519 ${good.value} \n`, noBytes],
    [`key laptop\ned25519 ${good.value.replace(/.==$/, 'B==')}\n`, noBytes],
    [`key laptop\ned25519 ${Buffer.alloc(63).toString('base64')}\n`, noBytes],
    [`key laptop\ned25519 ${Buffer.alloc(65).toString('base64')}\n`, noBytes],
    [`key laptop\ned25519 ${Buffer.alloc(64, 255).toString('base64url')}==\n`, noBytes],
    [`key laptop\ned25519 ${'a'.repeat(1_004)}\n`, noBytes],
    [`key laptop\ned25519 ${'a'.repeat(1_005)}\n`, 'it is longer than 1024 bytes'],
  ])('is refused: case %#', (form, problem) => {
    expect(parseSignature(Buffer.from(form))).toEqual({
      ok: false,
      fault: { code: 'SIGNATURE_MALFORMED', details: { problem } },
    });
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseSignature(bytes)).toMatchObject({ ok: false });
      }),
    );
  });

  it('names a key by a short id', () => {
    for (const id of ['a', '0', 'laptop-2026.1_x', 'a'.repeat(64)]) expect(isKeyId(id)).toBe(true);
    for (const id of ['', '-a', '.a', 'A', 'a b', 'a\n', 'a'.repeat(65)]) expect(isKeyId(id)).toBe(false);
  });
});

const codeOf = (...[signature, release, keys]: Parameters<typeof checkSignature>) => {
  const checked = checkSignature(signature, release, keys);
  return checked.ok ? 'good' : checked.fault.code;
};

describe('the proof of a signature', () => {
  it('is given by one of the developer’s keys over exactly this release', () => {
    expect(checkSignature(good, signed, keyring)).toEqual({ ok: true, value: good });
  });

  it.each([
    ['developer', { developer: 'acme2' }],
    ['name', { name: 'weather2' }],
    ['version', { version: '1.4.3' }],
    ['bytes', { sha256: 'ac'.repeat(32) }],
    ['size', { size: 1235 }],
  ])('fails for another %s', (_, change) => {
    expect(checkSignature(good, { ...signed, ...change }, keyring)).toEqual({
      ok: false,
      fault: { code: 'SIGNATURE_INVALID', details: { actual: 'laptop' } },
    });
  });

  it('fails with another key, though it goes by the same name', () => {
    const value = newPair().sign(statement(signed));
    expect(codeOf({ key: 'laptop', value }, signed, keyring)).toBe('SIGNATURE_INVALID');
  });

  it('fails with another developer’s key', () => {
    const other = newPair();
    const signature = { key: 'others', value: other.sign(statement(signed)) };
    expect(checkSignature(signature, signed, keyring)).toEqual({
      ok: false,
      fault: { code: 'SIGNATURE_UNKNOWN_KEY', details: { actual: 'others' } },
    });
    expect(codeOf(good, signed, { ...keyring, keys: [] })).toBe('SIGNATURE_UNKNOWN_KEY');
  });

  it('fails when the package itself was signed, and not its statement', () => {
    const value = pair.sign(Buffer.from(signed.sha256));
    expect(codeOf({ key: 'laptop', value }, signed, keyring)).toBe('SIGNATURE_INVALID');
  });

  it('fails when its number is not the smallest that would do', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = Buffer.from(good.value, 'base64');
    const half = BigInt(`0x${Buffer.from(bytes.subarray(32).toReversed()).toString('hex')}`) + order;
    const added = Buffer.from(Buffer.from(half.toString(16).padStart(64, '0'), 'hex').toReversed());
    const value = Buffer.concat([bytes.subarray(0, 32), added]).toString('base64');
    expect(codeOf({ key: 'laptop', value }, signed, keyring)).toBe('SIGNATURE_INVALID');
  });

  it.each([
    [from - 1, 'SIGNATURE_KEY_EXPIRED'],
    [from, 'good'],
    [until - 1, 'good'],
    [until, 'SIGNATURE_KEY_EXPIRED'],
  ])('holds for uploads within the key’s window, its start included and its end not: %d', (uploadedAt, code) => {
    expect(codeOf(good, signed, { ...keyring, uploadedAt })).toBe(code);
  });

  it('says from when or until when the key is good', () => {
    const problemAt = (uploadedAt: number) => {
      const checked = checkSignature(good, signed, { ...keyring, uploadedAt });
      return checked.ok ? undefined : checked.fault.details;
    };
    expect(problemAt(from - 1)).toEqual({ actual: 'laptop', problem: 'which is valid from 2026-01-01T00:00:00.000Z' });
    expect(problemAt(until)).toEqual({ actual: 'laptop', problem: 'which was valid until 2027-01-01T00:00:00.000Z' });
  });

  it('holds for ever with a key that has no end', () => {
    const keys = [{ ...laptop, notAfter: null }];
    expect(codeOf(good, signed, { ...keyring, keys, uploadedAt: Number.MAX_SAFE_INTEGER })).toBe('good');
  });
});

const P = 2n ** 255n - 19n;
const bytesOf = (y: bigint, sign = 0n): Buffer =>
  Buffer.from(Buffer.from((y + (sign << 255n)).toString(16).padStart(64, '0'), 'hex').toReversed());

const Y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

/** The points of order 1, 2, 4 (two) and 8 (four): their y, and the sign of their x. */
const SMALL: readonly Buffer[] = [
  bytesOf(1n),
  bytesOf(P - 1n),
  bytesOf(0n),
  bytesOf(0n, 1n),
  bytesOf(Y8),
  bytesOf(Y8, 1n),
  bytesOf(P - Y8),
  bytesOf(P - Y8, 1n),
];

describe('a key that proves nothing', () => {
  it.each(SMALL.map((key) => key.toString('hex')))('is refused: %s', (hex) => {
    const key = Buffer.from(hex, 'hex');
    expect(isWeakKey(key)).toBe(true);
    expect(readPublicKey(key.toString('base64'))).toBeUndefined();
  });

  it('has one of eight encodings, since the y of a point of order 8 solves d·y⁴ + 2y² = 1', () => {
    const power = (base: bigint, exponent: bigint): bigint => {
      if (exponent === 0n) return 1n;
      const half = power((base * base) % P, exponent / 2n);
      return exponent % 2n === 1n ? (half * base) % P : half;
    };
    const d = (P - ((121665n * power(121666n, P - 2n)) % P)) % P;
    for (const y of [Y8, P - Y8]) expect((d * power(y, 4n) + 2n * y * y - 1n) % P).toBe(0n);
    expect(new Set(SMALL.map((key) => key.toString('hex'))).size).toBe(8);
  });

  it.each([
    ['0', bytesOf(P)],
    ['0, with the other sign', bytesOf(P, 1n)],
    ['1', bytesOf(P + 1n)],
    ['1, with a sign that it has not', bytesOf(1n, 1n)],
    ['-1, with a sign that it has not', bytesOf(P - 1n, 1n)],
    ['18', bytesOf(P + 18n)],
  ])('is refused in a spelling that no key maker uses: y = %s', (_, key) => {
    expect(readPublicKey(key.toString('base64'))).toBeUndefined();
  });

  it('is refused when it stands among a developer’s keys all the same', () => {
    const keys = [{ ...laptop, publicKey: bytesOf(1n).toString('base64') }];
    const value = Buffer.concat([bytesOf(1n), Buffer.alloc(32)]).toString('base64');
    expect(codeOf({ key: 'laptop', value }, signed, { ...keyring, keys })).toBe('SIGNATURE_INVALID');
  });

  it('is not any that a key maker makes', () => {
    for (let made = 0; made < 50; made += 1) expect(readPublicKey(newPair().publicKey)).toBeDefined();
    expect(isWeakKey(bytesOf(2n))).toBe(false);
  });

  it.each([
    ['another length', Buffer.alloc(31, 7).toString('base64')],
    ['its DER form', Buffer.concat([DER_HEAD, Buffer.alloc(32, 7)]).toString('base64')],
    ['hexadecimal digits', 'ab'.repeat(32)],
    ['nothing', ''],
    ['a line’s end after it', `${pair.publicKey}\n`],
    ['no padding', pair.publicKey.replace('=', '')],
  ])('is not read from %s', (_, text) => {
    expect(readPublicKey(text)).toBeUndefined();
  });
});
