import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aControlPlane } from '../../support/control-plane.ts';
import { folderOf, spawnServer, until } from '../../support/local-server.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { bridgeTo } from './gateway-bridge.ts';
import { type Findings, runSchemathesis } from './run-schemathesis.ts';

/** What `schemathesis.toml` names; they are awake at once, and idle for ever. */
const SERVICES = ['echo', 'chat'];
const servicesFile = SERVICES.map(
  (service) => `  ${service}:\n    command: [sleep, '3600']\n    tags: { lease: 10s, ready-after: 0s }\n`,
);

const KEY = 'the-key-of-schemathesis';
const PATIENCE_MS = 150_000;

const report = (where: string, { passed, extent, output }: Findings): void => {
  console.log(`schemathesis, ${where}: ${extent}`);
  if (!passed) console.error(output);
  expect(passed, `schemathesis has findings, ${where} (above)`).toBe(true);
};

describe('the HTTP API keeps to its OpenAPI document, whatever it is asked', () => {
  it('on this machine', { timeout: PATIENCE_MS }, async (context) => {
    const folder = await folderOf(context);
    const config = join(folder, 'services.yaml');
    await writeFile(config, `services:\n${servicesFile.join('')}`);
    const where = ['--port', '0', '--data', join(folder, 'data'), '--config', config];
    const { text } = spawnServer(context, [...where, '--api-key', KEY, '--default-service', 'echo']);
    const listening = () => /^listening on (\S+)\n/.exec(text.stdout)?.[1];
    const url = await until(`the server listens; it said ${text.stderr}`, listening);
    report('on this machine', await runSchemathesis({ url, key: KEY, now: Date.now(), folder }));
  });

  it('behind API Gateway', { timeout: PATIENCE_MS }, async () => {
    const plane = aControlPlane(Object.fromEntries(SERVICES.map((service) => [service, { bootMs: 2_000 }])));
    const settings = { ...plane.settings, defaultService: 'echo' };
    const { url, close } = await bridgeTo({ ...plane, settings }, KEY);
    onTestFinished(close);
    report(
      'behind API Gateway',
      await runSchemathesis({ url, key: KEY, now: plane.clock.now(), folder: await tempFolder() }),
    );
  });
});
