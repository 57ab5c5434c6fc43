import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'vitest';

export interface ScriptEnd {
  readonly code: number | NodeJS.Signals | null;
  readonly out: string;
  readonly told: string;
}

export interface RunningScript {
  readonly pid: number;
  readonly ended: Promise<ScriptEnd>;
}

export interface ScriptRun {
  readonly script: string;
  readonly args: readonly string[];
  /** Where it runs, and where it puts what it puts aside. */
  readonly folder: string;
  /** Besides the path, nothing else is there. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a script of the shell as somebody would. It ends with the test at the latest. */
export const runScript = (context: TestContext, { script, args, folder, env }: ScriptRun): RunningScript => {
  const child = spawn('sh', [script, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', told: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (text.told += chunk));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  context.onTestFinished(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  return { pid: child.pid as number, ended: closed.then(([code, signal]) => ({ code: code ?? signal, ...text })) };
};

/** What `ps` shows to everybody of the processes that another one has started. */
export const childrenOf = async (parent: number): Promise<readonly { pid: number; command: string }[]> => {
  const child = spawn('ps', ['-eo', 'pid=,ppid=,args='], { stdio: ['ignore', 'pipe', 'ignore'] });
  const text = Buffer.concat(await child.stdout.toArray()).toString();
  return text
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => Number(found?.[2]) === parent)
    .map((found) => ({ pid: Number(found?.[1]), command: found?.[3] ?? '' }));
};

export type StubAnswer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that answers as it is told to, and keeps what it was asked. */
export const stubServer = async (context: TestContext, answer: StubAnswer) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      answer(request, response, Buffer.concat(chunks).toString());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, key: 'a-key' };
};

export const replyJson = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
