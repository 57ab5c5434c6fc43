import type { Limits } from '#shared/domain/registry/limits.ts';
import type { Fault } from '#shared/domain/registry/verdict.ts';
import type { Entry } from './local-headers.ts';

/** Whether the entries may be unpacked, going by the sizes that they declare: they are held to them afterwards. */
export const sizeFault = (entries: readonly Entry[], fileBytes: number, limits: Limits): Fault | undefined => {
  let total = 0;
  for (const { name: entry, header } of entries) {
    const { size } = header;
    if (size > limits.entryBytes)
      return { code: 'UNPACKED_TOO_LARGE', details: { entry, actual: size, limit: limits.entryBytes } };
    total += size;
  }
  if (total > limits.unpackedBytes)
    return { code: 'UNPACKED_TOO_LARGE', details: { actual: total, limit: limits.unpackedBytes } };
  if (total > limits.ratioFromBytes && total > limits.ratio * fileBytes)
    return { code: 'RATIO', details: { actual: Math.ceil(total / fileBytes), limit: limits.ratio } };
  return undefined;
};
