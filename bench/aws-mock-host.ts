/**
 * Just enough of AWS for one wake, in a process of its own: a bucket, one sleeping service of ECS, and no scaler.
 * Prints its port; `POST /reset` puts everything back, `GET /log` says what was asked since. Ends with its parent.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const CREATED_AT = 1_760_000_000;
const SERVICE = 'api';

const RECORD = {
  service: SERVICE,
  createdAt: CREATED_AT * 1_000,
  intent: 'asleep',
  generation: 3,
  voided: 3,
  revision: 9,
  since: 1_770_000_000_000,
  reason: 'idle',
  by: 'nightporter',
  hold: null,
  wokenAt: null,
  readyAt: null,
  bootsMs: [40_000],
  failedTasks: [],
  failure: null,
  breaker: null,
  provenWith: 'api:1',
  news: null,
};
const MANAGED = {
  service: SERVICE,
  createdAt: CREATED_AT * 1_000,
  tags: { managed: 'true' },
  autoscaled: false,
  taskDefinition: 'api:1',
};
const SEED: Readonly<Record<string, object>> = {
  'directory.json': { services: [MANAGED], departed: [], revision: 1 },
  [`services/${SERVICE}.json`]: RECORD,
};

const ARN = 'arn:aws:ecs:eu-central-1:123456789012';
const ECS: Readonly<Record<string, object>> = {
  DescribeServices: {
    failures: [],
    services: [
      {
        serviceArn: `${ARN}:service/main/${SERVICE}`,
        serviceName: SERVICE,
        clusterArn: `${ARN}:cluster/main`,
        status: 'ACTIVE',
        desiredCount: 0,
        runningCount: 0,
        pendingCount: 0,
        launchType: 'FARGATE',
        taskDefinition: `${ARN}:task-definition/api:1`,
        createdAt: CREATED_AT,
        deployments: [],
        events: [],
        tags: [{ key: 'nightporter:managed', value: 'true' }],
      },
    ],
  },
  DescribeTaskDefinition: {
    taskDefinition: { taskDefinitionArn: `${ARN}:task-definition/api:1`, containerDefinitions: [] },
  },
  ListTasks: { taskArns: [] },
  UpdateService: { service: { serviceName: SERVICE } },
  DescribeScalableTargets: { ScalableTargets: [] },
};

const bucket = new Map<string, string>();
const asked: string[] = [];

const reset = (): void => {
  bucket.clear();
  for (const [key, value] of Object.entries(SEED)) bucket.set(key, JSON.stringify(value));
  asked.length = 0;
};

const etagOf = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
};

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (body: unknown): Answer => ({
  status: 200,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/x-amz-json-1.1' },
});

const object = (key: string): Answer => {
  const body = bucket.get(key);
  if (body === undefined) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
  return { status: 200, body, headers: { etag: etagOf(body), 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT' } };
};

const listing = (): Answer => ({
  status: 200,
  body: '<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>',
});

const s3 = (request: IncomingMessage, url: URL, body: string): Answer => {
  const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
  if (key === '') return listing();
  if (request.method !== 'PUT') return object(key);
  bucket.set(key, body);
  return { status: 200, body: '', headers: { etag: etagOf(body) } };
};

const answer = (request: IncomingMessage, url: URL, body: string): Answer => {
  const [, operation] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (operation === undefined) {
    asked.push(`${request.method} ${url.pathname.split('/').slice(2).join('/')}`);
    return s3(request, url, body);
  }
  asked.push(operation);
  const known = ECS[operation];
  return known
    ? json(known)
    : { status: 400, body: JSON.stringify({ __type: 'UnknownOperation', message: operation }) };
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const body = await bodyOf(request);
  if (url.pathname === '/reset') reset();
  const own: Answer = json(url.pathname === '/log' ? asked : {});
  const { status, body: said, headers } = ['/reset', '/log'].includes(url.pathname) ? own : answer(request, url, body);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(said) }).end(said);
};

reset();
const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit(0)).resume();
