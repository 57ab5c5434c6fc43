import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { folderOf, startServer } from '../support/local-server.ts';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Typed {
  readonly command: string;
  readonly answer: string;
}

/** What the console blocks of a page say: each command, and the lines below it. */
const transcript = (page: string): readonly Typed[] =>
  [...page.matchAll(/```console\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.split(/^\$ /m).filter(Boolean))
    .map((entry) => {
      const [command = '', ...answer] = entry.trimEnd().split('\n');
      return { command, answer: answer.join('\n') };
    });

/** Takes out what is another at every run. */
const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<instant>')
    .replaceAll(/\d{2}:\d{2}:\d{2} /g, '<time> ')
    .replaceAll(/bootMs=\d+/g, 'bootMs=<number>')
    .replaceAll(/[0-9a-f]{64}/g, '<digest>')
    .replaceAll(/"size":\d+/g, '"size":<number>');

/** What not every machine has is done by ours where it is missing: they come last on the path. */
const toolsIn = async (folder: string): Promise<string> => {
  const zip = `exec '${process.execPath}' '${fromHere('../support/zip-child.ts')}' "$@"`;
  for (const [name, script] of [
    ['zip', zip],
    ['sha256sum', 'exec shasum -a 256 "$@"'],
  ] as const) {
    await mkdir(join(folder, 'tools'), { recursive: true });
    await writeFile(join(folder, 'tools', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return join(folder, 'tools');
};

it('is true word for word: what the README shows is what happens', { timeout: 120_000 }, async (context) => {
  const readme = await readFile(fromHere('../../README.md'), 'utf8');
  const demo = await readFile(fromHere('../../infra/local/services.yaml'), 'utf8');
  const port = await freePort();
  const server = await startServer(context, { services: demo.replace('port: 9001', `port: ${port}`), tick: '2s' });

  const typed = transcript(readme);
  expect(typed.length).toBeGreaterThanOrEqual(15);
  const cwd = await folderOf(context);
  const standIns = await toolsIn(cwd);
  for (const { command, answer } of typed) {
    const here = command
      .replace('.nightporter', server.dataFolder)
      .replace('http://127.0.0.1:8787', server.url)
      .replace('http://127.0.0.1:9001', `http://127.0.0.1:${port}`);
    // One shell for each, so the key is handed on by hand.
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      `PATH="$PATH:${standIns}"; KEY='${server.key}'; cd ${cwd}; ${here}`,
    ]);
    expect(timeless(stdout.trimEnd().replaceAll(String(port), '9001')), command).toBe(timeless(answer));
  }
  const [, story = ''] = /told the story:\n\n```\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(timeless(server.output())).toContain(timeless(story));
});
