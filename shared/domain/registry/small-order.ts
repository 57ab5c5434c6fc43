/** Where the field of Curve25519 ends: coordinates are numbers below it. */
const P = 2n ** 255n - 19n;

/** The y of the points whose order is 8: `d·y⁴ + 2y² = 1`. Its negative is the other one. */
const Y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

const WEAK: readonly bigint[] = [0n, 1n, P - 1n, Y8, P - Y8];

const numberOf = (publicKey: Uint8Array): bigint =>
  publicKey.reduceRight((number, byte) => number * 256n + BigInt(byte), 0n);

/**
 * Whether a raw Ed25519 key is one of the eight points of small order, for which a signature can be made that is good
 * for any message without any private key (older releases of OpenSSL take it); or is written in a way that no key maker writes it. The sign does not matter.
 */
export const isWeakKey = (publicKey: Uint8Array): boolean => {
  const y = numberOf(publicKey) & (2n ** 255n - 1n);
  return y >= P || WEAK.includes(y);
};
