import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { builtCli, type RunningCommand } from '../support/built-cli.ts';
import { freePort } from '../support/free-port.ts';
import { folderOf, until, type RunningServer } from '../support/local-server.ts';
import { sharedServer } from '../support/shared-server.ts';

const cli = builtCli();

const LONG = 'tags: { lease: 60s, idle-after: 60s, grace-after-wake: 60s }';
const HEALTH = 'health: { path: /health }';

type Demo = 'echo' | 'slow' | 'crash';

/** Each story has services of its own: by name, the demo that runs. */
const SERVICES: Readonly<Record<string, Demo>> = {
  broken: 'crash',
  crash: 'crash',
  echo: 'echo',
  held: 'echo',
  log: 'echo',
  'slow-1': 'slow',
  'slow-2': 'slow',
  'slow-3': 'slow',
  'stay-1': 'echo',
  'stay-2': 'echo',
  watched: 'echo',
};

const servicesFile = async (): Promise<string> => {
  const entries = await Promise.all(
    Object.entries(SERVICES).map(async ([name, demo]) => {
      const health = demo === 'crash' ? '' : `, ${HEALTH}`;
      const boot = demo === 'slow' ? `, environment: { BOOT_SECONDS: '60' }` : '';
      return `  ${name}: { command: [node, infra/local/demo/${demo}.ts], port: ${await freePort()}${health}${boot}, ${LONG} }`;
    }),
  );
  return `services:\n${entries.join('\n')}\n`;
};

const sharedOne = sharedServer(servicesFile);

interface Place {
  readonly server: RunningServer;
  /** Runs the command as somebody in a folder of their own, who was told address and key. */
  readonly run: (...args: readonly string[]) => ReturnType<typeof cli.run>;
  readonly start: (...args: readonly string[]) => RunningCommand;
}

const place = async (context: TestContext): Promise<Place> => {
  const server = sharedOne();
  const environment = { NIGHTPORTER_URL: server.url, NIGHTPORTER_API_KEY: server.key, NIGHTPORTER_HOLDER: 'ada' };
  const options = { cwd: await folderOf(context), environment };
  const start = (...args: readonly string[]): RunningCommand => {
    const running = cli.start(args, options);
    context.onTestFinished(() => running.signal('SIGKILL'));
    return running;
  };
  return { server, start, run: (...args) => cli.run(args, options) };
};

const story = (name: string, tell: (context: TestContext) => Promise<void>): void =>
  it(name, { timeout: 120_000 }, tell);

const leaseOf = async (
  server: RunningServer,
  service: string,
  holder = 'ada',
): Promise<{ readonly holder: string; readonly expiresAt: string } | null> =>
  (await server.call('GET', `/services/${service}?holder=${holder}`)).body.lease;

const codeIn = (stderr: string): string => JSON.parse(stderr).error.code;

describe.concurrent('nightporter, asked about services', () => {
  story('lists, wakes, shows, explains and ends', async (context) => {
    const { run } = await place(context);
    const listed = await run('services');
    expect(listed).toMatchObject({ status: 0, stderr: '' });
    const rows = listed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/));
    expect(rows[0]).toEqual(['SERVICE', 'STATE', 'ENDPOINT', 'LEASES', 'WHY']);
    expect(rows.slice(1).map(([name]) => name)).toEqual(Object.keys(SERVICES));
    expect(rows.find(([name]) => name === 'echo')?.slice(0, 4)).toEqual(['echo', 'asleep', '-', '0']);
    const names = (await run('services', '--json')).json.services.map(({ service }: any) => service);
    expect(names).toEqual(Object.keys(SERVICES));

    const woken = await run('wake', 'echo', '--wait', '--reason', 'a test');
    expect(woken.status).toBe(0);
    const address = woken.stdout.trim();
    expect((await fetch(address)).status).toBe(200);
    // Without a terminal each phase is told once.
    expect(woken.stderr.split('\n').map((line) => line.replace(/,.*/, ''))).toEqual(['echo waking', 'echo ready', '']);

    const shown = await run('status', 'echo', '--json');
    expect(shown).toMatchObject({ status: 0, json: { state: 'ready', endpoint: { url: address } } });
    // Leases are only told where somebody has counted them lately.
    expect((await run('status', 'echo')).stdout).toMatch(new RegExp(`^echo ready at ${address}( \\(1 lease\\))?\n$`));
    expect(await run('explain', 'echo', '--json')).toMatchObject({
      status: 0,
      json: { action: 'keep', because: 'leased' },
    });
    const explained = (await run('explain', 'echo')).stdout;
    expect(explained).toMatch(/^keep \(leased\): it would leave it awake\n/);
    expect(explained).toMatch(/what would change it\n(.*\n)* +\S+Z +the last lease ends +\w+ \(\w+\)/);
    expect(explained).toMatch(/what has happened, the newest first\n(.*\n)* +\S+Z +woken +a test +by ada\n/);

    const ended = await run('kill', 'echo', '--json');
    expect(ended).toMatchObject({ status: 0, json: { status: 'killed' } });
  });

  story('asks for a service and goes, when nobody said to wait', async (context) => {
    const { run } = await place(context);
    const asked = await run('wake', 'slow-1');
    expect(asked).toMatchObject({ status: 0, stderr: '' });
    expect(asked.stdout).toMatch(/^slow-1 waking/);
    const again = await run('wake', 'slow-1', '--json', '--lease', '30s');
    expect(again.json).toMatchObject({ status: 'starting', lease: { holder: 'ada' } });
  });

  story('gives the lease back when Ctrl-C ends the waiting', async (context) => {
    const { start, server } = await place(context);
    const waiting = start('wake', 'slow-2', '--wait');
    await until('it waits', () => waiting.text.stderr.includes('slow-2 waking') || undefined);
    expect((await leaseOf(server, 'slow-2'))?.holder).toBe('ada');
    waiting.signal('SIGINT');
    expect(await waiting.ended).toMatchObject({ status: 130, stdout: '' });
    expect(waiting.text.stderr).toMatch(/error: stopped by Ctrl-C\n$/);
    const after = (await server.call('GET', '/services/slow-2')).body;
    expect(after.reason).toBe('given up while waiting');
    expect(await leaseOf(server, 'slow-2')).toBeNull();
  });

  story('gives up when the time is over, and says how it stands', async (context) => {
    const { run, server } = await place(context);
    const late = await run('wake', 'slow-3', '--wait', '--timeout', '3s', '--json');
    expect(late).toMatchObject({ status: 8, stdout: '' });
    expect(codeIn(late.stderr)).toBe('timed-out');
    expect(await leaseOf(server, 'slow-3')).toBeNull();
  });

  story('ends soon after the third failed start, with the reason and the last words', async (context) => {
    const { run } = await place(context);
    const failed = await run('wake', 'crash', '--wait');
    expect(failed).toMatchObject({ status: 6, stdout: '' });
    const lines = failed.stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(
      /^error: failed to start: .+ \(nightporter logs shows what it printed; wake --force tries once more\)$/,
    );
    expect(lines.filter((line) => line.startsWith('  ')).join('\n')).toContain('Error');
    const shown = await run('status', 'crash', '--json');
    expect(shown.json).toMatchObject({ state: 'asleep', failure: { count: 3 } });
    expect((await run('status', 'crash')).stdout).toContain('last failure ');

    const asJson = await run('wake', 'crash', '--wait', '--json');
    expect(asJson).toMatchObject({ status: 6, stdout: '' });
    expect(codeIn(asJson.stderr)).toBe('failing');
  });

  story('stays until Ctrl-C, and then leaves in order', async (context) => {
    const { start, server } = await place(context);
    const staying = start('wake', 'stay-1', '--stay', '--lease', '10s', '--holder', 'ada-stays');
    await until('it stays', () => staying.text.stderr.includes('kept awake by ada-stays') || undefined);
    const first = (await leaseOf(server, 'stay-1', 'ada-stays'))?.expiresAt ?? '';
    await until('the lease is renewed', async () => {
      const now = (await leaseOf(server, 'stay-1', 'ada-stays'))?.expiresAt ?? '';
      return now > first || undefined;
    });
    staying.signal('SIGINT');
    expect(await staying.ended).toMatchObject({ status: 0, stdout: expect.stringMatching(/^http:\S+\n$/) });
    expect(await leaseOf(server, 'stay-1', 'ada-stays')).toBeNull();
  });

  story('ends a session that somebody else has ended, and says why', async (context) => {
    const { start, run } = await place(context);
    const staying = start('wake', 'stay-2', '--stay', '--lease', '10s');
    await until('it stays', () => staying.text.stderr.includes('kept awake by') || undefined);
    expect((await run('kill', 'stay-2', '--force', '--reason', 'enough')).status).toBe(0);
    expect(await staying.ended).toMatchObject({ status: 5 });
    expect(staying.text.stderr).toMatch(/error: .*enough/);
  });

  story('shows every change until Ctrl-C', async (context) => {
    const { start, run } = await place(context);
    const watching = start('status', 'watched', '--watch', '--every', '1s', '--json');
    await until('it shows something', () => watching.text.stdout !== '' || undefined);
    await run('wake', 'watched', '--wait');
    await until('it shows ready', () => watching.text.stdout.includes('"state":"ready"') || undefined);
    watching.signal('SIGINT');
    expect(await watching.ended).toMatchObject({ status: 0, stderr: '' });
    const states = watching.text.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).state);
    expect(states[0]).toBe('asleep');
    expect(states.at(-1)).toBe('ready');
    expect(states.length).toBeLessThan(8);
  });

  story('holds and lifts, and says who holds when it is in the way', async (context) => {
    const { run } = await place(context);
    const held = await run('hold', 'held', 'asleep', '--for', '5m', '--reason', 'a freeze', '--json');
    expect(held).toMatchObject({ status: 0, json: { held: { intent: 'asleep', reason: 'a freeze' } } });
    const refused = await run('wake', 'held');
    expect(refused).toMatchObject({ status: 5, stdout: '' });
    expect(refused.stderr).toMatch(/^error: .*a freeze.* \(nightporter status tells who holds it/);
    expect(await run('unhold', 'held')).toMatchObject({ status: 0, stdout: 'nothing holds held\n' });
    expect((await run('hold', 'held', 'awake', '--until', '2001-01-01T00:00:00Z')).status).toBe(2);
    expect((await run('hold', 'held', 'awake')).stderr).toBe(
      'error: a hold needs an end (give --for 2h, or --until 2026-11-20T10:00:00Z)\n',
    );
    expect((await run('hold', 'held', 'open', '--for', '2h')).status).toBe(2);
    expect((await run('hold', 'held', 'awake', '--for', '2h', '--until', '2030-01-01')).status).toBe(2);
  });

  story('shows the log of the newest task, and goes on with the next one', async (context) => {
    const { server, start, run } = await place(context);
    const data = ['--data', server.dataFolder];
    expect(codeIn((await run('logs', 'log', '--json', ...data)).stderr)).toBe('no-log');
    await run('wake', 'log', '--wait');
    const log = await run('logs', 'log', ...data);
    expect(log.stdout).toMatch(/^echo listens on 127\.0\.0\.1:\d+\n$/);
    expect((await run('logs', 'log', '--metrics', ...data)).stdout).toContain('"_aws"');
    expect((await run('logs', 'log', '--lines', '0', ...data)).stdout).toBe('');
    expect((await run('logs', 'log', '--json', ...data)).json).toMatchObject({ line: expect.stringMatching(/^echo/) });

    await run('wake', 'broken');
    await until('it has a log', async () => (await run('logs', 'broken', ...data)).stdout !== '' || undefined);
    const following = start('logs', 'broken', '--follow', '--json', ...data);
    const tasksSeen = (): number =>
      new Set(
        following.text.stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line).task),
      ).size;
    await until('it shows a second start', () => tasksSeen() > 1 || undefined);
    following.signal('SIGINT');
    expect(await following.ended).toMatchObject({ status: 0, stderr: '' });
  });
});

describe.concurrent('nightporter, told where the server is', () => {
  const NOWHERE = 'http://127.0.0.1:9';

  story('finds the server of the data folder, and its key', async (context) => {
    const { dataFolder } = sharedOne();
    const cwd = await folderOf(context);
    const found = await cli.run(['services', '--data', dataFolder, '--json'], { cwd });
    expect(found).toMatchObject({ status: 0, json: { services: expect.any(Array) } });
    const byVariable = await cli.run(['services'], { cwd, environment: { NIGHTPORTER_DATA: dataFolder } });
    expect(byVariable.status).toBe(0);
  });

  story('takes a key from a file, and says so when it is wrong', async (context) => {
    const { url, key } = sharedOne();
    const cwd = await folderOf(context);
    await writeFile(join(cwd, 'right'), `${key}\n`);
    await writeFile(join(cwd, 'wrong'), 'another-key');
    await writeFile(join(cwd, 'none'), 'two words\n');
    const ask = (...args: readonly string[]) => cli.run(['services', '--url', url, ...args], { cwd });
    expect((await ask('--key-file', 'right')).status).toBe(0);
    const wrong = await ask('--key-file', 'wrong');
    expect(wrong).toMatchObject({ status: 3, stdout: '' });
    expect(wrong.stderr).not.toContain('another-key');
    expect((await ask('--key-file', 'none')).stderr).toMatch(/^error: none holds no key/);
    expect((await ask('--key-file', 'nowhere')).status).toBe(2);
    expect((await ask()).stderr).toMatch(/^error: no API key: there is no /);
  });

  story('never sends the key of the data folder to another machine', async (context) => {
    const cwd = await folderOf(context);
    await writeFile(join(cwd, 'api-key'), 'a-local-key');
    const refused = await cli.run(['services', '--data', '.', '--url', 'https://example.com/prod'], { cwd });
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^error: no API key: example\.com is not this machine/);

    // Nor any key to an address that only stands in a folder.
    await writeFile(join(cwd, 'url'), 'https://example.com/prod\n');
    const environment = { NIGHTPORTER_API_KEY: 'a-key' };
    const led = await cli.run(['services', '--data', '.'], { cwd, environment });
    expect(led).toMatchObject({ status: 2, stdout: '' });
    expect(led.stderr).toMatch(/^error: \S+url names a server that is not on this machine/);
  });

  story('says at once that nobody answers', async (context) => {
    const environment = { NIGHTPORTER_URL: `http://127.0.0.1:${await freePort()}`, NIGHTPORTER_API_KEY: 'key' };
    const cwd = await folderOf(context);
    for (const args of [['services'], ['wake', 'echo', '--wait'], ['status', 'echo', '--watch']]) {
      const refused = await cli.run(args, { cwd, environment });
      expect(refused).toMatchObject({ status: 9, stdout: '' });
      expect(refused.stderr).toMatch(
        /^error: nobody answers at http:\S+ \(ECONNREFUSED\) \(.*nightporter start.*\)\n$/,
      );
    }
  });

  story('refuses what cannot be, before it asks anybody', async (context) => {
    const cwd = await folderOf(context);
    const environment = { NIGHTPORTER_URL: NOWHERE, NIGHTPORTER_API_KEY: 'key' };
    for (const line of [
      ['services', '--url', 'ftp://example.com'],
      ['services', '--url', 'https://key@example.com'],
      ['wake', 'echo', '--api-key', 'key'],
    ]) {
      const refused = await cli.run(line, { cwd, environment });
      expect([line, refused.status, refused.stdout]).toEqual([line, 2, '']);
      expect(refused.stderr).toMatch(/^error: [^\n]+\n$/);
      expect(refused.stderr).not.toContain('key@');
    }
    const asJson = await cli.run(['wake', '--json'], { cwd, environment });
    expect(codeIn(asJson.stderr)).toBe('usage');
  });

  story('says of a log on AWS how to get at it', async (context) => {
    const environment = { NIGHTPORTER_URL: 'https://example.com/prod' };
    const told = await cli.run(['logs', 'staging.api'], { cwd: await folderOf(context), environment });
    expect(told).toMatchObject({ status: 0, stderr: '' });
    expect(told.stdout).toMatch(/^aws logs tail --follow .+--cluster staging --services api /);
  });
});
