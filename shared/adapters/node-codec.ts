import { createHash, createPublicKey, verify } from 'node:crypto';
import { constants, crc32, inflateRawSync, type InflateRaw } from 'node:zlib';
import type { Codec } from '#shared/ports/codec.ts';

const KEY_BYTES = 32;

/** Told by Node when there is more than the most that was asked for; it has stopped there. */
const MORE_THAN_ASKED = 'ERR_BUFFER_TOO_LARGE';

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

/** With room for one byte more than is due, all of it comes in one piece: no copies, and no second look. */
const inflateAtMost = (bytes: Uint8Array, size: number): { content: Uint8Array; consumed: number } => {
  const { buffer, engine } = inflateRawSync(bytes, {
    info: true,
    chunkSize: Math.max(constants.Z_MIN_CHUNK, size + 1),
    maxOutputLength: Math.max(1, size),
  }) as unknown as { buffer: Buffer; engine: InflateRaw };
  return { content: buffer, consumed: engine.bytesWritten };
};

const inflate: Codec['inflate'] = (bytes, size) => {
  try {
    const { content, consumed } = inflateAtMost(bytes, size);
    if (consumed !== bytes.length) return 'malformed';
    return content.length === size ? content : 'another-size';
  } catch (cause) {
    const code = codeOf(cause);
    if (code === MORE_THAN_ASKED) return 'another-size';
    if (code.startsWith('Z_')) return 'malformed';
    throw cause;
  }
};

const verifyEd25519: Codec['verifyEd25519'] = (publicKey, message, signature) => {
  if (publicKey.length !== KEY_BYTES) return false;
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, message, key, signature);
};

/** Node's own zlib and OpenSSL. */
export const nodeCodec = (): Codec => ({
  crc32: (bytes) => crc32(bytes),
  inflate,
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  verifyEd25519,
});
