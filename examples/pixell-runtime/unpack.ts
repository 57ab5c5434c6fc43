import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';

/** Unpacks the package in `file` into `folder`. */
export type Unpack = (file: string, bytes: Uint8Array, folder: string) => Promise<void>;

/** With CPython's `zipfile`, which is what real runtimes read packages with. */
export const byPython =
  (python: string): Unpack =>
  async (file, _bytes, folder) => {
    await promisify(execFile)(python, ['-m', 'zipfile', '--extract', file, folder]);
  };

/** Where there is no Python. The registry has proven that both read the same. */
export const byRegistry: Unpack = async (_file, bytes, folder) => {
  const archive = readArchive(bytes, nodeCodec(), DEFAULT_LIMITS);
  if (!archive.ok) throw new Error(`not a package: ${archive.fault.code}`);
  for (const { name, isFolder } of archive.value.entries) {
    const path = join(folder, name);
    await mkdir(isFolder ? path : dirname(path), { recursive: true });
    if (!isFolder) await writeFile(path, archive.value.contentOf(name) ?? '');
  }
};
