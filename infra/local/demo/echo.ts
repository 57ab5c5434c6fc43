/**
 * A plain HTTP service: says hello and repeats what it was sent. Shows a service that is woken, used, and put to
 * sleep once its requests have stopped. Health checks do not count as use, or it would never sleep.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { reportActivity } from './metrics.ts';

const { PORT = '9001', GREETING = 'hello' } = process.env;

let inFlight = 0;
const activity = reportActivity('echo', () => inFlight);

const reply = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
};

const echo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  inFlight += 1;
  activity.touch();
  response.once('close', () => {
    inFlight -= 1;
    activity.touch();
    if (!server.listening) server.closeIdleConnections(); // on our way out: nobody is to keep theirs alive
  });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  reply(response, 200, { greeting: GREETING, method: request.method, path: request.url, body });
};

const server = createServer((request, response) => {
  if (request.url === '/health') return reply(response, 200, { status: 'ok' });
  echo(request, response).catch(() => response.destroy()); // the client left in the middle of its body
});

server.listen(Number(PORT), '127.0.0.1', () => console.log(`echo listens on 127.0.0.1:${PORT}`));

process.once('SIGTERM', () => {
  console.log(`echo finishes ${inFlight} requests`);
  server.close(() => {
    activity.end();
    process.exit(0);
  });
});
