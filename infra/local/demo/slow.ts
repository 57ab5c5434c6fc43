/**
 * A service that takes a while to boot: it listens at once and is unhealthy until it is done, like an application
 * that loads a model or migrates a database. Shows what a caller sees while a service is waking.
 */
import { createServer } from 'node:http';
import { reportActivity } from './metrics.ts';

const { PORT = '9003', BOOT_SECONDS = '8' } = process.env;
const bootedAt = Date.now() + Number(BOOT_SECONDS) * 1_000;

let inFlight = 0;
const activity = reportActivity('slow', () => inFlight);

const server = createServer((request, response) => {
  const isBooted = Date.now() >= bootedAt;
  const status = isBooted ? 200 : 503;
  const body = isBooted ? { status: 'ok' } : { status: 'booting', remainingMs: bootedAt - Date.now() };
  if (request.url !== '/health') {
    inFlight += 1;
    activity.touch();
    response.once('close', () => (inFlight -= 1));
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
});

server.listen(Number(PORT), '127.0.0.1', () => console.log(`slow boots for ${BOOT_SECONDS} s on 127.0.0.1:${PORT}`));

process.once('SIGTERM', () => {
  server.close(() => {
    activity.end();
    process.exit(0);
  });
});
