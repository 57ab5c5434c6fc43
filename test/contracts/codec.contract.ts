import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { deflateRawSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '#shared/ports/codec.ts';

const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const aKey = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { raw: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'), privateKey };
};

/** What every codec does. */
export const codecContract = (name: string, codec: Codec): void => {
  describe(`${name} as a codec`, () => {
    it('knows the checksums that everybody knows', () => {
      expect(codec.crc32(textBytes('123456789'))).toBe(0xcbf43926);
      expect(codec.crc32(new Uint8Array())).toBe(0);
      expect(codec.sha256(textBytes('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    });

    it('looks at the bytes that it is given, and not at those around them', () => {
      const part = textBytes('?123456789?').subarray(1, 10);
      expect(codec.crc32(part)).toBe(0xcbf43926);
      expect(codec.sha256(part)).toBe(createHash('sha256').update('123456789').digest('hex'));
      const packed = deflateRawSync('123456789');
      const within = Buffer.concat([Buffer.alloc(3), packed, Buffer.alloc(3)]).subarray(3, 3 + packed.length);
      expect(codec.inflate(within, 9)).toEqual(Buffer.from('123456789'));
    });

    it('inflates what was deflated, at every level', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.integer({ min: 0, max: 9 }), (bytes, level) => {
          expect(codec.inflate(deflateRawSync(bytes, { level }), bytes.length)).toEqual(Buffer.from(bytes));
        }),
      );
    });

    it.each([0, 1, 9, 11, 100])('says so when 10 bytes should be %i', (size) => {
      expect(codec.inflate(deflateRawSync('0123456789'), size)).toBe('another-size');
    });

    it('does not unpack a bomb beyond what was told', () => {
      expect(codec.inflate(deflateRawSync(new Uint8Array(50_000_000)), 1)).toBe('another-size');
    });

    it.each([
      ['nothing', new Uint8Array()],
      ['half a stream', deflateRawSync('0123456789').subarray(0, 5)],
      ['a stream and more', Buffer.concat([deflateRawSync('0123456789'), Buffer.alloc(1)])],
      ['two streams', Buffer.concat([deflateRawSync('0123456789'), deflateRawSync('')])],
      ['a wrapped stream', deflateSync('0123456789')],
      ['text', textBytes('0123456789')],
    ])('says so when there is %s', (_, bytes) => {
      expect(codec.inflate(bytes, 10)).toBe('malformed');
    });

    it('throws for no bytes at all', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 100 }), (bytes, size) => {
          const inflated = codec.inflate(bytes, size);
          expect(typeof inflated === 'string' ? size : inflated.length).toBe(size);
        }),
      );
    });

    it('knows a key’s signature, and no other', () => {
      const [mine, yours] = [aKey(), aKey()];
      const message = textBytes('a statement');
      const signature = sign(null, message, mine.privateKey);
      const malleated = Uint8Array.from(signature);
      malleated[63]! ^= 0x10;
      expect(codec.verifyEd25519(mine.raw, message, signature)).toBe(true);
      expect(codec.verifyEd25519(yours.raw, message, signature)).toBe(false);
      expect(codec.verifyEd25519(mine.raw, textBytes('another'), signature)).toBe(false);
      expect(codec.verifyEd25519(mine.raw, message, malleated)).toBe(false);
      expect(codec.verifyEd25519(mine.raw, message, signature.subarray(0, 63))).toBe(false);
    });

    it('answers no for whatever is no key and no signature', () => {
      const short = fc.uint8Array({ maxLength: 70 });
      const full = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
      fc.assert(
        fc.property(fc.oneof(short, full(32)), fc.oneof(short, full(64)), (key, signature) => {
          // With nothing in its second half, it could be one that a weak key has for everything.
          signature[32] = 1;
          expect(codec.verifyEd25519(key, textBytes('a statement'), signature)).toBe(false);
        }),
      );
    });
  });
};
