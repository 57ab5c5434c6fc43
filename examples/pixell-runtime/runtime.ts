/**
 * A runtime of agents with three surfaces: REST, A2A (gRPC) and a page to look at. It runs what the registry offers:
 * it looks at index/registry.json again and again, proves each package by its digest, unpacks it, and takes away what is
 * offered no more. It needs to read `packages/*` and `index/*`, and may nothing else.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { installedAgents } from './installed.ts';
import { invoke } from './invoke.ts';
import { registryAt } from './registry.ts';
import { byPython, byRegistry } from './unpack.ts';

const {
  REGISTRY_URL = '.nightporter/buckets/registry/index/registry.json',
  REGISTRY_POLL_INTERVAL = '60',
  PACKAGES_DIR = '.nightporter-pixell',
  PORT = '8080',
  A2A_PORT = '50051',
  UI_PORT = '3000',
  PYTHON = '',
  GRACEFUL_SHUTDOWN_TIMEOUT_SEC = '30',
} = process.env;

const installed = installedAgents({
  read: registryAt(REGISTRY_URL),
  folder: PACKAGES_DIR,
  unpack: PYTHON === '' ? byRegistry : byPython(PYTHON),
  tell: (line) => console.log(line),
});

/** Of each surface, and of the registry: whether it has been reached once. */
const up = { registry: false, rest: false, a2a: false, ui: false };
let isLeaving = false;
let inFlight = 0;

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
};

const health = (response: ServerResponse): void => {
  const isReady = !isLeaving && Object.values(up).every(Boolean);
  send(response, isReady ? 200 : 503, { ok: isReady, surfaces: up });
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.url === '/agents') return send(response, 200, { agents: installed.agents() });
  const [, developer = '', name = '', action] = /^\/agents\/([^/]+)\/([^/]+)(\/invoke)?$/.exec(request.url ?? '') ?? [];
  const agent = installed.find(decodeURIComponent(developer), decodeURIComponent(name));
  if (agent === undefined) return send(response, 404, { error: 'nothing of that name runs here' });
  if (action === undefined) return send(response, 200, agent);
  const input = await bodyOf(request);
  if (PYTHON === '') return send(response, 501, { error: 'there is no Python here', received: input.length });
  send(response, 200, { output: await invoke(PYTHON, agent, input) });
};

const rest = createServer((request, response) => {
  if (request.url === '/health') return health(response);
  inFlight += 1;
  response.once('close', () => (inFlight -= 1));
  answer(request, response).catch((error: Error) => send(response, 500, { error: error.message }));
});

const ui = createServer((_request, response) => {
  const rows = installed.agents().map(({ developer, name, version }) => `<li>${developer}/${name} ${version}</li>`);
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<h1>Agents</h1><ul>${rows.join('')}</ul>`);
});

/** Whatever is called, there is nothing of the kind (gRPC's status 12). */
const a2a = createHttp2Server().on('stream', (stream) => {
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '12' }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.end();
});

for (const [surface, server, port] of [
  ['rest', rest, PORT],
  ['a2a', a2a, A2A_PORT],
  ['ui', ui, UI_PORT],
] as const) {
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  up[surface] = true;
}
console.log(`rest ${PORT}, a2a ${A2A_PORT}, ui ${UI_PORT}; the registry is ${REGISTRY_URL}`);

const follow = async (): Promise<void> => {
  try {
    await installed.follow();
    up.registry = true;
  } catch (error) {
    console.error(`the index cannot be read: ${(error as Error).message}`);
  }
  if (!isLeaving) setTimeout(() => void follow(), Number(REGISTRY_POLL_INTERVAL) * 1000);
};

const end = (): void => process.exit(0);

/** No new request; those that are being answered are, if it does not take too long. */
const leave = (): void => {
  isLeaving = true;
  console.log(`leaving, ${inFlight} requests to finish`);
  setTimeout(end, Number(GRACEFUL_SHUTDOWN_TIMEOUT_SEC) * 1000);
  a2a.close();
  ui.close();
  rest.close(end);
  rest.closeIdleConnections();
};
process.once('SIGTERM', leave);

await follow();
