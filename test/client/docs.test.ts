import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { FailureReason } from '../../client/nightporter-client.ts';
import { freePort } from '../support/free-port.ts';
import { startServer } from '../support/local-server.ts';
import { builtPackage } from '../support/registry/built-package.ts';

const page = (): Promise<string> => readFile(new URL('../../docs/client.md', import.meta.url), 'utf8');

const REASONS: Readonly<Record<FailureReason, true>> = {
  failing: true,
  held: true,
  asleep: true,
  unauthorized: true,
  forbidden: true,
  'not-found': true,
  'invalid-input': true,
  throttled: true,
  unreachable: true,
  'server-error': true,
  'unexpected-answer': true,
  'timed-out': true,
  aborted: true,
};

it('tells of every reason for which a call fails, and of no other', async () => {
  const [, table = ''] = /\| `reason` \| when \|\n\|---\|---\|\n([\s\S]*?)\n\n/.exec(await page()) ?? [];
  const told = table.split('\n').flatMap((row) => [...(row.split('|', 2)[1] ?? '').matchAll(/`([a-z-]+)`/g)]);
  expect(new Set(told.map(([, reason]) => reason))).toEqual(new Set(Object.keys(REASONS)));
});

it('shows programs that do what it says, from the first to the last', { timeout: 90_000 }, async (context) => {
  const command = async (name: string): Promise<string> =>
    `  ${name}:\n    command: [node, infra/local/demo/${name}.ts]\n    port: ${await freePort()}\n`;
  const services = `services:\n${await command('crash')}${await command('echo')}    health: { path: /health }\n`;
  const { url, key, dataFolder: cwd } = await startServer(context, { services });
  await writeFile(join(cwd, 'hello-1.0.0.apkg'), builtPackage());

  const blocks = [...(await page()).matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(blocks.length).toBeGreaterThanOrEqual(7);
  const library = new URL('../../client/nightporter-client.ts', import.meta.url).href;
  await writeFile(join(cwd, 'page.mjs'), blocks.join('\n').replace("'nightporter/client'", `'${library}'`));
  const env = { PATH: process.execPath, NIGHTPORTER_URL: url, NIGHTPORTER_API_KEY: key };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['page.mjs'], { cwd, env });
  expect(stderr).toBe('');
  const told = stdout
    .replaceAll(/\d{4}-[\d-]+T[\d:.]+Z/g, '<instant>')
    .replaceAll(/[0-9a-f]{64}/g, '<digest>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<address>')
    .replaceAll(/(hashing|uploading) 0 \d+/g, '$1 0 <bytes>')
    .trimEnd()
    .split('\n')
    // How often that is told is a matter of luck, and where in a file it came from one of the demo.
    .filter((line) => !/^(waking|uploading [1-9]\d*|judging|    at)\b/.test(line));
  expect(told).toEqual([
    '200',
    'released',
    'ready null',
    'http://<address>',
    'failing failed to start: Essential container in task exited (exit code 1)',
    'crash reads its configuration',
    'fatal: the database is not there',
    'Error: connect ECONNREFUSED <address>',
    'hashing 0 <bytes>',
    'uploading 0 <bytes>',
    'accepted PUBLISHED',
    "[ 'crash asleep', 'echo ready' ]",
    'ready',
    'leased <instant>',
    'the nightly report',
    '1.0.0 <digest> true http:',
  ]);
});
