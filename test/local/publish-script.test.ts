import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { drop, NO_SERVICES, verdictOn } from '../support/local-registry.ts';
import { folderOf, isRunning, startServer, until, type RunningServer } from '../support/local-server.ts';
import { builtPackage, sha256Of } from '../support/registry/built-package.ts';
import {
  childrenOf,
  replyJson,
  runScript,
  stubServer,
  type RunningScript,
  type ScriptEnd,
  type ScriptRun,
  type StubAnswer,
} from '../support/shell-script.ts';

const SCRIPT = fileURLToPath(new URL('../../infra/developers/publish.sh', import.meta.url));

/** Publishes from a folder of somebody's. */
const run = (context: TestContext, given: Omit<ScriptRun, 'script'>): RunningScript =>
  runScript(context, { script: SCRIPT, ...given });

const settingsOf = ({ url, key }: Pick<RunningServer, 'url' | 'key'>) => ({
  NIGHTPORTER_URL: url,
  NIGHTPORTER_API_KEY: key,
});

/** A registry, a folder with what is to be published, and the script between them. */
const scene = async (context: TestContext) => {
  const server = await startServer(context, { services: NO_SERVICES });
  const folder = await folderOf(context);
  const publish = (...args: string[]) => run(context, { folder, env: settingsOf(server), args }).ended;
  const write = (name: string, body: Uint8Array | string = builtPackage()) => writeFile(join(folder, name), body);
  return { server, folder, publish, write };
};

const UPLOAD = '/uploads/acme/hello.apkg';

/** Takes an upload, and has this to say of it from then on. */
const judging =
  (verdicts: readonly object[], url: () => string): StubAnswer =>
  ({ method }, response) => {
    if (method === 'POST') {
      const tickets = ['package', 'checksum', 'signature'].map((kind) => {
        const headers = { 'x-amz-meta-of': `the "${kind}" \\`, 'content-length': '5' };
        return [kind, { method: 'PUT', url: `${url()}/${kind}`, headers }];
      });
      return replyJson(response, 201, { expiresAt: '', ...Object.fromEntries(tickets) });
    }
    if (method === 'PUT') return response.writeHead(200).end();
    const [first, ...others] = verdicts;
    verdicts = others.length > 0 ? others : verdicts;
    return first ? replyJson(response, 200, first) : replyJson(response, 404, { code: 'package-not-found' });
  };

const verdict = (outcome: string, changed: object = {}) => ({
  verdict: outcome,
  code: 'A_CODE',
  message: 'What "is" wrong.\nAnd more \\ of it.',
  fix: 'Mend it.',
  details: { entry: 'a/b', list: [1, { verdict: 'accepted' }] },
  warnings: [],
  upload: { key: 'k', versionId: null, sha256: sha256Of('bytes'), size: 5 },
  package: null,
  validator: '1',
  at: '2026-11-20T10:00:00.000Z',
  ...changed,
});

const against = async (context: TestContext, verdicts: readonly object[], ...args: string[]): Promise<ScriptEnd> => {
  const folder = await folderOf(context);
  await writeFile(join(folder, 'hello.apkg'), 'bytes');
  const server = await stubServer(context, (...all) => judged(...all));
  const judged = judging(verdicts, () => server.url);
  return run(context, { folder, env: settingsOf(server), args: [...args, 'acme', 'hello.apkg'] }).ended;
};

describe('the upload script', { timeout: 60_000 }, () => {
  it('publishes a package and says so, and says so again of the same one', async (context) => {
    const { server, publish, write } = await scene(context);
    await write('hello-1.0.0.apkg');
    expect(await publish('acme', 'hello-1.0.0.apkg')).toMatchObject({
      code: 0,
      out: 'PUBLISHED acme/hello 1.0.0\n',
      told: expect.stringMatching(/^uploaded as acme\/hello-1\.0\.0, .*\nwarning: .*\.env/),
    });
    expect((await server.call('GET', '/packages/acme/hello')).body.latest).toBe('1.0.0');
    expect(await publish('acme', './hello-1.0.0.apkg')).toMatchObject({
      code: 0,
      out: 'ALREADY_PUBLISHED acme/hello 1.0.0\n',
    });
  });

  it.for([
    ['dist/my agent (1).apkg', 'my-agent--1-'],
    ['dist folder/grüße [a-b]{1,2}.apkg', 'gr----e--a-b--1-2-'],
    ['-n.apkg', 'n'],
    ['no-ending', 'no-ending'],
  ] as const)('publishes a file by any name, in any folder: %s', async ([name, known], context) => {
    const { server, folder, publish, write } = await scene(context);
    await mkdir(join(folder, name, '..'), { recursive: true });
    await write(name);
    expect(await publish('--', 'acme', name)).toMatchObject({ code: 0, out: 'PUBLISHED acme/hello 1.0.0\n' });
    expect(await verdictOn(server, known)).toMatchObject({ code: 'PUBLISHED' });
  });

  it('shows why a package is refused and how to mend it, and waits for the verdict on the mended one', async (context) => {
    const { publish, write, server } = await scene(context);
    await write('hello.apkg', 'no archive at all');
    const refused = await publish('acme', 'hello.apkg');
    const { message, fix } = await verdictOn(server, 'hello.apkg');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.told).toContain(`refused: NOT_ZIP. ${message}\nhow to mend it: ${fix}\n`);
    await write('hello.apkg');
    expect(await publish('acme', 'hello.apkg')).toMatchObject({ code: 0 });
  });

  it('is not taken in by what was uploaded under that name before', async (context) => {
    const { server, publish, write } = await scene(context);
    await drop(server, { file: 'hello.apkg', body: builtPackage() });
    await verdictOn(server, 'hello.apkg');
    await write('hello.apkg', builtPackage({ files: { 'more.py': '' } }));
    const { code, told } = await publish('acme', 'hello.apkg');
    expect(code).toBe(1);
    expect(told).toContain('refused: VERSION_EXISTS');
  });

  it('reads its key from a file, with or without a line feed', async (context) => {
    const { server, folder, write } = await scene(context);
    await write('hello.apkg');
    await write('key file', `${server.key}\n`);
    const env = { NIGHTPORTER_URL: `${server.url}/`, NIGHTPORTER_API_KEY_FILE: 'key file' };
    expect(await run(context, { folder, env, args: ['acme', 'hello.apkg'] }).ended).toMatchObject({ code: 0 });
  });

  it('is told that its key is wrong, without it being shown', async (context) => {
    const { server, folder, write } = await scene(context);
    await write('hello.apkg');
    const env = settingsOf({ url: server.url, key: 'wrong-key' });
    const ended = await run(context, { folder, env, args: ['acme', 'hello.apkg'] }).ended;
    expect(ended).toMatchObject({ code: 4, out: '', told: expect.stringContaining('unauthorized') });
    expect(ended.told).not.toContain('wrong-key');
  });
});

describe('the upload script, called wrongly', { timeout: 60_000 }, () => {
  const SETTINGS = { NIGHTPORTER_URL: 'http://127.0.0.1:1', NIGHTPORTER_API_KEY: 'a-key' };

  it.for([
    ['nothing', [], {}, 'a developer and a package are needed'],
    ['one word', ['hello.apkg'], {}, 'a developer and a package are needed'],
    ['three words', ['acme', 'hello.apkg', 'other.apkg'], {}, 'a developer and a package are needed'],
    ['an option that there is not', ['--key', 'x', 'acme', 'hello.apkg'], {}, 'there is no option --key'],
    ['an option without its value', ['--wait'], {}, '--wait needs a value'],
    ['a wait that is none', ['--wait', '5m', 'acme', 'hello.apkg'], {}, '--wait takes a number'],
    ['a developer that is a path', ['acme/other', 'hello.apkg'], {}, 'cannot be a developer'],
    ['a developer that is none', ['', 'hello.apkg'], {}, 'cannot be a developer'],
    ['a file that there is not', ['acme', 'gone.apkg'], {}, 'there is no ./gone.apkg'],
    ['an empty file', ['acme', 'empty.apkg'], {}, 'empty.apkg is empty'],
    ['a folder', ['acme', 'folder.apkg'], {}, 'is not a file'],
    ['a signature that there is not', ['--signature', 'a.sig', 'acme', 'hello.apkg'], {}, 'there is no ./a.sig'],
    ['no address', ['acme', 'hello.apkg'], { NIGHTPORTER_URL: '' }, 'NIGHTPORTER_URL is not set'],
    ['half an address', ['acme', 'hello.apkg'], { NIGHTPORTER_URL: 'example.org' }, 'has to begin with https://'],
    ['no key', ['acme', 'hello.apkg'], { NIGHTPORTER_API_KEY: '' }, 'gives a key'],
    ['a key that would be an option', ['acme', 'hello.apkg'], { NIGHTPORTER_API_KEY: 'a"\nurl=b' }, 'the key has'],
    [
      'a key file that there is not',
      ['acme', 'hello.apkg'],
      { NIGHTPORTER_API_KEY: '', NIGHTPORTER_API_KEY_FILE: 'gone' },
      'cannot read gone',
    ],
  ] as const)('ends with 2 and says what is wrong: %s', async ([, args, env, said], context) => {
    const folder = await folderOf(context);
    await writeFile(join(folder, 'hello.apkg'), 'bytes');
    await writeFile(join(folder, 'empty.apkg'), '');
    await mkdir(join(folder, 'folder.apkg'));
    const ended = await run(context, { folder, env: { ...SETTINGS, ...env }, args }).ended;
    expect(ended).toMatchObject({ code: 2, out: '', told: expect.stringContaining(said) });
    expect(ended.told).not.toContain('a-key');
  });

  it('ends with 3 when nobody listens, and leaves nothing behind', async (context) => {
    const folder = await folderOf(context);
    await writeFile(join(folder, 'hello.apkg'), 'bytes');
    const ended = await run(context, { folder, env: SETTINGS, args: ['acme', 'hello.apkg'] }).ended;
    expect(ended).toMatchObject({ code: 3, told: expect.stringContaining('could not be reached') });
    expect(await readdir(folder)).toEqual(['hello.apkg']);
  });

  it('explains every way in which it ends', async (context) => {
    const folder = await folderOf(context);
    const { code, out } = await run(context, { folder, env: {}, args: ['--help'] }).ended;
    expect(code).toBe(0);
    const page = await readFile(new URL('../../docs/registry.md', import.meta.url), 'utf8');
    const ends = [...out.matchAll(/^ {2}([\d, ]+?) {2,}/gm)].map(([, codes]) => codes);
    expect(ends).toHaveLength(8);
    for (const codes of ends) expect(page).toContain(`| ${codes} |`);
  });
});

describe('the upload script, before a server that it did not expect', { timeout: 60_000 }, () => {
  /** What is put there, in its order. */
  const putsOf = async (context: TestContext, files: Readonly<Record<string, string>>, ...args: string[]) => {
    const folder = await folderOf(context);
    await Promise.all(Object.entries(files).map(([name, body]) => writeFile(join(folder, name), body)));
    const puts: unknown[] = [];
    const server = await stubServer(context, (request, response, body) => {
      const { 'x-amz-meta-of': of, 'content-length': length } = request.headers;
      if (request.method === 'PUT') puts.push([request.url, of, length, body]);
      judged(request, response, body);
    });
    const judged = judging([verdict('accepted')], () => server.url);
    const ended = await run(context, { folder, env: settingsOf(server), args: ['--wait', '0', ...args] }).ended;
    expect(ended).toMatchObject({ code: 0, out: '' });
    return { puts, asked: server.asked };
  };

  it('sends what the ticket says, as it is, and does not wait when it is told so', async (context) => {
    const { puts, asked } = await putsOf(context, { 'hello.apkg': 'bytes' }, 'acme', 'hello.apkg');
    expect(puts).toEqual([['/package', 'the "package" \\', '5', 'bytes']]);
    expect(asked).toEqual([`GET ${UPLOAD}`, `POST ${UPLOAD}`, 'PUT /package']);
  });

  it.for([
    ['that lies beside the package', { 'hello.apkg.sig': 'signed' }, []],
    ['that it is told of', { 'hello.apkg.sig': 'not this', 'a b.sig': 'signed' }, ['--signature', 'a b.sig']],
  ] as const)('sends the signature %s, and before the package', async ([, files, args], context) => {
    const { puts } = await putsOf(context, { 'hello.apkg': 'bytes', ...files }, ...args, 'acme', 'hello.apkg');
    expect(puts).toEqual([
      ['/signature', 'the "signature" \\', '6', 'signed'],
      ['/package', 'the "package" \\', '5', 'bytes'],
    ]);
  });

  it('goes by the verdict, not by what looks like one further inside', async (context) => {
    const rejected = verdict('rejected', { at: '2026-11-20T10:00:01.000Z' });
    const { code, told } = await against(context, [verdict('waiting'), verdict('waiting'), rejected]);
    expect(code).toBe(1);
    expect(told).toContain('refused: A_CODE. What "is" wrong. And more \\ of it.\nhow to mend it: Mend it.\n');
  });

  it('takes a refusal of what was never read for its own', async (context) => {
    const unread = verdict('rejected', { upload: { key: 'k', versionId: null, sha256: null, size: null } });
    expect(await against(context, [{}, unread])).toMatchObject({ code: 1 });
  });

  it.for([
    ['says so', verdict('superseded')],
    ['judges other bytes', verdict('accepted', { upload: { sha256: sha256Of('other bytes') } })],
  ] as const)('ends with 6 when the verdict on somebody else’s upload %s', async ([, other], context) => {
    expect(await against(context, [{}, other])).toMatchObject({ code: 6 });
  });

  it('ends with 5 when there is no verdict in time', async (context) => {
    const { code, told } = await against(context, [verdict('waiting')], '--wait', '1');
    expect(code).toBe(5);
    expect(told).toContain(`ask again: GET /uploads/acme/hello`);
  });

  it.for([
    ['HTML', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>"')],
    ['nothing', (_, response) => response.writeHead(200).end()],
    ['half an answer', (_, response) => response.writeHead(201).end('{"package":{"url":"')],
    ['an outage', (_, response) => response.writeHead(501).end('{"code":"internal"}')],
  ] as readonly (readonly [string, StubAnswer])[])('ends with 3 when it is told %s', async ([, answer], context) => {
    const folder = await folderOf(context);
    await writeFile(join(folder, 'hello.apkg'), 'bytes');
    const server = await stubServer(context, answer);
    const ended = await run(context, { folder, env: settingsOf(server), args: ['acme', 'hello.apkg'] }).ended;
    expect(ended).toMatchObject({ code: 3, out: '' });
  });

  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends at once on %s, says what may have happened, and leaves nothing behind',
    async ([signal, code], context) => {
      const folder = await folderOf(context);
      await writeFile(join(folder, 'hello.apkg'), 'bytes');
      const server = await stubServer(context, () => {});
      const { pid, ended } = run(context, { folder, env: settingsOf(server), args: ['acme', 'hello.apkg'] });
      await until('it has asked', () => server.asked.length > 0 || undefined);
      const children = await childrenOf(pid);
      expect(children.map(({ command }) => command)).toEqual([expect.stringContaining('curl')]);
      expect(children[0]?.command).not.toContain('a-key');
      process.kill(pid, signal);
      expect(await ended).toMatchObject({ code, told: expect.stringContaining('GET /uploads/acme/hello') });
      await until('curl is gone', () => children.every((child) => !isRunning(child.pid)) || undefined);
      expect(await readdir(folder)).toEqual(['hello.apkg']);
    },
  );
});
