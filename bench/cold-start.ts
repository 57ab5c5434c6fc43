/**
 * How long a cold function takes to its first answer: fresh processes, each of which loads a bundle and calls it once.
 * `npm run bench:cold-start`; prints a table, and fails when a wake costs more than it may beside its bare calls.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { bundle, ROOT, type Bundle } from './bundle.ts';

const RUNS = 20;
const WARM_UPS = 2;
const MOST_RATIO = 1.15;

/** Below node_modules, so that a bundle without the SDK finds it. */
const FOLDER = path.join(ROOT, 'node_modules/.cache/cold-start');

/** Plain JavaScript, so that nothing of what is measured waits for types to be taken away. */
const RUNNER = `
const event = {
  resource: '/services/{service}/wake', path: '/services/api/wake', httpMethod: 'POST',
  pathParameters: { service: 'api' }, body: null, isBase64Encoded: false, headers: {},
  requestContext: { requestId: 'bench', identity: { apiKeyId: 'key', sourceIp: '192.0.2.1' } },
};
const startedAt = performance.now();
const { handler } = require(process.argv[2]);
const loadedAt = performance.now();
handler(event, { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 }).then(({ statusCode }) => {
  const answeredAt = performance.now();
  if (statusCode !== 202) throw new Error('answered ' + statusCode);
  console.error(JSON.stringify({ loadMs: loadedAt - startedAt, callMs: answeredAt - loadedAt }));
});
`;

interface Sample {
  readonly loadMs: number;
  readonly callMs: number;
}

interface Variant {
  readonly name: string;
  readonly bundle: Bundle;
  /** Whether it makes the calls of a wake. */
  readonly calls: boolean;
}

const variants = async (): Promise<readonly Variant[]> => {
  const wake = { file: 'functions/wake/handler.ts' };
  const external = { external: ['@aws-sdk/*', '@smithy/*', '@aws/*'], alias: {} };
  const empty = { code: 'export const handler = async () => ({ statusCode: 202 });' };
  return [
    { name: 'empty handler', bundle: await bundle(empty), calls: false },
    { name: 'bare handler, the same calls', bundle: await bundle({ file: 'bench/bare-handler.ts' }), calls: true },
    { name: 'wake', bundle: await bundle(wake), calls: true },
    { name: 'wake, SDK not bundled', bundle: await bundle(wake, external), calls: true },
  ];
};

const startMock = async () => {
  const host = spawn(process.execPath, [path.join(ROOT, 'bench/aws-mock-host.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = await once(host.stdout, 'data');
  const url = `http://127.0.0.1:${Number(String(port))}`;
  return {
    url,
    reset: () => fetch(`${url}/reset`, { method: 'POST' }),
    asked: async () => (await (await fetch(`${url}/log`)).json()) as readonly string[],
    close: () => host.stdin.end(),
  };
};

const environment = (url: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_SESSION_TOKEN: 'bench',
  CONTROL_BUCKET: 'control',
  CLUSTERS: 'main',
  DEFAULT_SERVICE: '',
  METRIC_NAMESPACE: 'Nightporter',
  SERVICE_METRICS: 'on',
  TIME_ZONE: 'Europe/Zurich',
  DEPLOYMENT: 'bench',
});

const run = async (file: string, env: NodeJS.ProcessEnv): Promise<Sample> => {
  const child = spawn(process.execPath, [path.join(FOLDER, 'run.cjs'), file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, told] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`${file} failed: ${said}${told}`);
  return JSON.parse(said) as Sample;
};

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};

/** Names of keys and documents differ between variants in length only. */
const sameCalls = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());

const measure = async (): Promise<number> => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, 'run.cjs'), RUNNER);
  const all = await variants();
  const files = all.map(({ bundle: { code } }, index) => {
    const file = path.join(FOLDER, `variant-${index}.cjs`);
    writeFileSync(file, code);
    return file;
  });
  const mock = await startMock();
  const env = environment(mock.url);
  const samples = all.map((): Sample[] => []);
  let expected: readonly string[] | undefined;
  // One of each after the other, and each in every place: whatever else the machine does falls on all alike.
  for (let round = -WARM_UPS; round < RUNS; round += 1) {
    for (const place of all.keys()) {
      const index = (place + round + WARM_UPS) % all.length;
      const { name, calls } = all[index]!;
      await mock.reset();
      const sample = await run(files[index]!, env);
      const asked = await mock.asked();
      if (calls && !sameCalls(asked, (expected ??= asked))) throw new Error(`${name} asked for ${asked.join(', ')}`);
      if (round >= 0) samples[index]!.push(sample);
    }
  }
  mock.close();

  const rows = all.map(({ name, bundle: { bytes, zipBytes } }, index) => {
    const own = samples[index]!;
    const sumMs = median(own.map(({ loadMs, callMs }) => loadMs + callMs));
    const loadMs = median(own.map((sample) => sample.loadMs));
    return { name, loadMs, callMs: median(own.map(({ callMs }) => callMs)), sumMs, bytes, zipBytes };
  });
  const bareMs = rows[1]!.sumMs;
  console.log(
    `median of ${RUNS} fresh processes each, Node ${process.versions.node}, ${expected?.length} calls to AWS\n`,
  );
  console.log('| variant | load ms | first call ms | sum ms | ratio | code kB | zip kB |');
  console.log('|---|---|---|---|---|---|---|');
  for (const { name, loadMs, callMs, sumMs, bytes, zipBytes } of rows) {
    const numbers = [loadMs, callMs, sumMs].map((ms) => ms.toFixed(1));
    const sizes = [bytes, zipBytes].map((each) => (each / 1_000).toFixed(1));
    console.log(`| ${[name, ...numbers, (sumMs / bareMs).toFixed(2), ...sizes].join(' | ')} |`);
  }
  return rows[2]!.sumMs / bareMs;
};

const ratio = await measure();
if (ratio > MOST_RATIO) {
  console.error(`\na wake takes ${ratio.toFixed(2)} times its bare calls; it may take ${MOST_RATIO}`);
  process.exitCode = 1;
}
