import { mkdir, readdir, readFile, rename, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { startChild } from '../support/child-process.ts';
import { bucketPath, drop, NO_SERVICES, uploadsOf, verdictOn } from '../support/local-registry.ts';
import { folderOf, linesOf, startServer, until } from '../support/local-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';

const aServer = (context: TestContext, dataFolder?: string) =>
  startServer(context, { services: NO_SERVICES, ...(dataFolder !== undefined && { dataFolder }) });

const textAt = (server: { readonly dataFolder: string }, key: string): Promise<string> =>
  readFile(bucketPath(server, key), 'utf8');

/** More than the server may ever hold. */
const LARGE_BYTES = 1024 ** 3;

const HELLO = '/packages/acme/hello/1.0.0';

describe('a package that is copied into the uploads folder', { timeout: 60_000 }, () => {
  it('is published as the builder built it, by the script that uploads it before its checksum', async (context) => {
    const server = await aServer(context);
    const body = builtPackage();
    await drop(server, { file: 'hello-1.0.0.apkg', body });
    const verdict = await verdictOn(server, 'hello-1.0.0.apkg');
    expect(verdict).toMatchObject({ verdict: 'accepted', code: 'PUBLISHED', upload: { sha256: sha256Of(body) } });
    expect(verdict.warnings).toEqual([expect.stringContaining('.env')]);
    expect(JSON.parse(await textAt(server, 'results/acme/hello-1.0.0.json'))).toMatchObject(verdict);

    expect((await server.call('GET', '/packages')).body.packages).toMatchObject([{ name: 'hello', latest: '1.0.0' }]);
    expect((await server.call('GET', HELLO)).body).toMatchObject({ sha256: sha256Of(body), yanked: false });
    expect(await textAt(server, 'packages/acme/hello/latest')).toBe('1.0.0\n');
    expect(await textAt(server, 'packages/acme/hello/1.0.0/package.sha256')).toBe(`${sha256Of(body)}  package.apkg\n`);
    const download = await fetch(`${server.url}${HELLO}/download`, { headers: { 'x-api-key': server.key } });
    expect(download.redirected).toBe(true);
    expect(sha256Of(await download.bytes())).toBe(sha256Of(body));

    const news = await linesOf(server, 'notifications.ndjson');
    expect(news).toMatchObject([{ type: 'package.published', developer: 'acme', name: 'hello', version: '1.0.0' }]);
    await until('the upload is gone', async () => (await readdir(await uploadsOf(server, 'acme'))).length === 0);
    expect(server.output()).toContain('package.published');
    expect(server.errors()).toBe('');
  });

  it('is refused with what is wrong and how to mend it, and what it lies in goes as well', async (context) => {
    const server = await aServer(context);
    await drop(server, { file: 'other.apkg', body: builtPackage(), checksum: sha256Of('something else') });
    await drop(server, { file: 'no-zip.apkg', body: Buffer.from('hello') });
    await drop(server, { file: 'empty.apkg', body: Buffer.alloc(0) });
    await drop(server, { file: 'climbs.apkg', body: builtPackage({ files: { '../x': 'x' } }) });
    for (const [file, code] of [
      ['other.apkg', 'CHECKSUM_MISMATCH'],
      ['no-zip.apkg', 'NOT_ZIP'],
      ['empty.apkg', 'EMPTY'],
      ['climbs.apkg', 'PATH_TRAVERSAL'],
    ] as const) {
      const verdict = await verdictOn(server, file);
      expect(verdict).toMatchObject({ verdict: 'rejected', code });
      expect(verdict.fix).not.toBe('');
    }
    const codes = (await linesOf(server, 'notifications.ndjson')).map(({ type, code }) => `${type} ${code}`);
    expect(codes.toSorted()).toEqual([
      'package.rejected CHECKSUM_MISMATCH',
      'package.rejected EMPTY',
      'package.rejected NOT_ZIP',
      'package.rejected PATH_TRAVERSAL',
    ]);
    expect((await server.call('GET', '/packages')).body.packages).toEqual([]);
    expect(server.errors()).toBe('');
  });

  it('is not taken for another one of the same version, and says so by both digests', async (context) => {
    const server = await aServer(context);
    const [first, second] = [builtPackage(), builtPackage({ files: { 'src/new.py': 'x = 1\n' } })];
    await drop(server, { file: 'first.apkg', body: first });
    await verdictOn(server, 'first.apkg');
    await drop(server, { file: 'second.apkg', body: second });
    expect(await verdictOn(server, 'second.apkg')).toMatchObject({
      code: 'VERSION_EXISTS',
      details: { expected: sha256Of(first), actual: sha256Of(second) },
    });
    await drop(server, { file: 'first-again.apkg', body: first });
    expect(await verdictOn(server, 'first-again.apkg')).toMatchObject({ code: 'ALREADY_PUBLISHED' });
    expect((await server.call('GET', HELLO)).body.sha256).toBe(sha256Of(first));
  });

  it('waits for its checksum, however old the file says it is', async (context) => {
    const server = await aServer(context);
    const body = builtPackage();
    const built = join(server.dataFolder, 'built.apkg');
    await writeFile(built, body);
    await utimes(built, 1_600_000_000, 1_600_000_000);
    await rename(built, join(await uploadsOf(server, 'acme'), 'old.apkg'));
    const waiting = await until('it waits', async () => {
      const { status, body: verdict } = await server.call('GET', '/uploads/acme/old.apkg');
      return status === 200 ? verdict : undefined;
    });
    expect(waiting).toMatchObject({ verdict: 'waiting', code: 'CHECKSUM_PENDING' });
    await writeFile(join(await uploadsOf(server, 'acme'), 'old.apkg.sha256'), `${sha256Of(body)}  dist/old.apkg\r\n`);
    expect(await verdictOn(server, 'old.apkg')).toMatchObject({ code: 'PUBLISHED' });
  });

  it('may have been put there while nobody looked', async (context) => {
    const dataFolder = await folderOf(context);
    await drop({ dataFolder }, { file: 'hello.apkg', body: builtPackage() });
    const server = await aServer(context, dataFolder);
    expect(await verdictOn(server, 'hello.apkg')).toMatchObject({ code: 'PUBLISHED' });
  });

  it('is told where its checksum should have been, when a path was pasted', async (context) => {
    const server = await aServer(context);
    const folder = await uploadsOf(server, 'acme');
    await mkdir(join(folder, 'dist'));
    await writeFile(join(folder, 'dist', 'hello.apkg.sha256'), sha256Of('hello'));
    const results = bucketPath(server, 'results/acme');
    const file = await until('a verdict', async () => (await readdir(results).catch(() => []))[0]);
    expect(JSON.parse(await readFile(join(results, file), 'utf8'))).toMatchObject({
      code: 'CHECKSUM_ORPHAN',
      details: { expected: 'uploads/acme/hello.apkg.sha256' },
    });
  });

  it('takes no more memory than it must when it is far too large', async (context) => {
    const server = await aServer(context);
    const folder = await uploadsOf(server, 'acme');
    await writeFile(join(folder, 'large.apkg'), '');
    await truncate(join(folder, 'large.apkg'), LARGE_BYTES);
    expect(await verdictOn(server, 'large.apkg')).toMatchObject({
      code: 'TOO_LARGE',
      details: { actual: LARGE_BYTES },
    });
    const memory = await readFile(`/proc/${server.pid}/status`, 'utf8').catch(() => '');
    const peakKiB = Number(/VmHWM:\s+(\d+) kB/.exec(memory)?.[1] ?? 0);
    expect(peakKiB).toBeLessThan(512 * 1024);
    await until('it is gone', async () => (await readdir(folder)).length === 0);
    expect(server.errors()).toBe('');
  });
});

describe('several processes on one folder', { timeout: 60_000 }, () => {
  it('publish each version once and agree about the rest', async (context) => {
    const server = await aServer(context);
    const children = [1, 2].map(() => startChild('registry-child.ts', server.dataFolder));
    const said: string[] = [];
    for (const { stdout } of children) stdout.on('data', (text: Buffer) => void said.push(text.toString()));
    await until('all watch', () => said.length === children.length);
    const rivals = Array.from({ length: 40 }, (_, index) => ({
      file: `rival-${index}.apkg`,
      body: builtPackage({ version: `1.0.${index % 10}`, files: { 'src/rival.txt': String(index) } }),
    }));
    await Promise.all(rivals.map((rival) => drop(server, rival)));
    const codes: string[] = [];
    for (const { file } of rivals) codes.push((await verdictOn(server, file)).code);
    expect(codes.toSorted()).toEqual([...Array(10).fill('PUBLISHED'), ...Array(30).fill('VERSION_EXISTS')]);
    const { body: hello } = await server.call('GET', '/packages/acme/hello');
    expect(hello).toMatchObject({ latest: '1.0.9', versions: { length: 10 } });
    expect([said.join(''), server.errors()]).toEqual(['watching\n'.repeat(children.length), '']);
  });
});

describe('a package that comes through the API', { timeout: 60_000 }, () => {
  it('is put to the address that the server signed, without a key, and published without a checksum file', async (context) => {
    const server = await aServer(context);
    const body = builtPackage();
    const begun = await server.call('POST', '/uploads/acme/hello-1.0.0.apkg', {
      size: body.length,
      sha256: sha256Of(body),
    });
    expect(begun.status).toBe(201);
    const { method, url, headers } = begun.body.package;
    const wrong = await fetch(url, { method, headers, body: Buffer.from(builtPackage({ version: '1.0.1' })) });
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    const put = await fetch(url, { method, headers, body: Buffer.from(body) });
    expect(put.status).toBe(200);
    expect(await verdictOn(server, 'hello-1.0.0.apkg')).toMatchObject({ code: 'PUBLISHED' });
    expect(server.errors()).toBe('');
  });

  it('is yanked with a reason and offered again, for all who look', async (context) => {
    const server = await aServer(context);
    for (const version of ['1.0.0', '1.1.0'])
      await drop(server, { file: `hello-${version}.apkg`, body: builtPackage({ version }) });
    for (const version of ['1.0.0', '1.1.0']) await verdictOn(server, `hello-${version}.apkg`);
    await server.call('POST', '/packages/acme/hello/1.1.0/yank', { reason: 'it burns' });
    expect(await textAt(server, 'packages/acme/hello/latest')).toBe('1.0.0\n');
    await server.call('POST', '/packages/acme/hello/1.1.0/unyank', { reason: 'it does not' });
    expect(await textAt(server, 'packages/acme/hello/latest')).toBe('1.1.0\n');
    expect((await linesOf(server, 'audit.ndjson')).slice(-2)).toMatchObject([
      { action: 'yank', service: 'acme/hello/1.1.0', subject: 'local', reason: 'it burns', after: { yanked: true } },
      { action: 'unyank', service: 'acme/hello/1.1.0', reason: 'it does not', after: { yanked: false } },
    ]);
    expect(server.output()).toContain('yanked: it burns (yank by local)');
  });
});
