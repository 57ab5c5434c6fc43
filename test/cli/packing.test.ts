import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeCodec } from '#shared/adapters/node-codec.ts';
import { readArchive } from '#shared/domain/registry/archive/read-archive.ts';
import { DEFAULT_LIMITS } from '#shared/domain/registry/limits.ts';
import { builtCli } from '../support/built-cli.ts';
import { folderOf } from '../support/local-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';
import { developerDocument, RELEASE } from '../support/registry/registry-bench.ts';

const cli = builtCli();

const HELLO = {
  'agent.yaml': 'name: hello\nmetadata:\n  version: 1.0.0\n',
  'src/main.py': 'def handler(event):\n    return "hello"\n',
  'src/tools/größe.txt': 'größe\n'.repeat(100),
};

const fill = async (root: string, files: Readonly<Record<string, string>>): Promise<string> => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
};

const namesIn = (bytes: Uint8Array): readonly string[] => {
  const archive = readArchive(bytes, nodeCodec(), DEFAULT_LIMITS);
  if (!archive.ok) throw new Error(archive.fault.code);
  return archive.value.entries.map(({ name }) => name);
};

describe.concurrent('nightporter pack', () => {
  it('makes a package that would be published, with its checksum beside it', async (context) => {
    const cwd = await folderOf(context);
    await fill(join(cwd, 'agent'), HELLO);
    const packed = await cli.run(['pack', 'agent', '--json'], { cwd });
    expect(packed).toMatchObject({ status: 0, stderr: '' });
    const bytes = await readFile(join(cwd, 'hello-1.0.0.apkg'));
    expect(packed.json).toMatchObject({
      package: { name: 'hello', version: '1.0.0' },
      sha256: sha256Of(bytes),
      size: bytes.length,
      files: 3,
      verdict: 'accepted',
    });
    expect(await readFile(join(cwd, 'hello-1.0.0.apkg.sha256'), 'utf8')).toBe(`${sha256Of(bytes)}  hello-1.0.0.apkg\n`);
    expect(namesIn(bytes)).toEqual(['agent.yaml', 'src/', 'src/main.py', 'src/tools/', 'src/tools/größe.txt']);
    expect(await cli.run(['validate', 'hello-1.0.0.apkg'], { cwd })).toMatchObject({
      status: 0,
      stdout: 'hello 1.0.0 would be published\n',
    });
  });

  it('gives the same bytes for the same files, whenever and in whatever order they were made', async (context) => {
    const cwd = await folderOf(context);
    await fill(join(cwd, 'a'), HELLO);
    await fill(join(cwd, 'b'), Object.fromEntries(Object.entries(HELLO).toReversed()));
    await utimes(join(cwd, 'b/src/main.py'), 1, 1);
    for (const [folder, more] of [
      ['a', []],
      ['b', []],
      ['a', ['--store']],
      ['b', ['--store']],
    ] as const) {
      const out = `${folder}${more.length}.apkg`;
      expect(await cli.run(['pack', folder, '--out', out, ...more], { cwd })).toMatchObject({ status: 0 });
    }
    const [deflated, again, stored, storedAgain] = await Promise.all(
      ['a0', 'b0', 'a1', 'b1'].map((name) => readFile(join(cwd, `${name}.apkg`))),
    );
    expect(deflated?.equals(again as Buffer)).toBe(true);
    expect(stored?.equals(storedAgain as Buffer)).toBe(true);
    expect(stored?.length).toBeGreaterThan(deflated?.length as number);
  });

  it('gives bytes without compression that are the same on every machine', async (context) => {
    const cwd = await fill(await folderOf(context), HELLO);
    const packed = await cli.run(['pack', '--store', '--json'], { cwd });
    expect(packed.json.sha256).toMatchInlineSnapshot(
      `"494f536bb720d819c87d888d4ad2dd34121206916b39de7dda6911dc94f0a35e"`,
    );
  });

  it('leaves out what is private and what tools leave behind, and says so of what is private', async (context) => {
    const cwd = await fill(await folderOf(context), {
      ...HELLO,
      '.env': 'API_KEY=your-api-key-here\n',
      'src/.env.production': 'A=b\n',
      '.env.example': 'API_KEY=\n',
      'keys/deploy.pem': 'a key',
      '.git/HEAD': 'ref',
      'src/__pycache__/main.pyc': 'x',
      'hello-0.9.0.apkg': 'an older one',
      'tests/test_main.py': 'pass\n',
    });
    const packed = await cli.run(['pack', '--exclude', './tests/', '--exclude', 'none'], { cwd });
    expect(packed.status).toBe(0);
    expect(packed.stderr.split('\n')).toEqual([
      'left out, because it looks private: .env',
      'left out, because it looks private: keys/deploy.pem',
      'left out, because it looks private: src/.env.production',
      '',
    ]);
    expect(namesIn(await readFile(join(cwd, 'hello-1.0.0.apkg')))).toEqual([
      '.env.example',
      'agent.yaml',
      'src/',
      'src/main.py',
      'src/tools/',
      'src/tools/größe.txt',
    ]);
  });

  it('packs .env as the builder does when that is wanted, with the registry’s warning', async (context) => {
    const cwd = await fill(await folderOf(context), { ...HELLO, '.env': 'API_KEY=your-api-key-here\n' });
    const packed = await cli.run(['pack', '--with-env'], { cwd });
    expect(packed.status).toBe(0);
    expect(packed.stdout).toContain('warning .env is in the package, with values');
    expect(namesIn(await readFile(join(cwd, 'hello-1.0.0.apkg')))).toContain('.env');
  });

  it.for([
    ['without a manifest', { 'src/main.py': '' }, 'MANIFEST_MISSING'],
    ['with a version that is none', { 'agent.yaml': 'name: hello\nversion: "1"\n' }, 'VERSION_INVALID'],
    ['with a name that is none', { 'agent.yaml': 'name: ../x\nversion: 1.0.0\n' }, 'FIELD_INVALID'],
    ['with nothing in it', {}, 'MANIFEST_MISSING'],
  ] satisfies readonly (readonly [string, Readonly<Record<string, string>>, string])[])(
    'writes nothing of a folder %s, and says how to mend it',
    async ([, files, code], context) => {
      const cwd = await fill(await folderOf(context), files);
      const packed = await cli.run(['pack', '--json'], { cwd });
      expect(packed).toMatchObject({ status: 7, json: { file: null, package: null, verdict: 'rejected', code } });
      expect((await readdir(cwd)).filter((name) => name.includes('.apkg'))).toEqual([]);
    },
  );

  it('refuses a link, and a folder that is not there', async (context) => {
    const cwd = await fill(await folderOf(context), HELLO);
    await symlink('/etc/passwd', join(cwd, 'src/secret'));
    const linked = await cli.run(['pack'], { cwd });
    expect(linked).toMatchObject({ status: 2, stdout: '' });
    expect(linked.stderr).toBe(
      'error: src/secret is a link or a device: packages have none (leave it out with --exclude src/secret)\n',
    );
    expect(await cli.run(['pack', '--exclude', 'src/secret'], { cwd })).toMatchObject({ status: 0 });
    expect(await cli.run(['pack', 'nowhere'], { cwd })).toMatchObject({
      status: 2,
      stderr: `error: ${join(cwd, 'nowhere')}: there is no such file or folder\n`,
    });
  });
});

describe.concurrent('nightporter validate', () => {
  it('judges a checksum and a signature that lie beside the package', async (context) => {
    const cwd = await folderOf(context);
    await writeFile(join(cwd, 'a.apkg'), builtPackage());
    await writeFile(join(cwd, 'a.apkg.sha256'), `${'0'.repeat(64)}\n`);
    const judged = await cli.run(['validate', 'a.apkg', '--json'], { cwd });
    expect(judged).toMatchObject({ status: 7, json: { code: 'CHECKSUM_MISMATCH' } });
    await writeFile(join(cwd, 'a.apkg.sha256'), sha256Of(builtPackage()));
    await writeFile(join(cwd, 'a.apkg.sig'), 'nonsense');
    expect((await cli.run(['validate', 'a.apkg', '--json'], { cwd })).json.code).toBe('SIGNATURE_MALFORMED');
  });

  it('judges several, one verdict on a line, and fails when one is refused', async (context) => {
    const cwd = await folderOf(context);
    await writeFile(join(cwd, 'a.apkg'), builtPackage());
    await writeFile(join(cwd, 'b.apkg'), '');
    await writeFile(join(cwd, 'c d.apkg'), builtPackage());
    const judged = await cli.run(['validate', 'a.apkg', 'b.apkg', 'c d.apkg', '--json'], { cwd });
    expect(judged.status).toBe(7);
    const verdicts = judged.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(verdicts.map(({ code }) => code)).toEqual(['PUBLISHED', 'EMPTY', 'KEY_INVALID']);
  });

  it('says in words what is wrong and how to mend it', async (context) => {
    const cwd = await folderOf(context);
    await writeFile(join(cwd, 'a.apkg'), 'no zip');
    const judged = await cli.run(['validate', 'a.apkg'], { cwd });
    expect(judged).toMatchObject({ status: 7, stderr: '' });
    expect(judged.stdout).toMatch(/^a\.apkg would be rejected NOT_ZIP\n.+\n.+\n/);
  });

  it('goes by the terms of a developer', async (context) => {
    const cwd = await folderOf(context);
    await writeFile(join(cwd, 'a.apkg'), builtPackage());
    await writeFile(join(cwd, 'small.json'), JSON.stringify(developerDocument({ limits: { fileBytes: 10 } })));
    await writeFile(join(cwd, 'wrong.json'), '{"schema": 1}');
    const small = await cli.run(['validate', 'a.apkg', '--terms', 'small.json', '--json'], { cwd });
    expect(small).toMatchObject({ status: 7, json: { code: 'TOO_LARGE', details: { limit: 10 } } });
    const wrong = await cli.run(['validate', 'a.apkg', '--terms', 'wrong.json', '--json'], { cwd });
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(JSON.parse(wrong.stderr).error.code).toBe('terms-unusable');
  });

  it.for([
    ['nowhere.apkg', 'there is no such file or folder'],
    ['.', 'it is a folder'],
  ] satisfies readonly (readonly [string, string])[])('refuses %s', async ([file, problem], context) => {
    const cwd = await folderOf(context);
    const refused = await cli.run(['validate', file], { cwd });
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(new RegExp(`^error: .+: ${problem}.*\n$`));
  });
});

describe.concurrent('nightporter keygen and sign', () => {
  it('sign what the registry takes for signed by that key', async (context) => {
    const cwd = await folderOf(context);
    const key = await cli.run(['keygen', 'release-2026', '--json'], { cwd });
    expect(key).toMatchObject({ status: 0, json: { id: 'release-2026', file: join(cwd, 'release-2026.pem') } });
    expect((await stat(join(cwd, 'release-2026.pem'))).mode & 0o777).toBe(0o600);
    const keys = [
      { id: 'release-2026', publicKey: key.json.publicKey, notBefore: '2020-01-01T00:00:00Z', notAfter: null },
    ];
    await writeFile(join(cwd, 'ada.json'), JSON.stringify(developerDocument({ keys, signature: 'required' })));
    await writeFile(join(cwd, 'hello.apkg'), builtPackage());
    const validate = (developer: string) =>
      cli.run(['validate', 'hello.apkg', '--developer', developer, '--terms', 'ada.json', '--json'], { cwd });
    expect((await validate('ada')).json.code).toBe('SIGNATURE_REQUIRED');

    const sign = ['sign', 'hello.apkg', '--key', 'release-2026.pem', '--developer', 'ada', '--json'];
    const signed = await cli.run(sign, { cwd });
    expect(signed).toMatchObject({ status: 0, json: { ...RELEASE, signature: { key: 'release-2026' } } });
    expect(await validate('ada')).toMatchObject({ status: 0, json: { code: 'PUBLISHED' } });
    // For one developer, and no other.
    expect((await validate('bob')).json.code).toBe('SIGNATURE_INVALID');
  });

  it('never replace a key', async (context) => {
    const cwd = await folderOf(context);
    await writeFile(join(cwd, 'mine.pem'), 'precious');
    const refused = await cli.run(['keygen', 'mine'], { cwd });
    expect(refused).toMatchObject({
      status: 2,
      stderr: `error: ${join(cwd, 'mine.pem')}: it exists already, and is not replaced\n`,
    });
    expect(await readFile(join(cwd, 'mine.pem'), 'utf8')).toBe('precious');
  });

  it('refuse what is no key, no package, or for nobody', async (context) => {
    const cwd = await folderOf(context);
    await cli.run(['keygen', 'k'], { cwd });
    await writeFile(join(cwd, 'a.apkg'), builtPackage());
    await writeFile(join(cwd, 'bad.apkg'), 'no zip');
    await writeFile(join(cwd, 'secret.pem'), 'hunter2');
    const sign = (...args: readonly string[]) => cli.run(['sign', ...args, '--json'], { cwd });
    const codeOf = async (...args: readonly string[]) => JSON.parse((await sign(...args)).stderr).error.code;
    expect(await codeOf('a.apkg', '--key', 'secret.pem', '--developer', 'ada')).toBe('key-unusable');
    expect(await codeOf('a.apkg', '--key', 'k.pem')).toBe('no-developer');
    expect(await codeOf('a.apkg', '--key', 'k.pem', '--developer', 'a/b')).toBe('usage');
    expect(await codeOf('a.apkg', '--key', 'k.pem', '--key-id', 'A B', '--developer', 'ada')).toBe('key-id-invalid');
    expect(await sign('bad.apkg', '--key', 'k.pem', '--developer', 'ada')).toMatchObject({
      status: 7,
      json: { file: null, code: 'NOT_ZIP' },
    });
    expect((await readdir(cwd)).filter((name) => name.endsWith('.sig'))).toEqual([]);
    expect((await sign('a.apkg', '--key', 'secret.pem', '--developer', 'ada')).stderr).not.toContain('hunter2');
  });
});
