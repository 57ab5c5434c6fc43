import * as z from 'zod/mini';
import { showsService, type Route } from '#shared/http/endpoint.ts';
import { generation, holder, leaseSeconds, service } from '#shared/http/fields.ts';

const path = '/services/{service}/leases/{holder}';
const params = { service, holder };

export const renewRoute = {
  operationId: 'renewLease',
  method: 'PUT',
  path,
  summary: 'Renew or take a lease on a service that is awake (heartbeat)',
  description: 'Sets the end of the lease, also to an earlier one. Never wakes.',
  params,
  body: { leaseSeconds: z.optional(leaseSeconds) },
  replies: { 200: showsService('The lease has been taken.') },
  refusals: ['service-not-found', 'service-asleep'],
} as const satisfies Route;

export const releaseRoute = {
  operationId: 'releaseLease',
  method: 'DELETE',
  path,
  summary: "End the holder's session: the same as kill by that holder",
  description: 'Nobody ends the lease of another key.',
  params,
  query: { generation: z.optional(generation.inQuery) },
  replies: {
    200: showsService('`released`, or `killed` when it was asleep already.'),
    202: showsService('`killed`: it was the last lease, and the service goes to sleep now.'),
  },
  refusals: ['service-not-found', 'held'],
} as const satisfies Route;
