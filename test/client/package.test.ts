import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, type TestContext } from 'vitest';
import { shippedManifest } from '../../infra/package/manifest.ts';
import { folderOf } from '../support/local-server.ts';
import own from '../../package.json' with { type: 'json' };

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const tsc = (folder: string, ...args: readonly string[]): Promise<string> =>
  run(process.execPath, [TSC, ...args], { cwd: folder }).then(
    ({ stdout }) => stdout,
    (failure: { readonly stdout: string }) => failure.stdout,
  );

/** A project of somebody else that has installed the library, as it is built. */
const aProject = async (context: TestContext): Promise<{ readonly folder: string; readonly installed: string }> => {
  const folder = await folderOf(context);
  const installed = join(folder, 'node_modules/nightporter');
  await mkdir(installed, { recursive: true });
  expect(await tsc(ROOT, '-p', 'client', '--outDir', join(installed, 'client'))).toBe('');
  await writeFile(join(installed, 'package.json'), JSON.stringify(shippedManifest(own)));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  return { folder, installed };
};

const USE = `
import { createClient, NightporterError, type FailureReason, type Service } from 'nightporter/client';
const client = createClient({ url: new URL('https://np.example/prod'), apiKey: 'a-key', fetch });
const service: Service = await client.wake('echo', { timeoutMs: 1_000, onProgress: ({ phase }) => console.log(phase) });
await using held = await client.session('echo', { holder: undefined });
export const wait = (reason: FailureReason): boolean => reason === 'throttled';
export const port: number | undefined = service.endpoint?.port ?? held.service.endpoint?.port;
export const isOurs = (error: unknown): boolean => error instanceof NightporterError && wait(error.reason);
`;

it('is a package without dependencies, which any JavaScript can import', { timeout: 60_000 }, async (context) => {
  const { folder, installed } = await aProject(context);
  expect(JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))).not.toHaveProperty('dependencies');
  const files = (await readdir(join(installed, 'client'))).filter((file) => file.endsWith('.js'));
  const imported = await Promise.all(
    files.map(async (file) => {
      const source = await readFile(join(installed, 'client', file), 'utf8');
      return [...source.matchAll(/\b(?:from|import) ?\(? ?'([^']+)'/g)].map(([, name]) => name ?? '');
    }),
  );
  expect(files).toContain('nightporter-client.js');
  expect(imported.flat().length).toBeGreaterThan(20);
  expect(imported.flat().filter((name) => !/^\.\/[a-z-]+\.js$/.test(name))).toEqual([]);

  await writeFile(
    join(folder, 'use.js'),
    `import { createClient } from 'nightporter/client';
     const client = createClient({ url: 'http://127.0.0.1:9', apiKey: 'a-key', fetch: async () => new Response('{}') });
     await client.status('echo').catch(({ name, reason }) => console.log(name, reason));`,
  );
  const { stdout } = await run(process.execPath, ['use.js'], { cwd: folder });
  expect(stdout).toBe('NightporterError unexpected-answer\n');
});

it('has types that need none of Node, and refuse what is not there', { timeout: 60_000 }, async (context) => {
  const { folder } = await aProject(context);
  await writeFile(join(folder, 'use.ts'), USE);
  await writeFile(join(folder, 'misuse.ts'), USE.replace("reason === 'throttled'", "reason === 'on-holiday'"));
  const strict = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--module', 'nodenext'];
  expect(await tsc(folder, ...strict, '--types', '', 'use.ts')).toBe('');
  expect(await tsc(folder, ...strict, '--types', '', 'misuse.ts')).toContain('misuse.ts');
});
