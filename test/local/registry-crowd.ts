import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, type TestContext } from 'vitest';
import { parseReleaseKey, registryKeys } from '#shared/domain/registry/registry-keys.ts';
import { compareVersions } from '#shared/domain/registry/semver.ts';
import { bucketPath, drop, NO_SERVICES, type Dropped } from '../support/local-registry.ts';
import { folderOf, linesOf, startServer, until, type RunningServer } from '../support/local-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';

export interface Crowd {
  /** Each uploads ten packages, of which six are good. */
  readonly developers: number;
  readonly kills: number;
}

interface Planned extends Dropped {
  readonly developer: string;
  readonly code: string;
}

/** What one developer uploads: six versions of two packages, and four that are refused. */
const uploadsBy = (developer: string): readonly Planned[] => {
  const good = ['1.0.0', '1.1.0', '1.10.0'].flatMap((version) =>
    ['alarm', 'hello'].map((name) => ({
      developer,
      file: `${name}-${version}.apkg`,
      body: builtPackage({ name, version, files: { 'src/owner.txt': developer } }),
      code: 'PUBLISHED',
    })),
  );
  const bad: readonly Omit<Planned, 'developer'>[] = [
    { file: 'no-zip.apkg', body: Buffer.from(developer), code: 'NOT_ZIP' },
    { file: 'climbs.apkg', body: builtPackage({ files: { '../x': developer } }), code: 'PATH_TRAVERSAL' },
    { file: 'version.apkg', body: builtPackage({ version: '1' }), code: 'VERSION_INVALID' },
    { file: 'checksum.apkg', body: builtPackage(), checksum: sha256Of(developer), code: 'CHECKSUM_MISMATCH' },
  ];
  return [...good, ...bad.map((upload) => ({ developer, ...upload }))];
};

const jsonAt = async (server: RunningServer, key: string): Promise<any> =>
  JSON.parse(await readFile(bucketPath(server, key), 'utf8'));

const codeOf = async (server: RunningServer, { developer, file }: Planned): Promise<string> => {
  const key = registryKeys.result({ developer, file: file.replace('.apkg', '') });
  return (await jsonAt(server, key).catch(() => ({ code: 'none' }))).code;
};

/** The first that has another verdict than it should, as it is now. */
const amiss = async (server: RunningServer, uploads: readonly Planned[]): Promise<string | undefined> => {
  for (const upload of uploads) {
    const code = await codeOf(server, upload);
    if (code !== upload.code) return `${upload.developer}/${upload.file}: ${code}`;
  }
  return undefined;
};

interface Released {
  readonly developer: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

const releasesOf = async (server: RunningServer): Promise<readonly Released[]> => {
  const paths = await filesOf(server, 'packages');
  const keys = paths.map((path) => `packages/${path}`).filter((key) => parseReleaseKey(key)?.file === 'release');
  return Promise.all(keys.map((key) => jsonAt(server, key)));
};

/** A package as the index lists it. */
interface Listed extends Pick<Released, 'developer' | 'name'> {
  readonly latest: string;
  readonly versions: readonly Pick<Released, 'version' | 'sha256'>[];
}

const filesOf = (server: RunningServer, folder: string): Promise<readonly string[]> =>
  readdir(bucketPath(server, folder), { recursive: true }).catch(() => []);

/** How many versions are taken, whether or not their release is finished. */
const claimed = async (server: RunningServer): Promise<number> =>
  (await filesOf(server, 'packages')).filter((path) => path.endsWith('package.apkg')).length;

const nameOf = ({ developer, name, version, sha256 }: Released): string => `${developer}/${name}/${version} ${sha256}`;

/**
 * All of them upload at once while the server is killed in the midst of its work, again and again: nothing is lost, and
 * nothing is there twice.
 */
export const uploadUnderKills = async (context: TestContext, { developers, kills }: Crowd): Promise<void> => {
  const everything = Array.from({ length: developers }, (_, index) => uploadsBy(`developer-${index}`));
  const dataFolder = await folderOf(context);
  const start = (): Promise<RunningServer> => startServer(context, { services: NO_SERVICES, dataFolder });
  let server = await start();
  const uploading = Promise.all(
    everything.map(async (uploads) => {
      for (const upload of uploads) {
        await drop({ dataFolder }, upload);
        await pause(500);
      }
    }),
  );
  for (let kill = 0; kill < kills; kill += 1) {
    const before = await claimed(server);
    await until('it is in the midst of its work', async () => (await claimed(server)) > before);
    await pause((kill * 7) % 30);
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    server = await start();
  }
  await uploading;

  await until(
    'every upload has its last verdict',
    async () => (await amiss(server, everything.flat())) === undefined,
    90_000,
  );
  const good = everything.flat().filter(({ code }) => code === 'PUBLISHED');
  const releases = await releasesOf(server);
  expect(releases.map(({ sha256 }) => sha256).toSorted()).toEqual(good.map(({ body }) => sha256Of(body)).toSorted());

  const listed = async () => (await jsonAt(server, 'index/registry.json')).packages as readonly Listed[];
  await until(
    'the index lists every release',
    async () => (await listed()).flatMap(({ versions }) => versions).length === releases.length,
  );
  const packages = await listed();
  const versions = packages.flatMap(({ developer, name, versions: rows }) =>
    rows.map((row) => nameOf({ developer, name, ...row })),
  );
  expect(versions.toSorted()).toEqual(releases.map(nameOf).toSorted());
  for (const { latest, versions: rows } of packages)
    expect(latest).toBe(
      rows
        .map(({ version }) => version)
        .toSorted(compareVersions)
        .at(-1),
    );

  const news = await linesOf(server, 'notifications.ndjson');
  const told = new Set(news.filter(({ type }) => type === 'package.published').map(nameOf));
  expect([...told].toSorted()).toEqual(releases.map(nameOf).toSorted());
  await until('all uploads are cleared away', async () => {
    const left = await filesOf(server, 'uploads');
    return !left.some((path) => path.includes('.apkg'));
  });
  expect(server.errors()).toBe('');
  expect(await server.end('SIGTERM')).toBe(0);
};
