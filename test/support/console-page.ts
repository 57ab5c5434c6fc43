import { execFile } from 'node:child_process';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext } from 'vitest';
import { bundleCli } from '../../infra/cli/bundle.ts';
import { freePort } from './free-port.ts';
import { folderOf, startServer, type RunningServer } from './local-server.ts';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A page of the documentation, by its path in the repository. */
export const readPage = (page: string): Promise<string> => readFile(fromHere(`../../${page}`), 'utf8');

export interface Typed {
  readonly command: string;
  readonly answer: string;
}

/** What the console blocks of a page say: each command, and the lines below it. */
export const transcript = (page: string): readonly Typed[] =>
  [...page.matchAll(/```console\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.split(/^\$ /m).filter(Boolean))
    .map((entry) => {
      const [command = '', ...answer] = entry.trimEnd().split('\n');
      return { command, answer: answer.join('\n') };
    });

/** Takes out what is another at every run and on every machine. */
export const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<instant>')
    .replaceAll(/\d{2}:\d{2}:\d{2} /g, '<time> ')
    .replaceAll(/bootMs=\d+/g, 'bootMs=<number>')
    .replaceAll(/"(\w+Ms)":\d+/g, '"$1":<number>')
    .replaceAll(/[0-9a-f]{64}/g, '<digest>')
    .replaceAll(/"size":\d+/g, '"size":<number>')
    .replaceAll(/\d+ bytes/g, '<number> bytes')
    // Columns are as wide as what is in them.
    .replaceAll(/ {2,}/g, ' ')
    .replaceAll(/\d+ <digest>/g, '<number> <digest>')
    // Told only where somebody has counted them lately.
    .replaceAll(/ \(\d+ leases?\)/g, '')
    .replaceAll(/"leases":(?:\d+|null)/g, '"leases":<number>')
    .replaceAll(/file:\/\/\/\S+/g, '<file>');

/** What not every machine has is done by ours where it is missing: they come last on the path. */
const toolsIn = async (folder: string): Promise<string> => {
  const tools = join(folder, 'tools');
  await mkdir(tools);
  for (const [name, script] of [
    ['zip', `exec '${process.execPath}' '${fromHere('./zip-child.ts')}' "$@"`],
    ['sha256sum', 'exec shasum -a 256 "$@"'],
  ] as const) {
    await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return tools;
};

export interface Console {
  readonly server: RunningServer;
  /** The folder in which everything is typed. */
  readonly cwd: string;
  /** Types a command as it stands on the page; what it prints, with the page's addresses and folders. */
  readonly type: (command: string) => Promise<{ readonly stdout: string; readonly status: number }>;
}

/** What later commands need of an earlier one, since each has a shell of its own. */
const isKept = (command: string): boolean => /^(?:alias |export )|^\w+=(?:\$\(.*\)|\S*)$/.test(command);

/**
 * A terminal in a folder as a new user has it: the command is built, a server of these services runs in it. Pages name
 * the ports 8787 and 9001 to 9009; what is behind them here is free ones.
 */
export const consoleWith = async (context: TestContext, services: string): Promise<Console> => {
  const cwd = await realpath(await folderOf(context));
  const dataFolder = join(cwd, '.nightporter');
  await mkdir(dataFolder);
  await bundleCli(join(cwd, 'dist'));
  const named = [...new Set(services.match(/\b900\d\b/g))];
  const ports = await Promise.all(named.map(async (port) => [port, String(await freePort())] as const));
  const real = ports.reduce((text, [shown, port]) => text.replaceAll(shown, port), services);
  const server = await startServer(context, { services: real, dataFolder, tick: '2s' });

  const addresses = [...ports, ['8787', new URL(server.url).port] as const].map(
    ([shown, port]) => [`127.0.0.1:${shown}`, `127.0.0.1:${port}`] as const,
  );
  const asTyped = (text: string): string => addresses.reduce((all, [shown, is]) => all.replaceAll(shown, is), text);
  const asShown = (text: string): string =>
    [...ports.map(([shown, port]) => [`"port":${shown}`, `"port":${port}`] as const), ...addresses]
      .reduce((all, [shown, is]) => all.replaceAll(is, shown), text)
      .replaceAll(cwd, '/home/ada/nightporter');

  const env = {
    PATH: `${process.env['PATH']}:${await toolsIn(await folderOf(context))}`,
    HOME: cwd,
    NIGHTPORTER_HOLDER: 'ada@laptop',
  };
  const kept: string[] = [];
  return {
    server,
    cwd,
    type: (command) =>
      new Promise((resolve) => {
        const lines = [...kept, asTyped(command)].join('\n');
        if (isKept(command)) kept.push(asTyped(command));
        execFile('sh', ['-c', lines], { cwd, env }, (error, stdout) =>
          resolve({ stdout: asShown(stdout.trimEnd()), status: error ? Number(error.code) : 0 }),
        );
      }),
  };
};

/** Types everything that a page shows, and compares what comes with what it says. */
export const playPage = async (page: string, { type }: Pick<Console, 'type'>): Promise<void> => {
  for (const { command, answer } of transcript(page)) {
    const { stdout, status } = await type(command);
    expect(timeless(stdout), command).toBe(timeless(answer));
    // What fails has to say so on the page.
    if (answer === '') expect(status, command).toBe(0);
  }
};
