import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bundle, ROOT, type Bundle } from '../../bench/bundle.ts';
import { discard, packageHollowStack, type Packaged } from '../support/packaged-stack.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { functions as functionsOf, text } from './rules/template.ts';

const MOST_ZIP_BYTES = 160_000;
const JUDGES: readonly string[] = ['package-processor', 'registry-sweep'];

const NAMES = readdirSync(path.join(ROOT, 'functions')).filter((name) =>
  existsSync(path.join(ROOT, 'functions', name, 'handler.ts')),
);
const bundles = new Map<string, Bundle>();
const bundled = (name: string): Bundle => bundles.get(name) as Bundle;
let stack: Packaged;

beforeAll(async () => {
  for (const name of NAMES) bundles.set(name, await bundle({ file: `functions/${name}/handler.ts` }));
  stack = await packageHollowStack();
}, 120_000);
afterAll(() => discard(stack));

/** The files that left something in a bundle. */
const inputs = ({ meta }: Bundle): readonly string[] =>
  Object.values(meta.outputs).flatMap(({ inputs: all }) =>
    Object.entries(all).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );

const clientsIn = (name: string): readonly string[] => [
  ...new Set(
    inputs(bundled(name)).flatMap((file) => {
      const [, client] = /@aws-sdk\/client-([^/]+)\//.exec(file) ?? [];
      return client === undefined ? [] : [client];
    }),
  ),
];

const CORE = ['application-auto-scaling', 'ecs', 's3'];
const REGISTRY = ['s3', 'sns'];
const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  wake: CORE,
  kill: CORE,
  leases: CORE,
  holds: CORE,
  'nightly-kill': CORE,
  status: [...CORE, 'cloudwatch'],
  'task-events': [...CORE, 'sns'],
  sleep: [...CORE, 'cloudwatch', 'sns'],
  openapi: [],
  packages: REGISTRY,
  'package-processor': REGISTRY,
  'registry-sweep': [...REGISTRY, 'sqs'],
};

const STRAY =
  /credential-provider|\/event-streams\/|adapters\/local\/|^(infra\/local|test|bench)\/|node_modules\/hono\//;

const zodIn = (name: string): readonly string[] =>
  inputs(bundled(name)).filter((file) => file.includes('node_modules/zod/'));

it('who reads requests has zod', () => {
  expect(zodIn('wake')).not.toEqual([]);
});

describe.each(NAMES)('the bundle of %s', (name) => {
  it('is small', () => {
    expect(bundled(name).zipBytes).toBeLessThanOrEqual(MOST_ZIP_BYTES);
  });

  it('has no more than the small half of zod', () => {
    const zod = zodIn(name);
    // `classic` is what `from 'zod'` brings; the locales are two thirds of it.
    expect(zod.filter((file) => /\/(classic|locales)\//.test(file))).toEqual([]);
  });

  it('has the clients that it uses, and no other', () => {
    expect(clientsIn(name).toSorted()).toEqual(CLIENTS[name]?.toSorted());
  });

  it('has neither the chain of credential providers nor event streams nor anything local', () => {
    const stray = inputs(bundled(name)).filter((file) => STRAY.test(file));
    expect(stray).toEqual([]);
  });

  it('reads YAML only if it judges packages', () => {
    const readsYaml = inputs(bundled(name)).some((file) => file.includes('node_modules/yaml/'));
    expect(readsYaml).toBe(JUDGES.includes(name));
  });
});

/** What Lambda sets without being asked. */
const RUNTIME = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_SESSION_TOKEN: 'x',
};

/** Loads a bundle anew with each environment; tells for each what it threw, or null. */
const LOADER = `
const [file, environments] = [process.argv[2], JSON.parse(process.argv[3])];
const told = environments.map((environment) => {
  delete require.cache[require.resolve(file)];
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  try {
    return typeof require(file).handler === 'function' ? null : 'no handler';
  } catch (cause) {
    return cause.message;
  }
});
console.log(JSON.stringify(told));
`;

type Environment = Readonly<Record<string, string>>;

const load = async (name: string, environments: readonly Environment[]): Promise<readonly (string | null)[]> => {
  const folder = await tempFolder();
  await writeFile(path.join(folder, 'bundle.cjs'), bundled(name).code);
  await writeFile(path.join(folder, 'load.cjs'), LOADER);
  const args = [path.join(folder, 'load.cjs'), path.join(folder, 'bundle.cjs'), JSON.stringify(environments)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
};

/** What AWS makes up when it makes the resource. */
const MADE_UP: Environment = {
  NEWS_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:news',
  PACKAGES_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:packages',
  UPLOADER_ID: 'AROAEXAMPLEEXAMPLE01',
  ARRIVED_UPLOADS_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/arrived',
  FAILED_UPLOADS_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/failed',
};

/** The variables that the template gives a function, as they would read on AWS. */
const givenTo = (name: string): Environment => {
  const [, resource] = functionsOf(stack.template).find(([, { Properties }]) =>
    Properties.FunctionName.endsWith(`-${name}`),
  )!;
  const entries = Object.entries(resource.Properties.Environment?.Variables ?? {});
  return Object.fromEntries(entries.map(([variable, value]) => [variable, MADE_UP[variable] ?? text(value)]));
};

describe.each(NAMES)('the environment of %s in the template', (name) => {
  it('is all that it needs, and no more', async () => {
    const given = givenTo(name);
    const variables = Object.keys(given);
    const without = variables.map((missing) =>
      Object.fromEntries(Object.entries({ ...RUNTIME, ...given }).filter(([variable]) => variable !== missing)),
    );
    const [complete, ...incomplete] = await load(name, [{ ...RUNTIME, ...given }, ...without]);
    expect(complete).toBeNull();
    expect(incomplete).toEqual(variables.map((missing) => `the environment cannot be used: ${missing} is missing`));
  });

  it('is refused as a whole when there is none', async () => {
    const [told] = await load(name, [RUNTIME]);
    for (const variable of Object.keys(givenTo(name))) expect(told).toContain(`${variable} is missing`);
  });
});

describe('the bundle of wake', () => {
  it('wakes a service with its first call', async () => {
    const host = spawn(process.execPath, [path.join(ROOT, 'bench/aws-mock-host.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = once(host, 'exit');
    onTestFinished(async () => {
      host.stdin.end();
      await exited;
    });
    const [port] = await once(host.stdout, 'data');
    const url = `http://127.0.0.1:${Number(String(port))}`;
    const folder = await tempFolder();
    await writeFile(path.join(folder, 'bundle.cjs'), bundled('wake').code);
    const call = `
      const event = {
        resource: '/services/{service}/wake', httpMethod: 'POST', path: '/services/api/wake', body: null, headers: {},
        pathParameters: { service: 'api' }, requestContext: { requestId: 'r-1', identity: { apiKeyId: 'key', sourceIp: '192.0.2.1' } },
      };
      require(process.argv[2]).handler(event, { awsRequestId: 'x', getRemainingTimeInMillis: () => 29_000 })
        .then((answer) => console.error(JSON.stringify(answer)));
    `;
    await writeFile(path.join(folder, 'call.cjs'), call);
    const env = { ...RUNTIME, ...givenTo('wake'), CLUSTERS: 'main', CONTROL_BUCKET: 'control', AWS_ENDPOINT_URL: url };
    const args = [path.join(folder, 'call.cjs'), path.join(folder, 'bundle.cjs')];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    const { statusCode, body } = JSON.parse(stderr);
    expect({ statusCode, ...JSON.parse(body) }).toMatchObject({ statusCode: 202, state: 'waking', status: 'waking' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event)).toEqual(['metric.measured', 'audit.recorded', 'request.answered']);
    for (const line of lines) expect(line).toMatchObject({ correlationId: 'r-1', subject: 'key', service: 'api' });
  });
});
