import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { builtCli } from '../support/built-cli.ts';
import { folderOf, linesOf, type RunningServer } from '../support/local-server.ts';
import { NO_SERVICES } from '../support/local-registry.ts';
import { sharedServer } from '../support/shared-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';
import { developerDocument } from '../support/registry/registry-bench.ts';

const cli = builtCli();

interface Place {
  readonly server: RunningServer;
  readonly cwd: string;
  /** As somebody in a folder of their own, who was told where the data folder is. */
  readonly run: (...args: readonly string[]) => ReturnType<typeof cli.run>;
}

const theServer = sharedServer(async () => NO_SERVICES);

const place = async (context: TestContext): Promise<Place> => {
  const cwd = await folderOf(context);
  const environment = { NIGHTPORTER_DATA: theServer().dataFolder, NIGHTPORTER_HOLDER: 'ada' };
  return { server: theServer(), cwd, run: (...args) => cli.run(args, { cwd, environment }) };
};

const story = (name: string, tell: (context: TestContext) => Promise<void>): void =>
  it(name, { timeout: 120_000 }, tell);

const codeIn = (stderr: string): string => JSON.parse(stderr).error.code;

describe('nightporter, asked about packages', () => {
  story('publishes, shows the verdict, lists, yanks and offers again', async (context) => {
    const { run, cwd } = await place(context);
    expect((await run('packages')).stdout).toBe('none\n');
    await writeFile(join(cwd, 'hello.apkg'), builtPackage());
    const published = await run('publish', 'hello.apkg', '--developer', 'acme');
    expect(published).toMatchObject({ status: 0 });
    expect(published.stdout).toMatch(/^published acme\/hello@1\.0\.0\nwarning \.env is in the package/);
    expect(published.stderr.split('\n').map((line) => line.replace(/ .*/, ''))).toEqual([
      'hashing',
      'uploading',
      'judging',
      '',
    ]);
    const again = await run('publish', 'hello.apkg', '--developer', 'acme', '--json');
    expect(again).toMatchObject({ status: 0, stderr: '', json: { verdict: 'accepted', code: 'ALREADY_PUBLISHED' } });

    await writeFile(join(cwd, 'other.apkg'), builtPackage({ files: { 'more.txt': 'more' } }));
    const conflict = await run('publish', 'other.apkg', '--developer', 'acme', '--json');
    expect(conflict).toMatchObject({ status: 7, stderr: '', json: { verdict: 'rejected', code: 'VERSION_EXISTS' } });
    const refused = await run('publish', 'other.apkg', '--developer', 'acme', '--as', 'another-name');
    expect(refused).toMatchObject({ status: 7 });
    expect(refused.stdout).toMatch(
      /^rejected VERSION_EXISTS\nThis version is published already.+\nRaise the version\./,
    );

    expect((await run('packages', '--json')).json.packages).toMatchObject([{ name: 'hello', latest: '1.0.0' }]);
    expect((await run('packages', 'acme/hello')).stdout).toContain(sha256Of(builtPackage()));
    const release = await run('packages', 'acme/hello@1.0.0', '--json');
    expect(release.json).toMatchObject({ sha256: sha256Of(builtPackage()), yanked: false, signature: null });

    const yanked = await run('yank', 'acme/hello@1.0.0', '--reason', 'it leaks');
    expect(yanked).toMatchObject({ status: 0, stderr: '' });
    expect(yanked.stdout).toMatch(/^acme\/hello@1\.0\.0 yanked\n[^]*yanked .+ by local: it leaks\n$/);
    expect((await run('packages', 'acme/hello', '--json')).json.latest).toBeNull();
    expect((await run('unyank', 'acme/hello@1.0.0', '--json')).json).toMatchObject({ yanked: false });

    expect(await run('packages', 'acme/nothing')).toMatchObject({ status: 4, stdout: '' });
    expect(codeIn((await run('yank', 'acme/hello@9.9.9', '--json')).stderr)).toBe('package-not-found');
  });

  story('publishes what was signed, for a developer who must sign', async (context) => {
    const { run, cwd } = await place(context);
    await writeFile(join(cwd, 'hello.apkg'), builtPackage());
    const { json: key } = await run('keygen', 'release-2026', '--json');
    const add = ['developers', 'add', 'signers', '--key', `release-2026=${key.publicKey}`, '--signature', 'required'];
    expect(await run(...add)).toMatchObject({ status: 0, stdout: 'registered signers\n' });
    await run('sign', 'hello.apkg', '--developer', 'signers', '--key', 'release-2026.pem');
    const published = await run('publish', 'hello.apkg', '--developer', 'signers', '--json');
    expect(published).toMatchObject({ status: 0, json: { code: 'PUBLISHED' } });
    const release = await run('packages', 'signers/hello@1.0.0', '--json');
    expect(release.json.signature).toMatchObject({ key: 'release-2026' });
  });

  story('refuses to publish what is not there, or for nobody', async (context) => {
    const { run, cwd } = await place(context);
    await writeFile(join(cwd, 'hello.apkg'), builtPackage());
    await writeFile(join(cwd, 'a b.apkg'), builtPackage());
    expect(codeIn((await run('publish', 'hello.apkg', '--json')).stderr)).toBe('no-developer');
    expect(codeIn((await run('publish', 'none.apkg', '--developer', 'acme', '--json')).stderr)).toBe('file-unusable');
    const misnamed = await run('publish', 'a b.apkg', '--developer', 'acme');
    expect(misnamed).toMatchObject({ status: 2, stdout: '' });
    expect(misnamed.stderr).toContain('the name of a file');
  });
});

describe('nightporter, in the hands of an operator', () => {
  story('rebuilds and sweeps beside a server that runs', async (context) => {
    const { run, cwd, server } = await place(context);
    await writeFile(join(cwd, 'hello.apkg'), builtPackage());
    await run('publish', 'hello.apkg', '--developer', 'builders');
    const index = join(server.dataFolder, 'buckets/registry/index/registry.json');
    const before = await readFile(index, 'utf8');
    await rm(index);
    expect(await run('registry', 'rebuild', '--json')).toMatchObject({
      status: 0,
      stderr: '',
      json: { packages: expect.any(Number), versions: expect.any(Number) },
    });
    expect(await readFile(index, 'utf8')).toBe(before);
    expect(await run('registry', 'sweep')).toMatchObject({ status: 0, stdout: 'swept\n' });
    expect((await run('packages', 'builders/hello', '--json')).json).toMatchObject({ latest: '1.0.0' });
  });

  story('registers developers, never twice, and lists those whose document is broken', async (context) => {
    const { run, cwd, server } = await place(context);
    await writeFile(join(cwd, 'ada.json'), JSON.stringify(developerDocument({ secrets: 'allow' })));
    await writeFile(join(cwd, 'bob.json'), JSON.stringify(developerDocument({ secrets: 'never' })));
    const added = await run('developers', 'add', 'ada', '--document', 'ada.json', '--json');
    expect(added).toMatchObject({ status: 0, json: { id: 'ada', document: { secrets: 'allow' } } });
    expect(await run('developers', 'add', 'ada')).toMatchObject({ status: 5, stdout: '' });
    const wrong = await run('developers', 'add', 'bob', '--document', 'bob.json');
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toBe('error: bob cannot be registered so: secrets is none of auto, reject, warn, allow\n');
    expect((await run('developers', 'add', 'eve', '--signature', 'required')).stderr).toContain('there is no key');
    await writeFile(join(server.dataFolder, 'buckets/control/developers/mallory.json'), '{"schema": 1}');
    const { json } = await run('developers', 'list', '--json');
    const found = new Map<string, any>(json.developers.map((developer: any) => [developer.id, developer]));
    expect(found.get('ada')).toMatchObject({ developer: { secrets: 'allow' } });
    expect(found.get('mallory')).toEqual({ id: 'mallory', problem: 'principals are not a list of unique ids' });
    expect([found.has('bob'), found.has('eve')]).toEqual([false, false]);
    const listed = JSON.parse(
      await readFile(join(server.dataFolder, 'buckets/registry/index/developers.json'), 'utf8'),
    );
    expect(listed.developers.map(({ id }: any) => id)).toContain('ada');
    const audit = await linesOf(server, 'audit.ndjson');
    expect(audit.find(({ action, service }) => action === 'register-developer' && service === 'ada')).toMatchObject({
      service: 'ada',
      subject: expect.stringMatching(/^.+@.+$/),
    });
  });

  story('has nothing to replay on this machine, and no registry in any other folder', async (context) => {
    const { run, cwd } = await place(context);
    expect(await run('dlq', 'list')).toMatchObject({ status: 0, stdout: 'none\n' });
    expect((await run('dlq', 'list', '--json')).json).toEqual({ letters: [] });
    expect((await run('dlq', 'replay', '--json')).json).toEqual({ replayed: 0 });
    expect(codeIn((await run('dlq', 'show', 'x', '--json')).stderr)).toBe('no-letter');
    expect(codeIn((await run('registry', 'sweep', '--data', cwd, '--json')).stderr)).toBe('no-data-folder');
    await writeFile(join(cwd, 'empty.json'), '{}');
    await writeFile(join(cwd, 'some.json'), '{"Variables": {"CONTROL_BUCKET": "control"}}');
    expect(codeIn((await run('dlq', 'list', '--aws', 'empty.json', '--json')).stderr)).toBe('aws-unusable');
    const some = await run('dlq', 'list', '--aws', 'some.json');
    expect(some).toMatchObject({ status: 2, stdout: '' });
    expect(some.stderr).toContain('REGISTRY_BUCKET is missing');
  });
});
