import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startServer, until } from '../support/local-server.ts';

it(
  'a service that runs and is never healthy fails to start, and the breaker trips',
  { timeout: 90_000 },
  async (context) => {
    const elsewhere = `"require('node:http').createServer((q, r) => r.writeHead(302).end()).listen(process.env.PORT, '127.0.0.1')"`;
    const services = `services:
  web: { command: [node, -e, ${elsewhere}], port: ${await freePort()}, health: { path: /health }, tags: { boot-limit: 3s } }
`;
    const server = await startServer(context, { services });
    await server.call('POST', '/services/web/wake');
    const refused = await until(
      'a wake is refused',
      async () => {
        const answer = await server.call('POST', '/services/web/wake');
        return answer.status === 409 ? answer.body : undefined;
      },
      60_000,
    );
    expect(refused).toMatchObject({ code: 'failing' });
    expect((await server.call('GET', '/services/web')).body.failure).toMatchObject({
      message: expect.stringContaining('GET /health answered 302'),
    });
  },
);
