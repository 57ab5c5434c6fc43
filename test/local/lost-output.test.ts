import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { folderOf, spawnServer, until } from '../support/local-server.ts';

it('a server whose output nobody reads any more lives on', async (context) => {
  const data = await folderOf(context);
  const config = join(data, 'services.yaml');
  await writeFile(
    config,
    `services:\n  crash: { command: [node, -e, 'process.exit(1)'], port: ${await freePort()} }\n`,
  );
  const { child, text, ended } = spawnServer(context, [
    '--port',
    '0',
    '--data',
    data,
    '--config',
    config,
    '--api-key',
    'k',
  ]);
  const url = await until('it listens', () => /^listening on (\S+)/.exec(text.stdout)?.[1]);
  child.stdout.destroy();
  child.stderr.destroy();
  const headers = { 'x-api-key': 'k' };
  // Each of these is told on standard output.
  for (const action of ['wake', 'kill', 'wake', 'kill']) {
    await fetch(`${url}/services/crash/${action}`, { method: 'POST', headers });
  }
  expect((await fetch(`${url}/services`, { headers })).status).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
