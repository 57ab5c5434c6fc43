import type { Route } from '#shared/http/endpoint.ts';

export const openApiRoute = {
  operationId: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  description: 'Needs no key.',
  needsNoKey: true,
  replies: { 200: { description: 'OpenAPI 3.1.', schema: 'OpenApi' } },
  refusals: [],
} as const satisfies Route;
