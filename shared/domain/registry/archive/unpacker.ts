/** Content that was unpacked, or why not: it is no valid deflate, or it is not of the size that was told. */
export type Inflated = Uint8Array | 'malformed' | 'another-size';

/** What it takes to prove an entry's content. */
export interface Unpacker {
  crc32(bytes: Uint8Array): number;
  /**
   * Raw deflate. `malformed` also when the stream ends before the bytes do, or the bytes before the stream.
   * Never takes memory for much more than `size`, whatever the bytes would unpack to; never throws for what they are.
   */
  inflate(bytes: Uint8Array, size: number): Inflated;
}
