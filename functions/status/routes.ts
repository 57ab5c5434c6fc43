import * as z from 'zod/mini';
import { showsService, type Route } from '#shared/http/endpoint.ts';
import { after, afterPassage, holder, limit, service, wait } from '#shared/http/fields.ts';

export const statusRoute = {
  operationId: 'getService',
  method: 'GET',
  path: '/services/{service}',
  summary: 'How a service is',
  description: 'With `wait` the answer is held until the service is ready, given up or asleep, or the time is over.',
  params: { service },
  query: { wait: z.optional(wait), holder: z.optional(holder) },
  replies: { 200: showsService('The service.') },
  refusals: ['service-not-found'],
} as const satisfies Route;

export const listRoute = {
  operationId: 'listServices',
  method: 'GET',
  path: '/services',
  summary: 'Every managed service with its state, as last seen',
  description: 'By name. `leases` is null where nobody has counted them lately.',
  query: { limit: z.optional(limit), after: z.optional(after) },
  replies: { 200: { description: 'One page.', schema: 'ServicePage' } },
  refusals: [],
} as const satisfies Route;

export const decisionRoute = {
  operationId: 'getDecision',
  method: 'GET',
  path: '/services/{service}/decision',
  summary: 'What the next tick would do with a service, and why',
  description: 'Nothing is done.',
  params: { service },
  replies: { 200: { description: 'The decision.', schema: 'Decision' } },
  refusals: ['service-not-found'],
} as const satisfies Route;

export const historyRoute = {
  operationId: 'getHistory',
  method: 'GET',
  path: '/services/{service}/history',
  summary: 'What happened to a service, the newest first',
  description: 'Its changes, its boots, and when the tick began to keep it for another reason: the last hundred.',
  params: { service },
  query: { limit: z.optional(limit), after: z.optional(afterPassage) },
  replies: { 200: { description: 'One page.', schema: 'History' } },
  refusals: ['service-not-found'],
} as const satisfies Route;
