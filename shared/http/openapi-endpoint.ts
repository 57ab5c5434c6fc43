import { endpoint, type Endpoint, type Route } from '#shared/http/endpoint.ts';
import { openApiDocument } from '#shared/http/openapi.ts';
import { reply } from '#shared/http/request.ts';
import { documentSchema } from '#shared/http/service-schema.ts';

const openApiRoute = {
  operationId: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  description: 'Needs no key.',
  needsNoKey: true,
  replies: { 200: { description: 'OpenAPI 3.1.', schema: documentSchema } },
  refusals: [],
} as const satisfies Route;

/** Serves the document of these addresses and of its own. */
export const openApiEndpoint = (routes: readonly Route[]): Endpoint => {
  const document = openApiDocument([...routes, openApiRoute]);
  return endpoint(openApiRoute, async () => reply(200, document));
};
