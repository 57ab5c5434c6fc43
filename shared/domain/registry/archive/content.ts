import type { Fault } from '#shared/domain/registry/verdict.ts';
import { DEFLATED } from './header-rules.ts';
import type { Located } from './local-headers.ts';
import type { Source } from './source.ts';
import type { Inflated, Unpacker } from './unpacker.ts';

/** An entry's content. What is stored is not copied. */
export const unpack = ({ bytes }: Source, { header, contentAt }: Located, unpacker: Unpacker): Inflated => {
  const packed = bytes.subarray(contentAt, contentAt + header.compressedSize);
  return header.method === DEFLATED ? unpacker.inflate(packed, header.size) : packed;
};

/** Unpacks an entry, and keeps nothing of it. */
export const contentFault = (source: Source, located: Located, unpacker: Unpacker): Fault | undefined => {
  const { header, name: entry } = located;
  const content = unpack(source, located, unpacker);
  if (content === 'malformed') return { code: 'INFLATE', details: { entry } };
  if (content === 'another-size') return { code: 'SIZE', details: { entry, expected: header.size } };
  return unpacker.crc32(content) === header.crc ? undefined : { code: 'CRC', details: { entry } };
};
