/** Times and owners, as Info-ZIP, Windows and others write them, and how long they can be. No reader takes anything
 *  that matters from them. */
const KNOWN: ReadonlyMap<number, number> = new Map([
  [0x000a, 32], // NTFS times
  [0x5455, 13], // Unix times
  [0x5855, 12], // Unix times and owner, the first form
  [0x7875, 19], // Unix owner
]);

const ZIP64 = 0x0001;

const hex = (id: number): string => `0x${id.toString(16).padStart(4, '0')}`;

/** What is wrong with extra fields: `zip64`, or a few words; `undefined` when nothing is. */
export const extraProblem = (extra: Uint8Array): string | undefined => {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  const seen = new Set<number>();
  let at = 0;
  while (at < extra.length) {
    if (at + 4 > extra.length) return 'cut short';
    const id = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    const problem = fieldProblem(id, length, seen);
    if (problem) return problem;
    seen.add(id);
    at += 4 + length;
  }
  return at > extra.length ? 'cut short' : undefined;
};

const fieldProblem = (id: number, length: number, seen: ReadonlySet<number>): string | undefined => {
  if (id === ZIP64) return 'zip64';
  const longest = KNOWN.get(id);
  if (longest === undefined) return hex(id);
  if (seen.has(id)) return `${hex(id)} twice`;
  return length > longest ? `${hex(id)} of ${length} bytes` : undefined;
};
