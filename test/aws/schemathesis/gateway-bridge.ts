import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { allEndpoints } from '../../../infra/local/endpoints.ts';
import type { ControlPlane } from '../../support/control-plane.ts';
import { aGatewayEvent, aLambda, aLambdaContext, eventOf } from '../../support/lambda-api.ts';

export interface Bridge {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands where API Gateway stands: hands requests to the functions as events, and says whose key it was, if any's. */
export const bridgeTo = async (plane: ControlPlane, key: string): Promise<Bridge> => {
  const endpoints = allEndpoints(plane, plane.packages.deps);
  const handler = aLambda(plane);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    const event = eventOf(endpoints, method, url, {
      ...(body !== '' && { body }),
      headers: { 'content-type': headers['content-type'] ?? '', accept: headers.accept ?? '' },
    });
    const { requestContext } = event;
    const identity = { ...requestContext.identity, ...(headers['x-api-key'] !== key && { apiKeyId: null }) };
    const asked = aGatewayEvent({ ...event, requestContext: { ...requestContext, identity } });
    const { statusCode, headers: given, body: content } = await handler(asked, aLambdaContext());
    response.writeHead(statusCode, given as Record<string, string>).end(content);
  };

  const server = createServer((request, response) => {
    // A request that broke off has nobody to answer.
    answer(request, response).catch((cause: Error) => response.destroy(cause));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
