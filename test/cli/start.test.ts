import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { builtCli } from '../support/built-cli.ts';
import { folderOf, until } from '../support/local-server.ts';
import { builtPackage } from '../support/registry/built-package.ts';

const cli = builtCli();

/** Takes away what came after Node 20, as far as somebody might use it without thinking. */
const NODE_20 = `
  for (const [owner, names] of [
    [Map, ['groupBy']],
    [Object, ['groupBy']],
    [Promise, ['withResolvers', 'try']],
    [Array, ['fromAsync']],
    [RegExp, ['escape']],
    [Set.prototype, ['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf']],
    [globalThis.Iterator?.prototype ?? {}, ['map', 'filter', 'take', 'drop', 'flatMap', 'reduce', 'toArray', 'forEach', 'some', 'every']],
    [Uint8Array.prototype, ['toHex', 'toBase64']],
  ]) for (const name of names) delete owner[name];`;
const LIKE_NODE_20 = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(NODE_20)}` };

it('what was built runs everything, with no more than Node 20 has, and its commands find each other', async (context) => {
  const cwd = await folderOf(context);
  const server = cli.start(['start', '--port', '0'], { cwd, environment: LIKE_NODE_20 });
  context.onTestFinished(() => server.signal('SIGKILL'));
  await until('it listens', () => server.text.stdout.startsWith('listening on ') || undefined);
  const listed = await cli.run(['services', '--json'], { cwd, environment: LIKE_NODE_20 });
  expect(listed.json.services.map(({ service }: any) => service)).toEqual(['crash', 'echo', 'slow', 'tcp']);

  // Its port is a usual one, and may be taken: that the process was begun shows in its log either way.
  await cli.run(['wake', 'echo'], { cwd });
  await until('echo has begun', async () => {
    const { stdout } = await cli.run(['logs', 'echo'], { cwd });
    return /echo listens on|EADDRINUSE/.test(stdout) || undefined;
  });
  await writeFile(join(cwd, 'hello.apkg'), builtPackage());
  const publish = ['publish', 'hello.apkg', '--developer', 'acme', '--json'];
  expect(await cli.run(publish, { cwd, environment: LIKE_NODE_20 })).toMatchObject({ status: 0, stderr: '' });
  const rebuilt = await cli.run(['registry', 'rebuild', '--json'], { cwd, environment: LIKE_NODE_20 });
  expect(rebuilt).toMatchObject({ status: 0, json: { packages: 1 } });

  server.signal('SIGTERM');
  expect(await server.ended).toMatchObject({ status: 0, stderr: '' });
  expect(server.text.stdout).toMatch(/\nstopped\n$/);
}, 60_000);

it('a start that cannot be says why', async (context) => {
  const cwd = await folderOf(context);
  const refused = await cli.run(['start', '--config', 'nowhere.yaml'], { cwd });
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toContain('nowhere.yaml');
  const badKey = await cli.run(['start'], { cwd, environment: { NIGHTPORTER_API_KEY: 'two words' } });
  expect(badKey).toMatchObject({ status: 2, stdout: '' });
  expect(badKey.stderr).not.toContain('two words');
}, 60_000);
