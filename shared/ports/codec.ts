import type { Unpacker } from '#shared/domain/registry/archive/unpacker.ts';

/** Arithmetic on bytes that a machine does faster, or more safely, than we could: no state, no clock, no failures. */
export interface Codec extends Unpacker {
  /** In lower-case hex. */
  sha256(bytes: Uint8Array): string;
  /**
   * Whether the signature (64 bytes) is the key's (32 bytes) for exactly this message. `false` for whatever is no key
   * and no signature. Knows no weak keys: there are some for which anything is a signature of everything.
   */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
