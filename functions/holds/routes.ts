import { showsService, type Route } from '#shared/http/endpoint.ts';
import { intent, reason, service, until } from '#shared/http/fields.ts';

const path = '/services/{service}/hold';

export const holdRoute = {
  operationId: 'holdService',
  method: 'PUT',
  path,
  summary: 'Pin a service awake or asleep until an instant',
  description: 'Needs the grant for it. Holding a service asleep ends every session; wakes are refused until its end.',
  params: { service },
  body: { intent, until, reason },
  replies: { 200: showsService('It is held.') },
  refusals: ['service-not-found'],
} as const satisfies Route;

export const unholdRoute = {
  operationId: 'unholdService',
  method: 'DELETE',
  path,
  summary: 'Lift the hold',
  description: 'Needs the grant for it. Lifts the flag and nothing else: the next tick decides.',
  params: { service },
  replies: { 204: { description: 'Nothing holds it.' } },
  refusals: ['service-not-found'],
} as const satisfies Route;
