import type { FileHandle } from 'node:fs/promises';
import { etagOfFile } from './object-files.ts';

/** A file that changed this recently may change again without its time stamps showing it. */
const unsettledMs = 2_000;
const mostRemembered = 10_000;

/** The ETag of the open file, which lies at the path. */
export type EtagIn = (file: FileHandle, path: string) => Promise<string>;

/** Spares looking from reading every byte of every file each time: of what has not changed, the ETag is remembered. */
export const rememberedEtags = (now: () => number): EtagIn => {
  const remembered = new Map<string, { readonly stamp: string; readonly etag: string }>();
  return async (file, path) => {
    const stats = await file.stat({ bigint: true });
    const stamp = [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
    const known = remembered.get(path);
    if (known?.stamp === stamp) return known.etag;
    const etag = await etagOfFile(file);
    if (now() - Number(stats.ctimeMs) > unsettledMs) {
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(path, { stamp, etag });
    }
    return etag;
  };
};
