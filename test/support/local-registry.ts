import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sha256Of } from './registry/built-package.ts';
import { until, type RunningServer } from './local-server.ts';

/** A server that is there for its registry. */
export const NO_SERVICES = 'services: { idle: { command: [node, --version] } }\n';

type Place = Pick<RunningServer, 'dataFolder'>;

export const bucketPath = ({ dataFolder }: Place, key: string): string => join(dataFolder, 'buckets', 'registry', key);

export const uploadsOf = async (server: Place, developer: string): Promise<string> => {
  const folder = bucketPath(server, `uploads/${developer}`);
  await mkdir(folder, { recursive: true });
  return folder;
};

export interface Dropped {
  readonly developer?: string;
  /** `hello-1.0.0.apkg` */
  readonly file: string;
  readonly body: Uint8Array;
  /** What its checksum file says; null: there is none. The digest when absent. */
  readonly checksum?: string | null;
}

/** As the usual script does it, on a folder: the package is copied there, and then its checksum. */
export const drop = async (server: Place, { developer = 'acme', file, body, checksum }: Dropped): Promise<void> => {
  const folder = await uploadsOf(server, developer);
  const built = join(server.dataFolder, `${developer}-${file}`);
  await writeFile(built, body);
  await copyFile(built, join(folder, file));
  // In one and the same millisecond the checksum could as well be that of an earlier package.
  await setTimeout(5);
  if (checksum !== null) await writeFile(join(folder, `${file}.sha256`), checksum ?? `${sha256Of(body)}\n`);
};

/** The verdict, once it is the last one. */
export const verdictOn = (server: RunningServer, file: string, developer = 'acme'): Promise<any> =>
  until(`a verdict on ${file}`, async () => {
    const { status, body } = await server.call('GET', `/uploads/${developer}/${file}`);
    return status === 200 && body.verdict !== 'waiting' ? body : undefined;
  });
