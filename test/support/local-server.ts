import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { openApiCheck } from './openapi-check.ts';

const MAIN = fileURLToPath(new URL('../../infra/local/main.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

export interface LocalAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

/** A real server in a process of its own. */
export interface RunningServer {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  readonly dataFolder: string;
  call(method: string, path: string, body?: object): Promise<LocalAnswer>;
  /** What it printed so far. */
  output(): string;
  errors(): string;
  /** Sends the signal and resolves with how it ended: the exit code, or the signal. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** A folder that goes with the test. For tests that run side by side. */
export const folderOf = async ({ onTestFinished }: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'nightporter-local-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
};

/** Starts `main.ts` and says nothing of whether it will stay. */
export const spawnServer = (context: TestContext, args: readonly string[]) => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: REPOSITORY,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  context.onTestFinished(async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 8_000);
    await closed;
    clearTimeout(timer);
  });
  return { child, text, ended: closed.then(([code, signal]) => code ?? signal) };
};

export const until = async <T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  patienceMs = 20_000,
): Promise<T> => {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`waited ${patienceMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export interface ServerSeed {
  /** A services file, as YAML. */
  readonly services: string;
  /** Of an earlier server; a new one when absent. */
  readonly dataFolder?: string;
  /** `1s` when absent. */
  readonly tick?: string;
}

/** Starts a server and waits until it listens. */
export const startServer = async (
  context: TestContext,
  { services, dataFolder, tick = '1s' }: ServerSeed,
): Promise<RunningServer> => {
  const data = dataFolder ?? (await folderOf(context));
  const config = join(data, 'services.yaml');
  await writeFile(config, services);
  const { child, text, ended } = spawnServer(context, [
    '--port',
    '0',
    '--data',
    data,
    '--config',
    config,
    '--tick',
    tick,
  ]);
  const url = await until(
    `the server listens; it said ${text.stderr}`,
    () => /^listening on (\S+)\n/.exec(text.stdout)?.[1],
  );
  const key = (await readFile(join(data, 'api-key'), 'utf8')).trim();
  const check = openApiCheck((await (await fetch(`${url}/openapi.json`)).json()) as Record<string, any>);

  return {
    url,
    key,
    dataFolder: data,
    pid: child.pid as number,
    output: () => text.stdout,
    errors: () => text.stderr,
    call: async (method, path, body) => {
      const reply = await fetch(url + path, {
        method,
        headers: { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      const raw = await reply.text();
      const answer = { status: reply.status, headers: reply.headers, body: raw === '' ? undefined : JSON.parse(raw) };
      const faults = check.faults(method, path, { ...answer, contentType: reply.headers.get('content-type') });
      if (faults.length > 0) throw new Error(`against the OpenAPI document: ${faults.join('; ')}`);
      return answer;
    },
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
};

/** The lines of an `.ndjson` file in the data folder. */
export const linesOf = async ({ dataFolder }: RunningServer, file: string): Promise<readonly any[]> => {
  const text = await readFile(join(dataFolder, file), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

export interface TaskOnDisk {
  readonly service: string;
  /** null: it is gone. */
  readonly pid: number | null;
  readonly output: string;
}

/** Every task that the data folder remembers. */
export const tasksOf = async ({ dataFolder }: Pick<RunningServer, 'dataFolder'>): Promise<readonly TaskOnDisk[]> => {
  const folder = join(dataFolder, 'tasks');
  return Promise.all(
    (await readdir(folder)).map(async (id) => {
      const { service, process } = JSON.parse(await readFile(join(folder, id, 'process.json'), 'utf8'));
      const output = await readFile(join(folder, id, 'output.log'), 'utf8').catch(() => '');
      return { service, pid: process?.pid ?? null, output };
    }),
  );
};

export const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
